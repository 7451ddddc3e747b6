import type { Command } from 'commander';
import { treeOf } from '../reference/command-tree.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../reference/completion.ts';
import { EXIT } from '../exit-codes.ts';

const SCRIPTS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `zankyo completion SHELL`: prints a script for the shell. */
export function completion(shell: keyof typeof SCRIPTS, program: Command): number {
  process.stdout.write(SCRIPTS[shell](treeOf(program)));
  return EXIT.ok;
}
