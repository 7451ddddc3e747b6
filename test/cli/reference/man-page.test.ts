import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runnable, treeOf } from '../../../src/cli/reference/command-tree.ts';
import { bashCompletion } from '../../../src/cli/reference/completion.ts';
import { manPage } from '../../../src/cli/reference/man-page.ts';
import { buildProgram } from '../../../src/cli/program.ts';

const program = buildProgram({ version: '0.0.0', exits: () => undefined });
const tree = treeOf(program);

// After a change of a command, `npx vitest run test/cli/reference/man-page.test.ts -u` writes the page anew.
test('deploy/man/zankyo.1 has every command with its options', async () => {
  const page = manPage(tree, program.description());
  for (const { name } of runnable(tree)) expect(page).toContain(`.SS "zankyo ${name.replaceAll('-', '\\-')}`);
  await expect(page).toMatchFileSnapshot('../../../deploy/man/zankyo.1');
});

/** What bash offers for a line, with the cursor at its end. */
const offered = (line: string): readonly string[] => {
  const words = line.split(' ');
  const script = `${bashCompletion(tree)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_zankyo; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: join(import.meta.dirname, '..') })
    .split('\n')
    .filter(Boolean);
};

test.each<[string, readonly string[]]>([
  ['zankyo dis', ['discover']],
  ['zankyo weights ', ['export', 'import', '-h', '--help']],
  ['zankyo weights import --c', ['--config']],
  ['zankyo status --w', ['--watch']],
  ['zankyo compare --cells g', ['gru']],
  ['zankyo check exi', ['exit-codes.test.ts']],
  ['zankyo cmd mute boiler --f', ['--for', '--from']],
  ['zankyo cmd un', ['unmute', 'undo']],
  ['zankyo completion z', ['zsh']],
  ['zankyo check -c prog', ['program.test.ts']],
])('bash completes "%s"', (line, words) => {
  expect(offered(line)).toEqual(words);
});
