import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as prettier from 'prettier';
import { expect, test } from 'vitest';
import { commandReference } from '../../src/cli/reference/command-reference.ts';
import { runnable, treeOf } from '../../src/cli/reference/command-tree.ts';
import { GROUPS } from '../../src/cli/commands/registration.ts';
import { buildProgram } from '../../src/cli/program.ts';

const root = resolve(import.meta.dirname, '../..');
const program = buildProgram({ version: '0.0.0', exits: () => undefined });
const tree = treeOf(program);

test('each command has a heading, and a description of one clause without a full stop', () => {
  for (const { name, group } of tree)
    expect([name, Object.values(GROUPS)]).toEqual([name, expect.arrayContaining([group])]);
  for (const { name, description } of runnable(tree))
    expect(`${name}: ${description}`).toMatch(/^[\w -]+: [a-z].*[^.]$/);
});

test('each option and argument has a description', () => {
  const without = runnable(tree).flatMap(({ name, options, arguments: all }) =>
    [...options, ...all].filter(({ description }) => description === '').map((each) => [name, each]),
  );
  expect(without).toEqual([]);
});

// After a change of a command, `npx vitest run test/cli/program.test.ts -u` writes the page anew.
test('docs/command-line.md has every command with its options', async () => {
  const file = join(root, 'docs/command-line.md');
  const page = readFileSync(file, 'utf8');
  expect(page).toContain('<!-- commands -->');
  const options = await prettier.resolveConfig(file);
  const written = page.replace(
    /(<!-- commands -->\n)[^]*?(\n<!-- \/commands -->)/,
    (_, above: string, below: string) => `${above}\n${commandReference(tree)}\n${below}`,
  );
  await expect(await prettier.format(written, { ...options, parser: 'markdown' })).toMatchFileSnapshot(
    '../../docs/command-line.md',
  );
});
