/**
 * npm run test:node -- 22 24 [--unit test/math,test/nn] [--integration service,resume] [--root /var/tmp/zankyo-node-]
 *
 * The tests on other versions of Node: for each, a copy of the files in git, Node from the registry (the packages node-linux-*, with
 * the headers that the addon is compiled with), the packages of the lock file, a build, then vitest. Prints a table; ends with 1 if
 * anything failed. --unit: only these files or folders; --integration: these files of test/integration. Where the addon is a newer
 * one than in the lock file, test/dependencies.test.ts does not run. --root: the folders, a version after it; Node, the packages and
 * the compiled addon stay there for the next run with the same lock file. The logs are there too, and grow as the programs print.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** Start, stop and restart of the built program, the database on disk, a broker, the addon in worker and process. */
const INTEGRATION = ['service', 'resume', 'database', 'commands', 'reload'];
/** From this Node on the older addon crashes (src/io/sqlite/addon.ts). The newer one is Node-API and brings its compiled files. */
const [NEWER_ADDON_FROM, NEWER_ADDON] = [24, '13.2.0'];
/** Compares the installed packages with the lock file, which has the older addon. */
const OF_THE_LOCK_FILE = 'test/dependencies.test.ts';

const { values, positionals: versions } = parseArgs({
  allowPositionals: true,
  options: {
    unit: { type: 'string', default: '' },
    integration: { type: 'string', default: INTEGRATION.join(',') },
    root: { type: 'string', default: '/var/tmp/zankyo-node-' },
  },
});
const listOf = (text) => text.split(',').filter(Boolean);

class Failed extends Error {}

function check(version) {
  const directory = `${values.root}${version}`;
  const project = join(directory, 'project');
  const runtime = join(directory, 'node_modules', `node-linux-${arch()}`);
  const row = { version };
  /** Returns the exit code and the whole output. */
  const run = (name, command, args, { cwd = project, PATH = `${runtime}/bin:${process.env.PATH}` } = {}) => {
    const startedAt = Date.now();
    const env = { ...process.env, PATH, npm_config_nodedir: runtime, CI: '1', NO_COLOR: '1' };
    const log = join(directory, `${name}.log`);
    const file = openSync(log, 'w');
    const { status } = spawnSync(command, args, { cwd, env, stdio: ['ignore', file, file] });
    closeSync(file);
    console.error(`Node ${version}: ${name} ${status === 0 ? 'ok' : 'failed'}, ${seconds(startedAt)} s, ${log}`);
    if (status !== 0 && name !== 'unit' && name !== 'integration') throw new Failed(name);
    return { status, text: readFileSync(log, 'utf8') };
  };
  const isNewer = Number.parseInt(version, 10) >= NEWER_ADDON_FROM;

  function install() {
    const stamp = join(project, 'node_modules/.installed');
    const wanted = readFileSync('package-lock.json', 'utf8');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
    const node = ['i', '--prefix', directory, '--no-save', '--ignore-scripts', `node-linux-${arch()}@${version}`];
    run('runtime', 'npm', node, { cwd: directory, PATH: process.env.PATH });
    run('packages', 'npm', ['ci', '--ignore-scripts']);
    if (isNewer) run('addon', 'npm', ['install', '--no-save', '--ignore-scripts', `better-sqlite3@${NEWER_ADDON}`]);
    // Not "npm rebuild": that of npm 11.19 ended with 0 here and had compiled nothing.
    else run('addon', 'npm', ['run', 'install'], { cwd: join(project, 'node_modules/better-sqlite3') });
    run('addon-loads', 'node', ['-e', `new (require('better-sqlite3'))(':memory:')`]);
    writeFileSync(stamp, wanted);
  }
  const test = (kind, filters) => {
    const { status, text } = run(kind, 'npx', ['vitest', 'run', '--project', `${kind}*`, ...filters]);
    const [files, tests] = [/^ +Test Files +(.*)/m, /^ +Tests +(.*)/m].map((line) => line.exec(text)?.[1] ?? 'none');
    row[kind] = `${status === 0 ? 'ok' : 'FAILED'}: ${tests}, files: ${files}`;
    return status === 0;
  };
  try {
    mkdirSync(project, { recursive: true });
    for (const name of readdirSync(project).filter((each) => each !== 'node_modules'))
      rmSync(join(project, name), { recursive: true });
    const files = spawnSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).stdout.split('\0').filter(Boolean);
    for (const file of files) cpSync(file, join(project, file));
    const tests = files.filter((file) => file.endsWith('.test.ts') && file !== OF_THE_LOCK_FILE);
    const unit = values.unit === '' && isNewer ? tests : listOf(values.unit);
    install();
    run('build', 'npm', ['run', 'build']);
    const print = 'process.version + ", V8 " + process.versions.v8 + ", ABI " + process.versions.modules';
    row.node = run('node', 'node', ['-p', print]).text.trim();
    row.addon = `better-sqlite3 ${JSON.parse(readFileSync(join(project, 'node_modules/better-sqlite3/package.json'))).version}`;
    row.ok = [test('unit', unit), test('integration', listOf(values.integration).map(fileOf))].every(Boolean);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    row.unit = `${error.message} failed`;
    row.ok = false;
  }
  return row;
}

const seconds = (since) => ((Date.now() - since) / 1000).toFixed(0);
const fileOf = (name) => `test/integration/${name}.test.ts`;

if (versions.length === 0) {
  console.error('usage: npm run test:node -- 22 24');
  process.exit(64);
}
const rows = versions.map(check);
console.log(`unit: ${values.unit || 'all'}; integration: ${values.integration || 'all'}`);
for (const { version, node = version, addon = '', unit = '', integration = '' } of rows)
  console.log(`| ${node} | ${addon} | ${unit} | ${integration} |`);
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;
