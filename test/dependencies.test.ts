import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/*
 * The budget of what others wrote and we run. A number that has to grow is raised here, in the commit that needs it and
 * with the reason in its message.
 */
const MOST_DIRECT = 16;
/** The clients of NATS, for a cluster, and of PostgreSQL, for a hub: loaded by nothing else, and left out by `npm ci --omit=optional`. */
const OPTIONAL = ['@nats-io/jetstream', '@nats-io/kv', '@nats-io/transport-node', 'pg'];
const MOST_INSTALLED = 131;
/** May run a program of its own when it is installed: it fetches or compiles SQLite. */
const WITH_INSTALL_SCRIPT = ['better-sqlite3'];
/** Permissive: they ask for at most that their text is kept, and for nothing of who uses or changes the program. */
const LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'WTFPL',
];
/** Whoever changes the files of this package must publish those changes. We do not change them; no other reader of iCalendar is as complete. */
const OWN_FILES_ONLY = { 'node_modules/ical.js': 'MPL-2.0' };

const root = resolve(import.meta.dirname, '..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

interface Locked extends Omit<Manifest, 'scripts'> {
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
const ours = read('package.json') as Manifest;
const lock = (read('package-lock.json') as { packages: Readonly<Record<string, Locked>> }).packages;
const manifest = (path: string): Manifest => read(join(path, 'package.json')) as Manifest;

/** Every place of a production package, as the lock file has it. */
const locked = Object.keys(lock)
  .filter((path) => path !== '' && lock[path].dev !== true)
  .sort();

/** The same as Node finds it, from one package.json to the next. */
const reached = (): readonly string[] => {
  const found = new Set<string>();
  const visit = (folder: string, dependencies: Manifest['dependencies'] = {}): void => {
    for (const name of Object.keys(dependencies)) {
      let above = folder;
      while (!existsSync(join(root, above, 'node_modules', name)) && above !== '.') above = dirname(above);
      const path = relative(root, join(root, above, 'node_modules', name));
      if (found.has(path)) continue;
      found.add(path);
      const { dependencies: own, optionalDependencies: optional } = manifest(path);
      visit(path, { ...own, ...optional });
    }
  };
  visit('.', { ...ours.dependencies, ...ours.optionalDependencies });
  return [...found].sort();
};

describe('the packages that the program runs on', () => {
  test('are few', () => {
    expect(Object.keys(ours.dependencies!).length).toBeLessThanOrEqual(MOST_DIRECT);
    expect(locked.length).toBeLessThanOrEqual(MOST_INSTALLED);
    expect(Object.keys(ours.optionalDependencies!)).toEqual(OPTIONAL);
  });

  test('are those that are installed, in the versions of the lock file', () => {
    expect(reached()).toEqual(locked);
    for (const path of locked) expect([path, manifest(path).version]).toEqual([path, lock[path].version]);
  });

  test('are pinned: the direct ones to one version, all to their content', () => {
    const exact = Object.entries({ ...ours.dependencies, ...ours.devDependencies, ...ours.optionalDependencies });
    expect(exact.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    expect(locked.filter((path) => !/^sha512-[\w+/]{86}==$/.test(lock[path].integrity ?? ''))).toEqual([]);
  });

  test('run nothing at installation, but for one', () => {
    const names = (paths: readonly string[]): string[] => paths.map((path) => manifest(path).name);
    expect(names(locked.filter((path) => lock[path].hasInstallScript))).toEqual(WITH_INSTALL_SCRIPT);
    expect(Object.keys(ours.allowScripts!)).toEqual(WITH_INSTALL_SCRIPT);
    // What the lock file says of them is true. npm also runs node-gyp by itself where there is a binding.gyp.
    const runs = locked.filter((path) => {
      const { scripts = {} } = manifest(path);
      const named = ['preinstall', 'install', 'postinstall'].some((name) => name in scripts);
      return named || existsSync(join(root, path, 'binding.gyp'));
    });
    expect(names(runs)).toEqual(WITH_INSTALL_SCRIPT);
  });

  test('have licences that ask for nothing but to be kept', () => {
    const allowed = (expression: string): boolean =>
      expression
        .replace(/^\((.*)\)$/, '$1')
        .split(' OR ')
        .some((licence) => LICENCES.includes(licence));
    const licences = locked.map((path) => [path, lock[path].license ?? 'none'] as const);
    expect(Object.fromEntries(licences.filter(([, licence]) => !allowed(licence)))).toEqual(OWN_FILES_ONLY);
    expect(licences.filter(([path, licence]) => manifest(path).license !== licence)).toEqual([]);
  });
});

describe('npm run sbom', () => {
  interface Bom {
    readonly bomFormat: string;
    readonly specVersion: string;
    readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
    readonly components: readonly {
      readonly 'bom-ref': string;
      readonly purl: string;
      readonly hashes: readonly { readonly alg: string; readonly content: string }[];
    }[];
    readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  }
  const print = (): string => execFileSync(process.execPath, ['scripts/sbom.mjs'], { cwd: root, encoding: 'utf8' });
  const bom = JSON.parse(print()) as Bom;

  test('is CycloneDX of this version, and the same each time', () => {
    expect(ours.scripts!['sbom']).toBe('node scripts/sbom.mjs');
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(bom.metadata.component).toMatchObject({ name: ours.name, version: ours.version });
    expect(print()).toBe(print());
  });

  test('names every locked production package, its version and its content', () => {
    const purls = locked.map((path) => {
      const { name, version } = manifest(path);
      return `pkg:npm/${name.replace('@', '%40')}@${version}`;
    });
    expect(bom.components.map(({ purl }) => purl)).toEqual(purls);
    for (const { 'bom-ref': ref, hashes } of bom.components) {
      const integrity = hashes.map(
        ({ alg, content }) => `${alg.replace('SHA-', 'sha')}-${Buffer.from(content, 'hex').toString('base64')}`,
      );
      expect([ref, ...integrity]).toEqual([ref, lock[ref].integrity]);
    }
  });

  test('says what needs what: from the program all of it is reached, and nothing else', () => {
    const needs = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    const seen = new Set<string>();
    const visit = (ref: string): void => {
      for (const next of needs.get(ref)!) if (seen.size < seen.add(next).size) visit(next);
    };
    visit(ours.name);
    expect([...seen].sort()).toEqual(locked);
  });
});
