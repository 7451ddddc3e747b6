import type { TransferOptions } from '../actions/transfer.ts';
import { GROUPS, type Register } from './registration.ts';

/** `restore`, `export` and `import`. */
export const registerTransfer: Register = (program, { exits }) => {
  program
    .command('restore')
    .helpGroup(GROUPS.keep)
    .description('replace the database by a backup; the old database is kept, and the service must be stopped')
    .argument('<file>', 'a file that zankyo backup has written')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, options: TransferOptions) => {
      const { restoreCommand } = await import('../actions/transfer.ts');
      exits(restoreCommand(file, options));
    });

  program
    .command('export')
    .helpGroup(GROUPS.keep)
    .description('write everything learned about a stream, as last saved, to one file')
    .argument('<stream>', 'the series, or the group; with * a pattern')
    .requiredOption('-c, --config <file>', 'the site file')
    .requiredOption('-o, --out <file>', 'the file to write; for a pattern the directory')
    .option('--json', 'print one JSON object', false)
    .action(async (stream: string, options: TransferOptions & { out: string }) => {
      const { exportLearnedCommand } = await import('../actions/transfer.ts');
      exits(await exportLearnedCommand(stream, options));
    });

  program
    .command('import')
    .helpGroup(GROUPS.keep)
    .description(
      'let a stream start with such a file and learn on from there; a service must be stopped, workers of a cluster need not',
    )
    .argument('<file>', 'a file that zankyo export has written, or a directory of such files')
    .argument('[stream]', 'the series or group here (default: its name there); for a directory a pattern')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, stream: string | undefined, options: TransferOptions) => {
      const { importLearnedCommand } = await import('../actions/transfer.ts');
      exits(await importLearnedCommand(file, stream, options));
    });
};
