import type { TokenCommandOptions } from '../actions/token.ts';
import { GROUPS, type Register } from './registration.ts';

export const registerToken: Register = (program, { exits }) => {
  program
    .command('token')
    .helpGroup(GROUPS.service)
    .description('make a token for the dashboard, in place of the one before')
    .requiredOption('-c, --config <file>', 'the site file; with --hub the hub file')
    .option('--hub', 'for the pages of a hub', false)
    .option('--read-only', 'one that is read-only', false)
    .option('--remove', 'remove it, and make no other', false)
    .option('--json', 'print one JSON object', false)
    .action(async (options: TokenCommandOptions) => {
      const { tokenCommand } = await import('../actions/token.ts');
      exits(await tokenCommand(options));
    });
};
