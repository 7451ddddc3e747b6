import type { Command, Option } from 'commander';

/** One command of the program as plain data, for the documentation, the man page and shell completion. */
export interface CommandNode {
  /** Without the program: `weights export`. */
  readonly name: string;
  readonly group: string;
  readonly description: string;
  readonly arguments: readonly ArgumentNode[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

export interface ArgumentNode {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly choices: readonly string[];
}

export interface OptionNode {
  /** As in the help: `-c, --config <file>`. */
  readonly flags: string;
  readonly short: string | null;
  readonly long: string;
  /** The name of its value, or null for a switch. */
  readonly value: string | null;
  readonly required: boolean;
  readonly description: string;
  readonly choices: readonly string[];
  /** In words, or null where there is none. */
  readonly byDefault: string | null;
}

/** The commands of a program, in the order of its help, without `help`. */
export const treeOf = (program: Command): readonly CommandNode[] =>
  program.commands.filter((command) => command.name() !== 'help').map((command) => nodeOf(command, ''));

function nodeOf(command: Command, before: string): CommandNode {
  const name = before + command.name();
  return {
    name,
    group: command.helpGroup(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      required: argument.required,
      variadic: argument.variadic,
      choices: argument.argChoices ?? [],
    })),
    options: command.options.filter(({ hidden }) => !hidden).map(optionOf),
    commands: command.commands.map((each) => nodeOf(each, `${name} `)),
  };
}

function optionOf(option: Option): OptionNode {
  const { flags, short, long, mandatory, description, argChoices, defaultValueDescription } = option;
  const byDefault: unknown = defaultValueDescription ?? option.defaultValue;
  return {
    flags,
    short: short ?? null,
    long: long!,
    value: /[<[]([^>\].]+)/.exec(flags)?.[1] ?? null,
    required: mandatory,
    description,
    choices: argChoices ?? [],
    byDefault: typeof byDefault === 'string' || typeof byDefault === 'number' ? String(byDefault) : null,
  };
}

/** Commands and their subcommands as one list; a command that only holds others is left out. */
export const runnable = (nodes: readonly CommandNode[]): readonly CommandNode[] =>
  nodes.flatMap((node) => (node.commands.length === 0 ? [node] : runnable(node.commands)));

/** `zankyo cmd <command> [series]`, without the options. */
export const usageOf = ({ name, arguments: all }: CommandNode): string =>
  ['zankyo', name, ...all.map(argumentWord)].join(' ');

const argumentWord = ({ name, required, variadic }: ArgumentNode): string => {
  const word = name + (variadic ? '...' : '');
  return required ? `<${word}>` : `[${word}]`;
};
