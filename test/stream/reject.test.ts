import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REASONS } from '../../src/stream/reject.ts';

test('docs/bad-input.md has every reason, and no other', () => {
  const page = readFileSync(new URL('../../docs/bad-input.md', import.meta.url), 'utf8');
  const counted = page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => [...(line.split(' | ').at(-1) ?? '').matchAll(/`(\w+)`/g)].map(([, reason]) => reason));
  expect([...new Set(counted)].sort()).toEqual(Object.keys(REASONS).sort());
});
