import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
/** Scripts that import the built program and that no other test runs: benchmarks, and the generators of pictures. */
const scripts = ['bench', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => join(folder, file)),
);
const IMPORT = /import \{([^}]*)\} from '([^']*\/dist\/[^']*)\.js'/g;

/** Names that a script imports from the built program, with the file of src that has to export each. */
const importsOf = (script: string): { name: string; source: string }[] =>
  [...readFileSync(join(root, script), 'utf8').matchAll(IMPORT)].flatMap(([, names, path]) => {
    const source = relative(join(root, 'dist'), resolve(root, dirname(script), path));
    const each = names.split(',').map((name) => name.trim().split(' as ')[0]);
    return each.filter((name) => name !== '').map((name) => ({ name, source }));
  });

const importing = scripts.filter((script) => importsOf(script).length > 0);

test.each(importing)('%s imports only what the program exports', async (script) => {
  for (const { name, source } of importsOf(script)) {
    const module = (await import(join(root, 'src', `${source}.ts`))) as Record<string, unknown>;
    expect(Object.keys(module), source).toContain(name);
  }
});

test('there are scripts that import the program', () => {
  expect(importing.length).toBeGreaterThan(20);
});

test('a list of passed tests goes on after an interruption, and begins anew when the sources change', async () => {
  interface Passed {
    readonly counts: ReadonlyMap<string, { readonly passed: number; readonly skipped: number }>;
    readonly add: (file: string, counts: { passed: number; skipped: number }) => void;
  }
  const { openPassed } = (await import(join(root, 'scripts/emulated/passed.mjs'))) as {
    openPassed: (path: string, state: string) => Passed;
  };
  const folder = mkdtempSync(join(tmpdir(), 'zankyo-passed-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const list = (state: string): Passed => openPassed(join(folder, 'passed'), state);
  list('one').add('test/a.test.ts', { passed: 3, skipped: 1 });
  list('one').add('test/b.test.ts', { passed: 5, skipped: 0 });
  expect([...list('one').counts]).toEqual([
    ['test/a.test.ts', { passed: 3, skipped: 1 }],
    ['test/b.test.ts', { passed: 5, skipped: 0 }],
  ]);
  expect([...list('two').counts]).toEqual([]);
  expect([...list('one').counts]).toEqual([]);
});
