import type { DemoCommandOptions } from '../actions/demo.ts';
import { GROUPS, wholeNumber, type Register } from './registration.ts';

export const registerDemo: Register = (program, { exits }) => {
  program
    .command('demo')
    .helpGroup(GROUPS.begin)
    .description('run a demonstration: a broker, a simulated pump station with faults, and the alerts')
    .option('--for <duration>', 'duration: 90s of real time, or 14d of simulated time')
    .option('--seed <n>', 'seed of the random plant and faults', wholeNumber, 1)
    .option(
      '--port <n>',
      'port of the dashboard on 127.0.0.1; default on a terminal: 8787, or one that is free',
      wholeNumber,
    )
    .option('--json', 'a JSON object as the last line', false)
    .action(async (options: DemoCommandOptions) => {
      const { demo } = await import('../actions/demo.ts');
      exits(await demo(options));
    });
};
