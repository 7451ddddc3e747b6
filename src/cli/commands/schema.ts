import { Argument } from 'commander';
import type { ContractName } from '../../app/contracts.ts';
import { GROUPS, type Register } from './registration.ts';

/** What `zankyo schema` can print: the site file, and each contract. As in app/contracts.ts; a test holds them together. */
export const SCHEMAS = [
  'site',
  'status',
  'health',
  'state',
  'event',
  'incident',
  'command',
  'reply',
  'learned',
  'import',
  'webhook',
] as const satisfies readonly ('site' | ContractName)[];

export const registerSchema: Register = (program, { exits }) => {
  program
    .command('schema')
    .helpGroup(GROUPS.help)
    .description('print the JSON Schema of site files, for editors, of the messages on a topic, or of a webhook')
    .addArgument(
      new Argument('[name]', 'of site files, or of messages (docs/alerts.md, docs/notifications.md)')
        .choices(SCHEMAS)
        .default('site'),
    )
    .action(async (name: (typeof SCHEMAS)[number]) => {
      const { schema } = await import('../actions/schema.ts');
      exits(schema(name));
    });
};
