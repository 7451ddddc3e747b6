import { AppError } from '../../errors.ts';
import type { CheckOptions } from '../actions/check.ts';
import { StopSignals } from '../stop-signals.ts';
import { GROUPS, type Register } from './registration.ts';

/** `run` and `check`. */
export const registerService: Register = (program, { exits }) => {
  program
    .command('run')
    .helpGroup(GROUPS.service)
    .description('run the service')
    .requiredOption('-c, --config <file>', 'the site file')
    .action(async ({ config }: { config: string }) => {
      const signals = new StopSignals();
      const { run } = await import('../actions/run.ts');
      exits(await run(config, signals));
    });

  program
    .command('check')
    .helpGroup(GROUPS.service)
    .description('check a site file and report all mistakes')
    .argument('[file]', 'the site file')
    .option('-c, --config <file>', 'the site file')
    .option('--connect', 'also connect to the broker', false)
    .option('--print', 'print the options with the file and line of each, and those of its base', false)
    .option('--json', 'print one JSON object if the file is valid', false)
    .action(async (file: string | undefined, options: CheckOptions & { config?: string }) => {
      const config = file ?? options.config;
      if (config === undefined) throw new AppError('usage', 'which file? zankyo check SITE.yaml');
      const { check } = await import('../actions/check.ts');
      exits(await check(config, options));
    });
};
