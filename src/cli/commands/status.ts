import { Option } from 'commander';
import type { HealthOptions } from '../actions/health.ts';
import type { SeriesOptions } from '../actions/series.ts';
import type { StatusOptions } from '../actions/status.ts';
import { GROUPS, type Register } from './registration.ts';

/** `status`, `health` and `series`. */
export const registerStatus: Register = (program, { exits }) => {
  program
    .command('status')
    .helpGroup(GROUPS.look)
    .description('show one screen about a site: service, streams, open alarms, last readings')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('-w, --watch [duration]', 'redraw it again and again (default: every 5s); on a terminal, or with --json')
    .option('--json', 'as one JSON object', false)
    .action(async (options: StatusOptions) => {
      const { status } = await import('../actions/status.ts');
      exits(await status(options));
    });

  program
    .command('health')
    .helpGroup(GROUPS.look)
    .description('ask the running service whether it is healthy; the exit code is the answer')
    .requiredOption('-c, --config <file>', 'the site file, with http.listen')
    .option('--json', 'print the answer of /healthz', false)
    .action(async (options: HealthOptions) => {
      const { health } = await import('../actions/health.ts');
      exits(await health(options));
    });

  program
    .command('series')
    .helpGroup(GROUPS.look)
    .description('list the series with phase, last value, forecast, score and alarms; or all details of one')
    .argument('[name]', 'one series or group')
    .requiredOption('-c, --config <file>', 'the site file')
    .addOption(new Option('--phase <phase>', 'only series in this phase').choices(['learning', 'ready', 'silent']))
    .option('--json', 'as JSON lines', false)
    .action(async (name: string | undefined, options: SeriesOptions) => {
      const { series } = await import('../actions/series.ts');
      exits(await series(name, options));
    });
};
