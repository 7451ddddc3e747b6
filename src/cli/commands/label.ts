import { Argument } from 'commander';
import type { CmdOptions } from '../cmd-command.ts';
import { GROUPS, type Register } from './registration.ts';

/** `label`: the three commands of `cmd` that say what an event was. */
export const registerLabel: Register = (program, { exits }) => {
  program
    .command('label')
    .helpGroup(GROUPS.answer)
    .description('say what an alarm or a time was: normal, fault or missed; short for these commands of cmd')
    .addArgument(new Argument('<kind>', 'what it was').choices(['normal', 'fault', 'missed']))
    .argument('[series]', 'the series or group')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('--event <id>', 'normal, fault: the alarm or habit (default: the last alarm of the series)')
    .option('--from <when>', 'missed: start of the fault, a duration back from now (2h) or a time')
    .option('--until <when>', 'missed: its end (default: now)')
    .option('--note <text>', 'why, for the record')
    .option('--wait <duration>', 'how long to wait for the answer', '10s')
    .option('--json', 'print the answer as JSON', false)
    .action(async (kind: string, series: string | undefined, options: CmdOptions) => {
      const { cmd } = await import('../cmd-command.ts');
      exits(await cmd(kind, series, options));
    });
};
