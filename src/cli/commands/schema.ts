import { GROUPS, type Register } from './registration.ts';

export const registerSchema: Register = (program, { exits }) => {
  program
    .command('schema')
    .helpGroup(GROUPS.help)
    .description('print the JSON Schema of site files, for editors')
    .action(async () => {
      const { schema } = await import('../check-command.ts');
      exits(schema());
    });
};
