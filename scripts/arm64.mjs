/**
 * npm run test:arm64 [-- --arch armhf] [--root /var/tmp/zankyo-arm64] [--tests test/math,test/nn] [--tests-only] [--keep]
 *
 * The program in an emulated Debian 13 of another CPU, with Debian's Node: a root made by debootstrap, the packages of the lock file for
 * that CPU, and the addon compiled here for it. It compares the bits of the kernel, of the mathematics and of a replay with those on
 * this machine, then runs tests there. Needs root, and: apt-get install debootstrap qemu-user-static g++-aarch64-linux-gnu
 * (g++-arm-linux-gnueabihf for armhf). --root: where the root is, kept for the next time; --tests: files and folders of the unit
 * project, run one after the other in this order, each file printed as it ends; --tests none: only the comparison; --tests-only:
 * without it. Takes 10 minutes for the root, 3 for the addon, 2 for the comparison; a test takes 10 to 30 times as long as on this
 * machine.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const TARGETS = {
  arm64: { cpu: 'arm64', qemu: 'aarch64', gcc: 'aarch64-linux-gnu' },
  armhf: { cpu: 'arm', qemu: 'arm', gcc: 'arm-linux-gnueabihf' },
};
/** Pure arithmetic, both cores in conformance, decoding of messages, the database by way of the addon, a sample of the detector. */
const TESTS = [
  ...['test/math', 'test/nn', 'test/stream', 'test/io/sqlite', 'test/app/kernel.test.ts'],
  ...['test/detect/forecast', 'test/detect/recurrence', 'test/detect/detector.test.ts'],
];
const PROJECT = '/opt/zankyo';
const BINFMT = '/proc/sys/fs/binfmt_misc';
const RECORDING = 'recording.csv';

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'arm64' },
    root: { type: 'string' },
    tests: { type: 'string', default: TESTS.join(',') },
    'tests-only': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const { arch, root = `/var/tmp/zankyo-${values.arch}` } = values;
const { cpu, qemu, gcc } = TARGETS[arch];
const project = join(root, PROJECT);

const startedAt = Date.now();
const say = (text) => {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}`);
};
function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    ...options,
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? status}\n${stdout}\n${stderr}`.slice(0, 5000));
  return stdout;
}
const inside = (command) => run('chroot', [root, '/bin/sh', '-c', `cd ${PROJECT} && ${command}`]);

/** The kernel starts programs of the other CPU with qemu, also inside the root (flag F: the emulator is already open). */
function register() {
  if (!existsSync(join(BINFMT, 'register'))) run('mount', ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT]);
  if (existsSync(join(BINFMT, `qemu-${qemu}`))) return;
  writeFileSync(join(BINFMT, 'register'), readFileSync(`/usr/lib/binfmt.d/qemu-${qemu}.conf`, 'utf8').trim());
  say(`registered qemu-${qemu} with the kernel; it stays until the next boot`);
}

/** A minimal trixie with Debian's Node. */
function makeRoot() {
  if (existsSync(join(root, 'usr/bin/node'))) return;
  say(`debootstrap of ${arch} to ${root}`);
  run('debootstrap', [`--arch=${arch}`, '--variant=minbase', '--include=nodejs', 'trixie', root]);
}

