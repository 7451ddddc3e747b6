import { Argument } from 'commander';
import type { CmdOptions } from '../actions/cmd.ts';
import { ANSWER } from './answer-options.ts';
import { GROUPS, type Register } from './registration.ts';

/** The commands of the operator, as in app/commands/request.ts; a test holds them together. */
export const COMMANDS = [
  ...['normal', 'fault', 'missed', 'mute', 'unmute', 'freeze', 'resume', 'accept', 'reset', 'forget', 'sensitivity'],
  ...['reload', 'undo'],
];

/** `cmd`: the commands of the operator. */
export const registerCmd: Register = (program, { exits }) => {
  program
    .command('cmd')
    .helpGroup(GROUPS.answer)
    .description(
      'answer an alert, or mute, freeze or correct what a series has learned; also while the service is stopped',
    )
    .addArgument(new Argument('<command>', 'what to do').choices(COMMANDS))
    .argument('[series]', 'the series or group; for undo the id of the command')
    .requiredOption('-c, --config <file>', 'the site file')
    .addOption(ANSWER.event)
    .option('--for <duration>', 'mute, freeze: for how long (2h)')
    .addOption(ANSWER.from)
    .addOption(ANSWER.until)
    .option('--since <when>', 'forget: from this time on')
    .option('--value <n>', 'sensitivity: from 0.1 to 10, or "site" for that of the site file')
    .addOption(ANSWER.note)
    .option('--id <id>', 'id of the request; the same id again gives the same answer (default: a new one)')
    .addOption(ANSWER.wait)
    .addOption(ANSWER.json)
    .addHelpText(
      'after',
      `
Examples:
  zankyo cmd normal boiler -c site.yaml                      the last alarm of boiler was no fault
  zankyo cmd fault --event boiler-pmk6bp31c -c site.yaml     that alarm was a fault: events like it stay alarms
  zankyo cmd mute boiler --for 2h -c site.yaml               no alerts about boiler for two hours
  zankyo cmd freeze -c site.yaml                             all series stop learning, until resume
  zankyo cmd freeze boiler --for 3h -c site.yaml             boiler learns nothing for three hours
  zankyo cmd sensitivity boiler --value 0.8 -c site.yaml     fewer alarms of boiler
  zankyo cmd undo cli-mk6bp31c-a1b2c3 -c site.yaml           take a command back
Exit codes: 0 done, 65 refused, 75 not answered yet. docs/commands.md explains each command.`,
    )
    .action(async (command: string, series: string | undefined, options: CmdOptions) => {
      const { cmd } = await import('../actions/cmd.ts');
      exits(await cmd(command, series, options));
    });
};
