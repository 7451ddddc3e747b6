import { Argument } from 'commander';
import { GROUPS, type Register } from './registration.ts';

export const registerCompletion: Register = (program, { exits }) => {
  program
    .command('completion')
    .helpGroup(GROUPS.help)
    .description('print a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', '\nbash: source <(zankyo completion bash)')
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completion } = await import('../completion-command.ts');
      exits(completion(shell, program));
    });
};
