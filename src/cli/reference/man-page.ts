import { runnable, type CommandNode } from './command-tree.ts';
import { PASSWORD_VARIABLE } from '../commands/broker-words.ts';
import { EXIT } from '../exit-codes.ts';

/** Text in roff: backslashes and quotes are escaped, and no line begins with a control character. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/^([.'])/gm, '\\&$1')
    .replaceAll('°', '\\(de')
    .replaceAll('…', '...');

const EXIT_WORDS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failure: 'the database cannot be used, or an internal error',
  usage: 'an unknown command or option, or a value that does not fit',
  refused: 'the service refused a command',
  noInput: 'a recording, a stream or messages are missing',
  unavailable: 'the broker, or a target of notifications, cannot be reached',
  waiting: 'the service has not answered yet',
  config: 'the site file has mistakes',
};

/** zankyo(1) in the macros of man(7), from the tree of commands. */
export function manPage(tree: readonly CommandNode[], description: string): string {
  const groups = [...new Set(tree.map(({ group }) => group))];
  return `${[
    '.\\" Written from the commands of the program: npx vitest run test/cli/reference/man-page.test.ts -u',
    '.TH ZANKYO 1',
    '.SH NAME',
    'zankyo \\- detects anomalies in sensor readings over MQTT',
    '.SH SYNOPSIS',
    '.B zankyo',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    roff(description),
    ...groups.flatMap((group) => [
      `.SH "${roff(group.replace(/:$/, '').toUpperCase())}"`,
      ...runnable(tree.filter((node) => node.group === group)).flatMap(commandLines),
    ]),
    '.SH EXIT STATUS',
    ...Object.entries(EXIT).flatMap(([name, code]) => [
      '.TP',
      `.B ${code}`,
      roff(EXIT_WORDS[name as keyof typeof EXIT]),
    ]),
    '.SH ENVIRONMENT',
    '.TP',
    '.B NO_COLOR',
    'Output without colours.',
    '.TP',
    '.B STATE_DIRECTORY',
    'Directory of the database, as systemd sets it.',
    '.TP',
    `.B ${PASSWORD_VARIABLE}`,
    roff('Password of the broker, for discover and init.'),
    '.SH FILES',
    '.TP',
    '.I /etc/zankyo/site.yaml',
    'The site file of the service zankyo.',
    '.TP',
    '.I /var/lib/zankyo/zankyo.db',
    'Its database.',
    '.TP',
    '.I /etc/zankyo/NAME.yaml',
    roff('The site file of the service zankyo@NAME, one of several sites.'),
    '.TP',
    '.I /var/lib/zankyo\\-sites/NAME/zankyo.db',
    'Its database.',
    '.TP',
    '.I /etc/zankyo/mqtt\\-password, /etc/zankyo/NAME/mqtt\\-password',
    roff('Password of the broker, if a line LoadCredential= of the service names the file.'),
    '.TP',
    '.I /etc/credstore/zankyo.mqtt\\-password, /etc/credstore/zankyo.NAME.mqtt\\-password',
    roff('The same without such a line; in /etc/credstore.encrypted encrypted by systemd-creds.'),
    '.SH EXAMPLES',
    '.nf',
    ...[
      'zankyo init',
      'zankyo run -c site.yaml',
      'zankyo status -c site.yaml --watch',
      'zankyo cmd normal boiler -c site.yaml',
    ].map(roff),
    '.fi',
  ].join('\n')}\n`;
}

function commandLines({ name, description, arguments: all, options }: CommandNode): string[] {
  const words = all.map(({ name: word, required, variadic }) => {
    const text = `\\fI${roff(word)}\\fR${variadic ? ' ...' : ''}`;
    return required ? text : `[${text}]`;
  });
  return [
    `.SS "zankyo ${roff(name)}${words.length === 0 ? '' : ' '}${words.join(' ')}"`,
    `${roff(description.charAt(0).toUpperCase() + description.slice(1))}.`,
    ...all.flatMap((argument) => ['.TP', `.I ${roff(argument.name)}`, roff(argument.description)]),
    ...options.flatMap(({ flags, description: text, required, byDefault, choices }) => [
      '.TP',
      `.B ${roff(flags)}`,
      roff(
        text +
          (required ? ' (required)' : '') +
          (choices.length > 0 ? `: ${choices.join(', ')}` : '') +
          (byDefault === null ? '' : ` (default: ${byDefault})`),
      ),
    ]),
  ];
}
