import { StopSignals } from '../stop-signals.ts';
import { GROUPS, type Register } from './registration.ts';

/** `hub`. */
export const registerHub: Register = (program, { exits }) => {
  program
    .command('hub')
    .helpGroup(GROUPS.service)
    .description('run a hub: alarms and states of many sites in one database')
    .requiredOption('-c, --config <file>', 'the hub file')
    .option('--check', 'only check the file', false)
    .action(async ({ config, check }: { config: string; check: boolean }) => {
      const signals = new StopSignals();
      const { hubCommand } = await import('../actions/hub.ts');
      exits(await hubCommand(config, { check, signals }));
    });
};
