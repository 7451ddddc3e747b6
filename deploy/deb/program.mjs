/**
 * The program as it is installed: dist without source maps, the manifest, the site files to begin with, and the production packages
 * of the lock file without what only their authors need. Nothing is downloaded: `npm ci` and `npm run build` come first.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Types need no place at run time; the other one only downloads an addon, which the package has. */
const AT_RUN_TIME = (name) => !name.startsWith('@types/') && name !== 'undici-types' && name !== 'prebuild-install';

/** Copies for browsers, other module systems and compilers, and commands of the packages: the program loads none of them. */
const UNUSED = [
  'better-sqlite3/binding.gyp',
  'better-sqlite3/build',
  'better-sqlite3/deps',
  'better-sqlite3/src',
  'csv-parse/dist',
  'hono/dist/types',
  'mqtt/build/bin',
  'mqtt/dist',
  'mqtt/help',
  'pino/bin.js',
  'rxjs/dist/bundles',
  'rxjs/dist/esm',
  'rxjs/dist/esm5',
  'rxjs/dist/types',
  'rxjs/src',
  'split2/bench.js',
  'split2/test.js',
  'xtend/test.js',
  'yaml/bin.mjs',
  'yaml/browser',
  'zod/src',
];
const FOLDERS = new Set([
  '.github',
  '.nyc_output',
  '__tests__',
  'bin',
  'bench',
  'benchmark',
  'benchmarks',
  'coverage',
  'doc',
  'docs',
  'example',
  'examples',
  'fixture',
  'test',
  'tests',
  'typings',
]);
const ENDINGS = [
  '.map',
  '.markdown',
  '.md',
  '.ts',
  '.mts',
  '.cts',
  '.tsbuildinfo',
  '.yml',
  '.gyp',
  '.sh',
  '.ico',
  '.png',
  '.html',
  '.txt',
  'Makefile',
];

/** With those of fleet mode and of a hub on PostgreSQL, which are loaded only where a site file has it: who has the package has no npm. */
const dependenciesOf = ({ dependencies, optionalDependencies }) => ({ ...dependencies, ...optionalDependencies });

/** Installed packages that the program runs on, by their path below the root, from package.json and the lock file. */
export const runtimePackages = (root) => {
  const lock = readJson(join(root, 'package-lock.json')).packages;
  const found = new Set();
  const visit = (from, names) => {
    for (const name of names.filter(AT_RUN_TIME)) {
      const path = resolve(lock, from, name);
      if (path === null || found.has(path)) continue;
      found.add(path);
      visit(path, Object.keys({ ...lock[path].dependencies, ...lock[path].optionalDependencies }));
    }
  };
  visit('', Object.keys(dependenciesOf(lock[''])));
  return [...found].sort().map((path) => {
    const manifest = readJson(join(root, path, 'package.json'));
    if (manifest.version !== lock[path].version)
      throw new Error(`${path} is ${manifest.version}, the lock file has ${lock[path].version}: run "npm ci"`);
    return { path, manifest };
  });
};

/** Copies the program from `root` to the new directory `target`, with `addon` as the compiled part of better-sqlite3. */
export const copyProgram = (root, target, { addon, version }) => {
  for (const built of ['dist/cli/main.js', 'dist/kernel.wasm', 'dist/public/index.html'])
    if (!existsSync(join(root, built))) throw new Error(`${built} not found: run "npm run build"`);
  mkdirSync(target, { recursive: true });
  const copy = (path, filter = () => true) => cpSync(join(root, path), join(target, path), { recursive: true, filter });
  copy('dist', (path) => !path.endsWith('.map'));
  copy('config');
  const source = readJson(join(root, 'package.json'));
  const { name, description, license, type, engines } = source;
  const manifest = { name, version, description, license, type, engines, dependencies: dependenciesOf(source) };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const { path } of runtimePackages(root))
    copy(path, (file) => isUsed(path, file.slice(join(root, path).length + 1)));
  removeEmpty(join(target, 'node_modules'));
  const release = join(target, 'node_modules/better-sqlite3/build/Release');
  mkdirSync(release, { recursive: true });
  cpSync(addon, join(release, 'better_sqlite3.node'));
};

/** Directories that had nothing but types. */
const removeEmpty = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmpty(join(folder, entry.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
};

/** `file`: its path in the package, '' for the package itself. Packages inside it are copied by themselves. */
const isUsed = (path, file) => {
  const name = basename(file);
  if (name === 'node_modules') return false;
  const below = join(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), file);
  if (UNUSED.includes(below)) return false;
  // Only in the package itself: deeper, "test" may be a module, as yaml/dist/test would be.
  if (dirname(file) === '.' && FOLDERS.has(name)) return false;
  if (name.startsWith('.') && file !== '') return false;
  if (isLicence(name)) return false;
  return !ENDINGS.some((ending) => name.endsWith(ending));
};

/** The licence files of a package are in the copyright file of the Debian package, and not a second time beside the code. */
export const isLicence = (name) => /^(licen[cs]e|copying|notice|unlicense)([.-].*)?$/i.test(name);
export const licencesOf = (root, path) => readdirSync(join(root, path)).filter(isLicence).sort();

const resolve = (lock, from, name) => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in lock) return path;
    if (folder === '') return null;
  }
};

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
