import type { TransferOptions } from '../actions/transfer.ts';
import { GROUPS, type Register } from './registration.ts';

/** `restore`, `export` and `import`. */
export const registerTransfer: Register = (program, { exits }) => {
  program
    .command('restore')
    .helpGroup(GROUPS.keep)
    .description('put a backup in the place of the database, which is kept; the service must be stopped')
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
    .requiredOption('-o, --out <file>', 'the file to write; of a pattern the directory')
    .option('--json', 'print one JSON object', false)
    .action(async (stream: string, options: TransferOptions & { out: string }) => {
      const { exportLearnedCommand } = await import('../actions/transfer.ts');
      exits(await exportLearnedCommand(stream, options));
    });

  program
    .command('import')
    .helpGroup(GROUPS.keep)
    .description(
      'make such a file the start of a stream, which goes on learning; a service must be stopped, workers of a cluster need not',
    )
    .argument('<file>', 'a file that zankyo export has written, or a directory of such files')
    .argument('[stream]', 'the series or group here (default: its name there); of a directory a pattern')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, stream: string | undefined, options: TransferOptions) => {
      const { importLearnedCommand } = await import('../actions/transfer.ts');
      exits(await importLearnedCommand(file, stream, options));
    });
};
