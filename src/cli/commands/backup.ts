import type { BackupOptions } from '../actions/backup.ts';
import { GROUPS, type Register } from './registration.ts';

export const registerBackup: Register = (program, { exits }) => {
  program
    .command('backup')
    .helpGroup(GROUPS.keep)
    .description('write a checked copy of the database; the service may be running')
    .requiredOption('-c, --config <file>', 'the site file')
    .requiredOption('-o, --out <file>', 'the file to write; an existing one is replaced')
    .option('--json', 'print one JSON object', false)
    .action(async (options: BackupOptions) => {
      const { backupCommand } = await import('../actions/backup.ts');
      exits(await backupCommand(options));
    });
};
