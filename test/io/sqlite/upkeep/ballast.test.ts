import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Ballast } from '../../../../src/io/sqlite/upkeep/ballast.ts';

const BYTES = 1024 * 1024;
const root = mkdtempSync(join(tmpdir(), 'zankyo-ballast-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
let database: string;
let file: string;
beforeEach(() => {
  database = join(mkdtempSync(join(root, 'site-')), 'zankyo.db');
  file = `${database}.ballast`;
});

test('is there until it is released, and again when it is restored', () => {
  const ballast = new Ballast(database, BYTES);
  expect(ballast.release()).toBe(false);
  expect(ballast.restore()).toBe(true);
  expect(statSync(file).size).toBe(BYTES);
  expect(ballast.release()).toBe(true);
  expect(existsSync(file)).toBe(false);
  expect(ballast.release()).toBe(false);
  expect(ballast.restore()).toBe(true);
});

test('takes up the space that it says, and no compression makes less of it', () => {
  new Ballast(database, BYTES).restore();
  expect(deflateSync(readFileSync(file)).length).toBeGreaterThanOrEqual(BYTES);
});

test('is readable for its owner only, under any umask', () => {
  const before = process.umask(0);
  try {
    new Ballast(database, BYTES).restore();
  } finally {
    process.umask(before);
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('that is whole is left as it is', () => {
  new Ballast(database, BYTES).restore();
  const written = readFileSync(file);
  expect(new Ballast(database, BYTES).restore()).toBe(true);
  expect(readFileSync(file).equals(written)).toBe(true);
});

test.each([0, 1, BYTES / 2, BYTES + 1])(
  'of %i bytes, as a power cut or another version left it, is made anew',
  (left) => {
    writeFileSync(file, Buffer.alloc(left));
    expect(new Ballast(database, BYTES).restore()).toBe(true);
    expect(statSync(file).size).toBe(BYTES);
  },
);

test('is not made where there is no room for four of it, and what was half-written goes', () => {
  writeFileSync(file, Buffer.alloc(BYTES));
  expect(new Ballast(database, 2 ** 60).restore()).toBe(false);
  expect(existsSync(file)).toBe(false);
});

test('that can be neither made nor deleted is none, and nothing is thrown', () => {
  const nowhere = new Ballast(join(root, 'nowhere', 'zankyo.db'), BYTES);
  expect([nowhere.restore(), nowhere.release()]).toEqual([false, false]);
  mkdirSync(file);
  const blocked = new Ballast(database, BYTES);
  expect([blocked.restore(), blocked.release()]).toEqual([false, false]);
});
