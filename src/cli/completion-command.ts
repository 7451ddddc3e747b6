import type { Command } from 'commander';
import { treeOf, type CommandNode } from './command-tree.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './completion.ts';
import { EXIT } from './exit-codes.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (tree: readonly CommandNode[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `zankyo completion SHELL`: prints a script for the shell. */
export function completion(shell: (typeof SHELLS)[number], program: Command): number {
  process.stdout.write(SCRIPTS[shell](treeOf(program)));
  return EXIT.ok;
}
