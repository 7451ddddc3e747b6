import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

test('npm pack in a fresh clone packs the program, and it runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zankyo-pack-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const clone = join(folder, 'clone');
  const run = (program: string, args: readonly string[], cwd: string): string =>
    execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  // As git has them, changed or not: no dist, and dependencies as installed.
  for (const file of run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root).split('\0')) {
    if (file === '') continue;
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(root, file), join(clone, file));
  }
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));

  run('npm', ['pack', '--silent', '--pack-destination', folder], clone);
  run('tar', ['xzf', run('find', [folder, '-maxdepth', '1', '-name', '*.tgz'], folder).trim()], folder);
  const packed = run('find', ['.', '-type', 'f'], join(folder, 'package')).split('\n');
  expect(packed).toEqual(
    expect.arrayContaining(['./dist/cli/main.js', './dist/kernel.wasm', './deploy/zankyo.service']),
  );
  symlinkSync(join(root, 'node_modules'), join(folder, 'package/node_modules'));
  expect(run('node', ['dist/cli/main.js', '--version'], join(folder, 'package'))).toMatch(/^\d+\.\d+\.\d+\n$/);
});
