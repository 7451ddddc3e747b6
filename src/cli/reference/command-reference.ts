import { runnable, usageOf, type CommandNode } from './command-tree.ts';

/** Every command with its options as Markdown, for docs/command-line.md. */
export function commandReference(tree: readonly CommandNode[]): string {
  return runnable(tree)
    .map((node) => {
      const { name, description, arguments: all, options } = node;
      const rows = [
        ...all.map(({ name: word, description: text, choices }) => [
          '`' + word + '`',
          text + (choices.length === 0 ? '' : `: ${choices.join(', ')}`),
        ]),
        ...options.map(({ flags, description: text, required, byDefault }) => [
          '`' + flags + '`',
          text + (required ? ' (required)' : '') + (byDefault === null ? '' : ` (default: ${byDefault})`),
        ]),
      ];
      const table =
        rows.length === 0
          ? []
          : ['', '| | |', '| --- | --- |', ...rows.map((cells) => `| ${cells.map(cell).join(' | ')} |`)];
      return [`### zankyo ${name}`, '', `\`${usageOf(node)}\`: ${description}.`, ...table].join('\n');
    })
    .join('\n\n');
}

const cell = (text: string): string =>
  (text.startsWith('`') ? text : text.replaceAll('<', '\\<')).replaceAll('|', '\\|');
