import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('the tables of docs/capacity.md are those that bench/capacity.mjs prints', () => {
  const printed = execFileSync(process.execPath, ['bench/capacity.mjs'], { cwd: root, encoding: 'utf8' });
  const page = readFileSync(join(root, 'docs/capacity.md'), 'utf8');
  const cells = (table: string): readonly (readonly string[])[] =>
    table
      .trim()
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim().replace(/^-+$/, '---')));
  const written = ['needs', 'simulation'].map((name) => {
    const found = new RegExp(`<!-- ${name} -->([^]*?)<!-- /${name} -->`).exec(page);
    return cells(found![1]);
  });
  expect(written).toEqual(printed.split('\n\n').map(cells));
});
