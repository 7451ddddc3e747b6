import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directory, runProgram } from '../programs/program.ts';

const { path, remove } = directory({ 'house.yaml': 'site: house\n' });
afterAll(remove);
beforeAll(async () => {
  for (const [shell, file] of [
    ['zsh', '_zankyo'],
    ['fish', 'zankyo.fish'],
  ])
    writeFileSync(join(path, file), (await runProgram(['completion', shell])).stdout);
  writeFileSync(join(path, 'zankyo'), '#!/bin/sh\n', { mode: 0o755 });
});

const run = (shell: string, ...args: string[]): string => {
  const env = { PATH: `${path}:${process.env['PATH'] ?? ''}`, HOME: path, TERM: 'xterm', LANG: 'C.UTF-8' };
  return execFileSync(shell, args, { cwd: path, encoding: 'utf8', env, timeout: 20_000 });
};

/** The words that fish offers for a line. */
const offeredByFish = (line: string): readonly string[] =>
  run('fish', '--no-config', '-c', `source zankyo.fish; complete -C '${line}'`)
    .split('\n')
    .filter(Boolean)
    .map((offer) => offer.split('\t')[0]);

test.each<[string, readonly string[]]>([
  ['zankyo wei', ['weights']],
  ['zankyo weights ', ['export', 'import']],
  ['zankyo weights import --', ['--config', '--help', '--json']],
  ['zankyo import --', ['--config', '--help', '--json']],
  ['zankyo status --w', ['--watch']],
  ['zankyo series --phase ', ['learning', 'ready', 'silent']],
  ['zankyo cmd un', ['undo', 'unmute']],
  ['zankyo check -c hou', ['house.yaml']],
  ['zankyo restore hou', ['house.yaml']],
])('fish completes "%s"', (line, words) => {
  expect(offeredByFish(line)).toEqual(words);
});

/** In a terminal of its own: the line after a press of the tab key, for each line. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; setopt no_beep; say() { print -r -- "<<$BUFFER>>"; BUFFER= }; zle -N say; bindkey "^X" say; print RE""ADY'
zpty -r -m shell text '*READY*'
for line in "$@"; do
  zpty -w -n shell "$line"$'\\t\\x18'
  zpty -r -m shell text '*<<*>>*'
  print -r -- "\${\${text##*<<}%%>>*}"
done
zpty -d shell
`;

test('zsh completes commands, subcommands, options, choices and files', () => {
  const lines = {
    'zankyo wei': 'zankyo weights ',
    'zankyo weights e': 'zankyo weights export ',
    'zankyo status --w': 'zankyo status --watch ',
    'zankyo weights import boiler x.safetensors --c': 'zankyo weights import boiler x.safetensors --config ',
    'zankyo series --phase l': 'zankyo series --phase learning ',
    'zankyo cmd sens': 'zankyo cmd sensitivity ',
    'zankyo check -c hou': 'zankyo check -c house.yaml ',
    'zankyo restore hou': 'zankyo restore house.yaml ',
  };
  const completed = run('zsh', '-f', '-c', ZSH, 'zsh', ...Object.keys(lines))
    .split('\n')
    .filter(Boolean);
  expect(completed).toEqual(Object.values(lines));
});
