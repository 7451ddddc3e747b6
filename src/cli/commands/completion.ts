import { Argument } from 'commander';
import { GROUPS, type Register } from './registration.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const registerCompletion: Register = (program, { exits }) => {
  program
    .command('completion')
    .helpGroup(GROUPS.help)
    .description('print a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText('after', '\nbash: source <(zankyo completion bash)')
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { completion } = await import('../actions/completion.ts');
      exits(completion(shell, program));
    });
};