/** What git knows, the build, the packages for the other CPU, and a recording. */
function copyProject() {
  mkdirSync(project, { recursive: true });
  for (const file of run('git', ['ls-files', '-z']).split('\0').filter(Boolean)) cpSync(file, join(project, file));
  cpSync('dist', join(project, 'dist'), { recursive: true });
  const lock = join(project, 'node_modules/.package-lock.json');
  const stamp = join(project, 'node_modules/.installed');
  const wanted = readFileSync('package-lock.json', 'utf8');
  if (existsSync(lock) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('packages of the lock file, and the addon with the cross compiler');
  run('npm', ['ci', `--cpu=${cpu}`, '--os=linux', '--libc=glibc', '--ignore-scripts'], { cwd: project });
  buildAddon();
  writeFileSync(stamp, wanted);
}

/** The ABI is that of Node 20, here and there; node-gyp is npm's. Debian's headers also ask for -lnode of the other CPU: left out. */
function buildAddon() {
  const gyp = join(run('npm', ['root', '-g']).trim(), 'npm/node_modules/node-gyp/bin/node-gyp.js');
  const tools = { CC: `${gcc}-gcc`, CXX: `${gcc}-g++`, LINK: `${gcc}-g++`, AR: `${gcc}-ar` };
  const cwd = join(project, 'node_modules/better-sqlite3');
  const options = { cwd, env: { ...process.env, ...tools } };
  const nodedir = join(process.execPath, '../..');
  run('node', [gyp, 'configure', '--release', `--arch=${cpu}`, `--nodedir=${nodedir}`], options);
  for (const file of ['build/better_sqlite3.target.mk', 'build/test_extension.target.mk']) {
    const make = join(cwd, file);
    if (existsSync(make)) writeFileSync(make, readFileSync(make, 'utf8').replace(/^\t-lnode( \\)?\n/m, ''));
  }
  run('node', [gyp, 'build', '--release'], options);
}

/** Three series of a plant, 3,000 readings each: noise, daily course, a spike, a shift, a stuck sensor. Only + - * and a seed. */
function record() {
  let state = 12345;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
  const lines = ['time,flow,pressure,temperature'];
  for (let t = 0; t < 3000; t++) {
    const day = Math.abs(((t % 288) / 144 - 1) * 10);
    const flow = t > 2400 && t < 2600 ? 31 : 20 + day + noise();
    const pressure = 5 - day / 10 + 0.1 * noise() + (t > 1800 && t < 1900 ? 2 : 0);
    const temperature = 40 + day / 2 + noise() + (t === 1500 ? 30 : 0);
    const at = new Date(Date.UTC(2026, 0, 5) + t * 300_000).toISOString();
    lines.push([at, ...[flow, pressure, temperature].map((x) => x.toFixed(3))].join(','));
  }
  writeFileSync(join(project, RECORDING), lines.join('\n'));
}

/** Prints each hash that differs, and how many agree. Returns whether all do. */
function compare(here, there) {
  let equal = true;
  for (const part of ['functions', 'kernel', 'float64', 'replay']) {
    const names = Object.keys(here[part]);
    const different = names.filter((name) => here[part][name] !== there[part][name]);
    equal &&= different.length === 0;
    say(
      `${part}: ${names.length - different.length} of ${names.length} equal${different.map((d) => `\n    differs: ${d}`).join('')}`,
    );
  }
  say(`replay: ${there.replay.rows} rows, ${there.replay.anomalies} anomalies`);
  say(`exp, log and tanh of the engine: ${here.engine === there.engine ? 'equal too' : 'not equal'}`);
  for (const { machine, memory } of [here, there]) {
    const mb = Object.entries(memory).map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)} MB`);
    say(`memory, ${machine}: ${mb.join(', ')}${memory === there.memory ? ' (peak with the emulator)' : ''}`);
  }
  return equal;
}

/** Returns whether the hashes of both machines agree. */
function compareBits() {
  const here = JSON.parse(run('node', ['scripts/same-bits.mjs', join(project, RECORDING)]));
  say(`hashes here: ${here.machine}`);
  const there = JSON.parse(inside(`node scripts/same-bits.mjs ${RECORDING}`));
  say(`hashes there: ${there.machine}`);
  return compare(here, there);
}

/** Runs the tests of a file or folder there, and prints each file and each failure at once. Returns whether all passed. */
async function testThere(filter) {
  say(`vitest there: ${filter}`);
  const limits = '--testTimeout 1200000 --hookTimeout 1200000';
  const vitest = `NO_COLOR=1 node node_modules/vitest/vitest.mjs run --project unit ${limits} ${filter}`;
  const child = spawn('chroot', [root, '/bin/sh', '-c', `cd ${PROJECT} && ${vitest} 2>&1`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  for await (const line of createInterface(child.stdout))
    if (/^ *[✓❯×↓] .*\.test\.ts|FAIL|×|Error:|Test Files|Tests|Duration/.test(line)) say(line);
  return (await ended) === 0;
}

if (process.getuid() !== 0) throw new Error('debootstrap and chroot need root: sudo npm run test:arm64');
register();
makeRoot();
copyProject();
record();
run('mount', ['-t', 'proc', 'proc', join(root, 'proc')]);
run('mount', ['--bind', '/dev', join(root, 'dev')]);
try {
  say(inside(`node -p '"Node " + process.version + ", " + process.arch + ", ABI " + process.versions.modules'`).trim());
  process.exitCode = values['tests-only'] || compareBits() ? 0 : 1;
  for (const filter of values.tests === 'none' ? [] : values.tests.split(','))
    if (!(await testThere(filter))) process.exitCode = 1;
} finally {
  for (const folder of ['proc', 'dev']) spawnSync('umount', [join(root, folder)]);
  if (!values.keep && process.exitCode === 0) rmSync(project, { recursive: true, force: true });
}
