import type { NotifyTestOptions } from '../actions/notify.ts';
import { GROUPS, type Register } from './registration.ts';

export const registerNotify: Register = (program, { exits }) => {
  program
    .command('notify')
    .helpGroup(GROUPS.service)
    .description('try the targets of notifications')
    .command('test')
    .description('send a test message, to all targets of the site file or to one, and print the results')
    .argument('[target]', 'the name of the target (default: all)')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('--json', 'one JSON object for each target', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 all sent, 69 one or more failed. docs/notifications.md explains the targets.',
    )
    .action(async (target: string | undefined, options: NotifyTestOptions) => {
      const { notifyTest } = await import('../actions/notify.ts');
      exits(await notifyTest(target, options));
    });
};
