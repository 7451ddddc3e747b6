/**
 * npm run test:arm64 [-- --arch armhf] [--root /var/tmp/zankyo-arm64] [--only bits,package,tests] [--tests test/math,test/nn] [--long] [--keep]
 *
 * The program in an emulated Debian 13 of another CPU, with Debian's Node: a root made by mmdebstrap, the packages of the lock file for
 * that CPU, and the addon compiled here for it. Three parts: it compares the bits of the kernel, of the mathematics and of a replay with
 * those on this machine, and measures the memory of the replay; builds the Debian package for that CPU, and installs, uses, removes and
 * purges it there; runs the unit tests there. The facts stand together at the end, also when it is interrupted (SIGINT, SIGTERM).
 *
 * A file of tests that has passed is not run again by the next call, until something that it imports changes or all have passed: the whole
 * may take several evenings. --root: where the root is, kept for the next time; --only: these parts; --tests: files and folders of the unit project, one vitest
 * after the other in this order; --long: with the tests that take minutes there (emulated/tests.mjs); --keep: leaves the copy of the
 * project in the root.
 * Needs root. On a quiet machine it takes 1 minute for the root, 3 for the addon, 2 for the bits, 5 for the package; a test takes 10 to 30
 * times as long as on this machine.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAddon } from '../deploy/deb/addon.mjs';
import { needPrograms } from '../test/setup/debian.mjs';
import { compareBits } from './emulated/bits.mjs';
import { tryPackage } from './emulated/install.mjs';
import { openPassed, statesOf } from './emulated/passed.mjs';
import { makeRoot, register, TARGETS } from './emulated/root.mjs';
import { endOnSignals, output, wasInterrupted } from './emulated/run.mjs';
import { LONG, testThere } from './emulated/tests.mjs';

/** Folders of the unit project that calculate, store or start the program. Those of the floors that depend most on the CPU come first. */
const TESTS = ['nn', 'math', 'detect', 'stream', 'io', 'cli', 'app', 'config'].map((floor) => `test/${floor}/`);
/** Folders of tests that do not run there, and why. */
const LEFT_OUT = {
  'test/web, test/bench, test/deploy, test/*.test.ts':
    'pages for a browser, figures of benchmarks, texts of the repository',
  'test/integration, test/faults, test/browser, test/appliance, test/container':
    'a broker, databases, a browser, systemd or Podman; the Debian package is installed and its demo runs over MQTT instead',
};
const PROGRAMS = {
  arm64: { 'qemu-aarch64': 'qemu-user-static', 'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu' },
  armhf: { 'qemu-arm': 'qemu-user-static', 'arm-linux-gnueabihf-g++': 'g++-arm-linux-gnueabihf' },
};

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'arm64' },
    root: { type: 'string' },
    only: { type: 'string', default: 'bits,package,tests' },
    tests: { type: 'string', default: TESTS.join(',') },
    long: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const { arch, root = `/var/tmp/zankyo-${values.arch}` } = values;
const parts = values.only.split(',');
/** In the root. */
const PROJECT = '/opt/zankyo';
const project = join(root, PROJECT);

const startedAt = Date.now();
const say = (text) => {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}`);
};

/** What git knows, the build, the packages for the other CPU, and the addon of the Debian package. */
async function copyProject() {
  mkdirSync(project, { recursive: true });
  // The files of an earlier copy, which may have been renamed since.
  for (const name of readdirSync(project))
    if (name !== 'node_modules') rmSync(join(project, name), { recursive: true });
  for (const file of files) cpSync(file, join(project, file));
  cpSync('dist', join(project, 'dist'), { recursive: true });
  await install();
  // vitest takes --testTimeout for a project, but not --hookTimeout.
  const config = join(project, 'vitest.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll('hookTimeout: 60_000', 'hookTimeout: 1_200_000'));
  // The tests run as this user, and vitest writes into the project.
  await output('chown', ['-R', 'nobody:nogroup', project]);
}

async function install() {
  const stamp = join(project, 'node_modules/.installed');
  const wanted = readFileSync('package-lock.json', 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('packages of the lock file, and the addon with the cross compiler');
  const { cpu } = TARGETS[arch];
  await output('npm', ['ci', `--cpu=${cpu}`, '--os=linux', '--libc=glibc', '--ignore-scripts'], { cwd: project });
  const release = join(project, 'node_modules/better-sqlite3/build/Release');
  mkdirSync(release, { recursive: true });
  cpSync(buildAddon(process.cwd(), arch).path, join(release, 'better_sqlite3.node'));
  waitLonger(join(project, 'node_modules/vitest/dist/chunks'));
  writeFileSync(stamp, wanted);
}

/** vitest gives up when a worker has not started within 90 s, and has no option for that: an emulated one on a busy machine takes longer. */
function waitLonger(folder) {
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const changed = text.replace(/(?<name>START_TIMEOUT = )[69]e4/g, '$<name>1.2e6');
    if (changed !== text) writeFileSync(join(folder, name), changed);
  }
}

/** Lines to print once more at the end. */
const facts = [];
const note = (line) => {
  facts.push(line);
  say(line);
};
let ok = true;
const row = (filter, { state, files, passed, failed, skipped, seconds }) =>
  `tests: ${filter}: ${state}; ${files} files, ${passed} tests passed, ${failed} failed, ${skipped} skipped, ${seconds} s`;

if (process.getuid() !== 0) throw new Error('the root and the programs in it need root: sudo npm run test:arm64');
needPrograms({ mmdebstrap: 'mmdebstrap', ...PROGRAMS[arch] }, 'The tests on another CPU');
endOnSignals();
const tests = new Map();
const files = (await output('git', ['ls-files', '-z'])).split('\0').filter((file) => existsSync(file));
try {
  await register(arch, say);
  await makeRoot(arch, root, say);
  await copyProject();
  if (parts.includes('bits')) ok = (await compareBits(arch, root, PROJECT, note)) && ok;
  if (parts.includes('package')) ok = (await tryPackage(arch, root, note)) && ok;
  if (parts.includes('tests')) {
    const passed = openPassed(`${root}.passed`, statesOf(files, `long ${values.long}`));
    for (const [what, why] of Object.entries(LEFT_OUT)) note(`not run there: ${what}: ${why}`);
    if (!values.long)
      for (const [what, why] of Object.entries(LONG)) note(`not run there: tests named /${what}/: ${why}`);
    for (const filter of values.tests.split(',')) {
      const counts = { state: 'not finished', files: 0, passed: 0, failed: 0, skipped: 0, seconds: 0 };
      tests.set(filter, counts);
      say(`vitest there: ${filter}`);
      await testThere(filter, root, PROJECT, { counts, say, long: values.long, files, passed });
      ok &&= counts.state === 'all passed';
    }
    if (ok && values.tests === TESTS.join(',')) passed.remove();
  }
} catch (error) {
  ok = false;
  if (!wasInterrupted()) throw error;
  say('interrupted');
} finally {
  console.log('');
  for (const line of facts) say(line);
  for (const [filter, counts] of tests) say(row(filter, counts));
  if (!values.keep && ok) rmSync(project, { recursive: true, force: true });
  process.exitCode = ok ? 0 : 1;
}
