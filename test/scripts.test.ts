import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

test('a list of passed tests goes on after an interruption; a test that imports what has changed is not in it', async () => {
  interface Passed {
    readonly counts: ReadonlyMap<string, { readonly passed: number; readonly skipped: number }>;
    readonly add: (file: string, counts: { passed: number; skipped: number }) => void;
  }
  const { openPassed, statesOf } = (await import(join(root, 'scripts/emulated/passed.mjs'))) as {
    openPassed: (path: string, stateOf: (file: string) => string) => Passed;
    statesOf: (files: readonly string[], options: string, root: string) => (file: string) => string;
  };
  const folder = mkdtempSync(join(tmpdir(), 'zankyo-passed-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const data = ['config/full.yaml', 'test/cli/c.txt', 'test/vectors/d.json'];
  write('src/math/a.ts', 'export const a = 1;');
  write('src/nn/b.ts', "import { a } from '../math/a.ts';");
  write('src/app/c.ts', '');
  for (const file of data) write(file, '');
  write('test/math/a.test.ts', "import { a } from '../../src/math/a.ts';");
  write('test/nn/b.test.ts', "import {\n  b,\n} from '../../src/nn/b.ts';");
  write('test/cli/c.test.ts', "spawn('dist/cli/main.js');");
  const tests = ['test/math/a.test.ts', 'test/nn/b.test.ts', 'test/cli/c.test.ts'];
  const files = ['src/math/a.ts', 'src/nn/b.ts', 'src/app/c.ts', ...data, ...tests];
  const list = (options = 'short'): Passed => openPassed(join(folder, 'passed'), statesOf(files, options, folder));
  const names = (options?: string): string[] => [...list(options).counts.keys()];
  for (const test of tests) list().add(test, { passed: 3, skipped: 1 });
  expect([...list().counts]).toEqual(tests.map((test) => [test, { passed: 3, skipped: 1 }]));
  expect(names('long')).toEqual([]);
  write('test/d.test.ts', '');
  expect(statesOf([...files, 'test/d.test.ts'], 'short', folder)('test/d.test.ts')).toMatch(/^[0-9a-f]{64}$/);

  write('src/app/c.ts', 'changed');
  expect(names()).toEqual(tests.slice(0, 2));
  write('src/nn/b.ts', "import { a } from '../math/a.ts'; changed");
  expect(names()).toEqual(tests.slice(0, 1));
  list().add(tests[1], { passed: 3, skipped: 1 });
  write('src/math/a.ts', 'changed');
  expect(names()).toEqual([]);
  for (const test of tests) list().add(test, { passed: 3, skipped: 1 });
  write('test/cli/c.txt', 'changed');
  expect(names()).toEqual(tests.slice(0, 2));
  list().add(tests[2], { passed: 3, skipped: 1 });
  write('config/full.yaml', 'changed');
  expect(names()).toEqual(tests.slice(0, 2));
  write('test/vectors/d.json', 'changed');
  expect(names()).toEqual([]);
});
