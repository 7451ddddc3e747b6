import { AppError } from '../../errors.ts';
import type { MigrateOptions } from '../actions/migrate.ts';
import { GROUPS, type Register } from './registration.ts';

export const registerMigrate: Register = (program, { exits }) => {
  program
    .command('migrate')
    .helpGroup(GROUPS.service)
    .description('show how a site file of an older version changes, and rewrite it; comments stay, and a copy is kept')
    .argument('[file]', 'the site file')
    .option('-c, --config <file>', 'the site file')
    .option('-y, --yes', 'rewrite it without a question', false)
    .option('--json', 'print one JSON object; without --yes nothing is written', false)
    .action(async (file: string | undefined, options: Partial<MigrateOptions> & { yes: boolean; json: boolean }) => {
      const config = file ?? options.config;
      if (config === undefined) throw new AppError('usage', 'which file? zankyo migrate SITE.yaml');
      const { migrate } = await import('../actions/migrate.ts');
      exits(await migrate({ ...options, config }));
    });
};
