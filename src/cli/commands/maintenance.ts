import type { MaintenanceCommandOptions } from '../actions/maintenance.ts';
import { GROUPS, wholeNumber, type Register } from './registration.ts';

/** `maintenance`: the next windows. */
export const registerMaintenance: Register = (program, { exits }) => {
  program
    .command('maintenance')
    .helpGroup(GROUPS.look)
    .description('list the maintenance windows of a site file that are open or come next')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('--limit <n>', 'maximum number of lines', wholeNumber, 10)
    .option('--json', 'as JSON lines', false)
    .action(async (options: MaintenanceCommandOptions) => {
      const { maintenance } = await import('../actions/maintenance.ts');
      exits(maintenance(options));
    });
};
