import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { databaseOfService } from '../../src/cli/service-site.ts';

const root = mkdtempSync(join(tmpdir(), 'zankyo-site-'));
const cwd = join(root, 'here');
const state = join(root, 'state');
const touch = (path: string): void => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '');
};
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('without a file in the working directory the database of the service is used', () => {
  touch(join(state, 'zankyo.db'));
  mkdirSync(cwd, { recursive: true });
  expect(databaseOfService(join(cwd, 'zankyo.db'), cwd, state)).toBe(join(state, 'zankyo.db'));
});

test('a working directory that this user may not enter has no database', () => {
  touch(join(state, 'zankyo.db'));
  mkdirSync(cwd, { recursive: true, mode: 0o000 });
  const root = process.geteuid!() === 0;
  if (root) process.seteuid!('nobody');
  try {
    expect(databaseOfService(join(cwd, 'zankyo.db'), cwd, state)).toBe(join(state, 'zankyo.db'));
  } finally {
    if (root) process.seteuid!('root');
  }
});

test('a file in the working directory, another name and a path elsewhere are left as they are', () => {
  touch(join(state, 'zankyo.db'));
  touch(join(cwd, 'zankyo.db'));
  expect(databaseOfService(join(cwd, 'zankyo.db'), cwd, state)).toBeNull();
  expect(databaseOfService(join(cwd, 'other.db'), cwd, state)).toBeNull();
  expect(databaseOfService(join(root, 'zankyo.db'), cwd, state)).toBeNull();
  expect(databaseOfService(join(state, 'zankyo.db'), state, state)).toBeNull();
});
