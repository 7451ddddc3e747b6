import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

interface Locked {
  readonly dev?: boolean;
  readonly version: string;
}
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
/** Where the production packages are, below the root. */
const production = Object.keys(lock.packages).filter((path) => path !== '' && lock.packages[path].dev !== true);

const run = (program: string, args: readonly string[], cwd: string): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** As git has the files, changed or not: no dist. The packages as `npm ci` leaves them, those for development by links. */
const freshClone = (clone: string): void => {
  for (const file of run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root).split('\0')) {
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(root, file), join(clone, file));
  }
  const roots = new Set([...production.map((path) => path.split('/')[1]), '.bin']);
  mkdirSync(join(clone, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const [from, to] = [join(root, 'node_modules', name), join(clone, 'node_modules', name)];
    if (roots.has(name)) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    else symlinkSync(from, to);
  }
};

describe('npm pack in a fresh clone, and npm i -g of the packed file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zankyo-pack-'));
  const global = join(folder, 'global');
  const installed = join(global, 'lib/node_modules/zankyo');

  beforeAll(() => {
    const clone = join(folder, 'clone');
    freshClone(clone);
    run('npm', ['pack', '--silent', '--pack-destination', folder], clone);
    const file = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
    // No registry is asked. --ignore-scripts: the compiled part is that of this checkout, because a second compilation takes a minute.
    run('npm', ['install', '-g', '--offline', '--ignore-scripts', '--prefix', global, join(folder, file)], folder);
    const addon = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node';
    expect(existsSync(join(installed, addon))).toBe(false);
    cpSync(join(root, addon), join(installed, addon));
  }, 600_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  }, 300_000);

  test('has the program, the site files and the unit, and nothing of the other packages', () => {
    for (const file of ['dist/cli/main.js', 'dist/kernel.wasm', 'config/minimal.yaml', 'deploy/zankyo.service'])
      expect([file, existsSync(join(installed, file))]).toEqual([file, true]);
    expect(readdirSync(join(installed, 'deploy'))).not.toContain('deb');
  });

  test('has every package of the lock file in its version', () => {
    const versionAt = (path: string): unknown =>
      (JSON.parse(readFileSync(join(installed, path, 'package.json'), 'utf8')) as Locked).version;
    expect(production.map((path) => [path, versionAt(path)])).toEqual(
      production.map((path) => [path, lock.packages[path].version]),
    );
  });

  test('has the sources of the addon, to compile them on any machine', () => {
    for (const file of ['binding.gyp', 'deps/sqlite3/sqlite3.c', 'src/better_sqlite3.cpp'])
      expect([file, existsSync(join(installed, 'node_modules/better-sqlite3', file))]).toEqual([file, true]);
  });

  test('zankyo demo passes', { timeout: 300_000 }, () => {
    const text = run(join(global, 'bin/zankyo'), ['demo', '--for', '5d'], folder);
    expect(text).toContain('1 of 1 fault detected, no false alarms');
  });
});
