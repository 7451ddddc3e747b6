import type { CommandNode, OptionNode } from './command-tree.ts';

/*
 * Scripts that complete commands, subcommands, options, their choices and file names, made from the tree of commands. They hold all
 * words, so that a press of the tab key does not start the program.
 */

/** Values that are names of files. */
const FILES = new Set(['file', 'files']);

interface Level {
  /** Words after the program: `weights export`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly OptionNode[];
  readonly takesFile: boolean;
}

const HELP: OptionNode = {
  ...{ flags: '-h, --help', short: '-h', long: '--help', value: null, required: false, choices: [], byDefault: null },
  description: 'explain the command',
};

function levelsOf(tree: readonly CommandNode[]): readonly Level[] {
  const last = (name: string): string => name.split(' ').at(-1)!;
  const named = (nodes: readonly CommandNode[]) =>
    nodes.map(({ name, description }) => ({ name: last(name), about: description }));
  const inside = (nodes: readonly CommandNode[]): readonly Level[] =>
    nodes.flatMap((node) => [
      {
        path: node.name,
        commands: named(node.commands),
        options: [...node.options, HELP],
        takesFile: node.arguments.some(({ name }) => FILES.has(name)),
      },
      ...inside(node.commands),
    ]);
  return [{ path: '', commands: named(tree), options: [HELP], takesFile: false }, ...inside(tree)];
}

const words = (options: readonly OptionNode[]): readonly string[] =>
  options.flatMap(({ short, long }) => (short === null ? [long] : [short, long]));

/** In single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function bashCompletion(tree: readonly CommandNode[]): string {
  const levels = levelsOf(tree);
  const cases = levels.map(({ path, commands, options, takesFile }) => {
    const values = options.flatMap(({ short, long, choices, value }) => {
      const flags = [short, long].filter((flag) => flag !== null).join('|');
      if (choices.length > 0)
        return [`${flags}) COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$cur")); return ;;`];
      if (value === null) return [];
      return [`${flags}) ${FILES.has(value) ? 'COMPREPLY=($(compgen -f -- "$cur"))' : 'COMPREPLY=()'}; return ;;`];
    });
    return [
      `    ${quoted(path)})`,
      ...(values.length === 0
        ? []
        : ['      case "$prev" in', ...values.map((line) => `        ${line}`), '      esac']),
      `      words=${quoted([...commands.map(({ name }) => name), ...words(options)].join(' '))}`,
      `      files=${takesFile ? 1 : 0}`,
      '      ;;',
    ].join('\n');
  });
  const paths = levels.map(({ path }) => path).filter((path) => path !== '');
  return `# bash completion for zankyo: source it, or put it into ~/.local/share/bash-completion/completions/zankyo
_zankyo() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' files=0 i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path }\${COMP_WORDS[i]}" in
      ${paths.map(quoted).join('|')}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ $files = 1 && $cur != -* ]]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _zankyo zankyo
`;
}

export function zshCompletion(tree: readonly CommandNode[]): string {
  const levels = levelsOf(tree);
  const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');
  const cases = levels.map(({ path, commands, options, takesFile }) => {
    const specs = options.map(({ short, long, value, description, choices }) => {
      const action =
        value === null
          ? ''
          : `:${value}:${choices.length > 0 ? `(${choices.join(' ')})` : FILES.has(value) ? '_files' : ' '}`;
      const about = `[${escaped(description)}]${action}`;
      return short === null ? quoted(long + about) : `'(${short} ${long})'{${short},${long}}${quoted(about)}`;
    });
    const rest = commands.length > 0 ? ["'1:command:->commands'"] : takesFile ? ["'*:file:_files'"] : ["'*: : '"];
    const list = commands.map(({ name, about }) => quoted(`${name}:${escaped(about)}`)).join(' ');
    return [
      `    ${quoted(path)})`,
      `      _arguments ${[...specs, ...rest].join(' ')}`,
      ...(commands.length === 0
        ? []
        : [`      if [[ $state = commands ]]; then commands=(${list}); _describe command commands; fi`]),
      '      ;;',
    ].join('\n');
  });
  const paths = levels.map(({ path }) => path).filter((path) => path !== '');
  return `#compdef zankyo
# zsh completion for zankyo: put it as _zankyo into a directory of $fpath
_zankyo() {
  local curcontext=$curcontext state line path_words='' i
  local -a commands
  for ((i = 2; i < CURRENT; i++)); do
    case "\${path_words:+$path_words }\${words[i]}" in
      ${paths.map(quoted).join('|')}) path_words="\${path_words:+$path_words }\${words[i]}" ;;
    esac
  done
  if [[ -n $path_words ]]; then
    local -a parts=(\${(s: :)path_words})
    shift \${#parts} words
    (( CURRENT -= \${#parts} ))
  fi
  case "$path_words" in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] = _zankyo ]]; then _zankyo "$@"; else compdef _zankyo zankyo; fi
`;
}

export function fishCompletion(tree: readonly CommandNode[]): string {
  const lines = [
    '# fish completion for zankyo: put it into ~/.config/fish/completions/zankyo.fish',
    'complete -c zankyo -f',
  ];
  const add = (condition: string, rest: string): void => {
    lines.push(`complete -c zankyo -n ${quoted(condition)} ${rest}`);
  };
  for (const { path, commands, options, takesFile } of levelsOf(tree)) {
    const names = commands.map(({ name }) => name).join(' ');
    const here =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    for (const { name, about } of commands)
      add(
        path === '' ? here : `${here}; and not __fish_seen_subcommand_from ${names}`,
        `-a ${name} -d ${quoted(about)}`,
      );
    if (takesFile) add(here, '-F');
    for (const { short, long, value, choices, description } of options) {
      const flags = `${short === null ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
      const argument =
        value === null
          ? ''
          : choices.length > 0
            ? ` -x -a ${quoted(choices.join(' '))}`
            : FILES.has(value)
              ? ' -r -F'
              : ' -x';
      add(here, `${flags}${argument} -d ${quoted(description)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
