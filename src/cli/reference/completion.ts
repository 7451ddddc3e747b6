import type { ArgumentNode, CommandNode, OptionNode } from './command-tree.ts';

/*
 * Scripts that complete commands, subcommands, options, choices and file names, made from the tree of commands. They hold all
 * words, so that a press of the tab key does not start the program.
 */

/** Values that are names of files. */
const FILES = new Set(['file', 'files']);

interface Level {
  /** Words after the program: `weights export`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly OptionNode[];
  readonly arguments: readonly ArgumentNode[];
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
        arguments: node.arguments,
      },
      ...inside(node.commands),
    ]);
  return [{ path: '', commands: named(tree), options: [HELP], arguments: [] }, ...inside(tree)];
}

const words = (options: readonly OptionNode[]): readonly string[] =>
  options.flatMap(({ short, long }) => (short === null ? [long] : [short, long]));

const takesFile = ({ arguments: all }: Level): boolean => all.some(({ name }) => FILES.has(name));
const choicesOf = ({ arguments: all }: Level): readonly string[] => all.flatMap(({ choices }) => choices);

/** In single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function bashCompletion(tree: readonly CommandNode[]): string {
  const levels = levelsOf(tree);
  const cases = levels.map((level) => {
    const { path, commands, options } = level;
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
      `      words=${quoted([...commands.map(({ name }) => name), ...choicesOf(level), ...words(options)].join(' '))}`,
      `      files=${takesFile(level) ? 1 : 0}`,
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
  const cases = levels.map(({ path, commands, options, arguments: all }) => {
    const specs = options.map(({ short, long, value, description, choices }) => {
      const action =
        value === null
          ? ''
          : `:${value}:${choices.length > 0 ? `(${choices.join(' ')})` : FILES.has(value) ? '_files' : ' '}`;
      const about = `[${escaped(description)}]${action}`;
      return short === null ? quoted(long + about) : `'(${short} ${long})'{${short},${long}}${quoted(about)}`;
    });
    const positional = all.map(({ name, choices, variadic }, i) => {
      const action = choices.length > 0 ? `(${choices.join(' ')})` : FILES.has(name) ? '_files' : ' ';
      return quoted(`${variadic ? '*' : i + 1}:${name}:${action}`);
    });
    const rest = commands.length > 0 ? ["'1:command:->commands'"] : positional;
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
  const levels = levelsOf(tree);
  const paths = levels.map(({ path }) => path).filter((path) => path !== '');
  const lines = [
    '# fish completion for zankyo: put it into ~/.config/fish/completions/zankyo.fish',
    'function __zankyo_path',
    '  set -l path',
    '  for word in (commandline -opc)[2..-1]',
    '    switch "$path $word"',
    `      case ${paths.map((path) => quoted(` ${path}`)).join(' ')}`,
    '        set path "$path $word"',
    '    end',
    '  end',
    '  string trim -- "$path"',
    'end',
    'complete -c zankyo -f',
  ];
  for (const level of levels) {
    const { path, commands, options } = level;
    const add = (rest: string): void => {
      lines.push(`complete -c zankyo -n ${quoted(`string match -q -- "${path}" (__zankyo_path)`)} ${rest}`);
    };
    for (const { name, about } of commands) add(`-a ${name} -d ${quoted(about)}`);
    if (choicesOf(level).length > 0) add(`-a ${quoted(choicesOf(level).join(' '))}`);
    if (takesFile(level)) add('-F');
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
      add(`${flags}${argument} -d ${quoted(description)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
