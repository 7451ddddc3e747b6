import { Argument } from 'commander';
import type { CmdOptions } from '../actions/cmd.ts';
import { ANSWER } from './answer-options.ts';
import { GROUPS, type Register } from './registration.ts';

/** `label`: the three commands of `cmd` that judge an event. */
export const registerLabel: Register = (program, { exits }) => {
  program
    .command('label')
    .helpGroup(GROUPS.answer)
    .description('say what an alarm or a time was: normal, fault or missed; short for these commands of cmd')
    .addArgument(new Argument('<kind>', 'what it was').choices(['normal', 'fault', 'missed']))
    .argument('[series]', 'the series or group')
    .requiredOption('-c, --config <file>', 'the site file')
    .addOption(ANSWER.event)
    .addOption(ANSWER.from)
    .addOption(ANSWER.until)
    .addOption(ANSWER.note)
    .addOption(ANSWER.wait)
    .addOption(ANSWER.json)
    .action(async (kind: string, series: string | undefined, options: CmdOptions) => {
      const { cmd } = await import('../actions/cmd.ts');
      exits(await cmd(kind, series, options));
    });
};
