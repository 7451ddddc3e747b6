import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { passwordLine, startMosquitto, type Mosquitto } from '../integration/programs/mosquitto.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A record of the journal, as `journalctl -o json` prints it. */
export interface JournalRecord {
  readonly MESSAGE: string;
  readonly PRIORITY: string;
  readonly SYSLOG_IDENTIFIER: string;
  /** µs of CLOCK_MONOTONIC. */
  readonly __MONOTONIC_TIMESTAMP: string;
}

/** A container with a systemd that has booted, as systemd-nspawn runs it. It has the network of this machine. */
export interface Machine {
  /** Writes a file in it. */
  write(path: string, text: string, mode?: number): void;
  /** Runs a command in it, to its end. */
  run(command: string, ...args: readonly string[]): Promise<Result>;
  systemctl(...args: readonly string[]): Promise<Result>;
  /** Properties of a unit, as `systemctl show` prints them. */
  show(unit: string): Promise<Readonly<Record<string, string>>>;
  /** All records of a unit and of systemd about it. */
  journal(unit: string): Promise<readonly JournalRecord[]>;
  /** Ends everything in it and boots it again, with the same files. */
  reboot(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** No other unit of this machine is started, so that no port is used twice. */
const TARGET = `[Unit]
Requires=basic.target
After=basic.target
AllowIsolate=yes
`;

export interface MachineOptions {
  /** The files that it begins with: a Debian root. They are not changed. Default: this machine's. */
  readonly base?: string;
  /** Directories of this machine that it can read, by their place in it. */
  readonly binds?: Readonly<Record<string, string>>;
}

/** Boots a machine. Its changes to the files are in memory. */
export async function bootMachine({ base = '/', binds = {} }: MachineOptions = {}): Promise<Machine> {
  const place = mkdtempSync(join(tmpdir(), 'zankyo-machine-'));
  const name = basename(place).toLowerCase();
  // The upper layer may not lie in the lower one: a file system of its own.
  must('mount', '-t', 'tmpfs', 'zankyo-machine', place);
  const root = join(place, 'root');
  for (const folder of ['root', 'upper', 'work']) mkdirSync(join(place, folder));
  const layers = `lowerdir=${base},upperdir=${join(place, 'upper')},workdir=${join(place, 'work')}`;
  must('mount', '-t', 'overlay', 'zankyo-machine', '-o', layers, root);
  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  write('/etc/systemd/system/appliance.target', TARGET);
  let report = '';
  const launch = (): ChildProcess => {
    const child = spawn(
      'systemd-nspawn',
      [
        ...['--quiet', `--machine=${name}`, '--register=no', '--keep-unit', '--link-journal=no', '--console=pipe'],
        ...[
          `--directory=${root}`,
          ...Object.entries(binds).map(([inside, outside]) => `--bind-ro=${outside}:${inside}`),
        ],
        ...['/usr/lib/systemd/systemd', '--unit=appliance.target'],
      ],
      { env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (report = (report + chunk.toString()).slice(-4000)));
    return child;
  };
  let nspawn = launch();
  let leader = 0;
  const run = (command: string, ...args: readonly string[]): Promise<Result> =>
    program('nsenter', ['--target', String(leader), '--all', command, ...args]);
  const booted = async (): Promise<void> => {
    for (let waited = 0; waited < 60_000; waited += 200) {
      await sleep(200);
      if (nspawn.exitCode !== null) break;
      leader = childOf(nspawn);
      if (leader === 0) continue;
      const { stdout } = await run('systemctl', 'is-system-running');
      if (/running|degraded/.test(stdout)) return;
    }
    throw new Error(`the machine has not booted:\n${report}`);
  };
  const remove = async (): Promise<void> => {
    // In order: systemd-nspawn powers the machine off, and removes its own mounts.
    nspawn.kill('SIGTERM');
    const ended = nspawn.exitCode ?? nspawn.signalCode;
    if (ended === null && (await Promise.race([once(nspawn, 'exit'), sleep(15_000, null, { ref: false })])) === null) {
      nspawn.kill('SIGKILL');
      if (leader > 0) spawnSync('kill', ['-KILL', String(leader)]);
      spawnSync('umount', ['--lazy', `/run/systemd/nspawn/unix-export/${name}`]);
    }
    for (const mounted of [root, place]) spawnSync('umount', ['--lazy', mounted]);
    rmSync(place, { recursive: true, force: true });
  };
  try {
    await booted();
  } catch (error) {
    await remove();
    throw error;
  }
  const systemctl = (...args: readonly string[]): Promise<Result> => run('systemctl', ...args);
  return {
    write,
    run,
    systemctl,
    show: async (unit) => {
      const { stdout } = await systemctl('show', unit);
      return Object.fromEntries(
        stdout
          .split('\n')
          .filter((line) => line.includes('='))
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
    },
    journal: async (unit) => {
      await run('journalctl', '--sync');
      const { stdout } = await run('journalctl', '--output=json', '--all', `--unit=${unit}`);
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as JournalRecord);
    },
    reboot: async () => {
      const ended = once(nspawn, 'exit');
      await systemctl('reboot');
      await ended;
      nspawn = launch();
      await booted();
    },
    remove,
  };
}

/**
 * A machine that has this program and the unit files of `deploy`, and a broker that accepts the user `pi` with the password `sesame`, and
 * clients without a name if `anonymous`. `daemon-reload` makes systemd read the units.
 */
export async function bootWithUnits(
  cleanUps: (() => unknown)[],
  { anonymous }: { readonly anonymous: boolean },
): Promise<{ readonly machine: Machine; readonly broker: Mosquitto }> {
  const machine = await bootMachine({ binds: { '/opt/zankyo': ROOT } });
  cleanUps.push(() => machine.remove());
  for (const name of ['zankyo.service', 'zankyo@.service', 'zankyo-hub.service'])
    machine.write(`/etc/systemd/system/${name}`, readFileSync(join(ROOT, 'deploy', name), 'utf8'));
  const broker = await startMosquitto({
    config: [`allow_anonymous ${anonymous}`, 'password_file passwords'],
    files: { passwords: passwordLine('pi', 'sesame') },
  });
  cleanUps.push(() => broker.stop());
  return { machine, broker };
}

/** Process id of systemd, the only child of systemd-nspawn; 0 while there is none. */
const childOf = ({ pid }: ChildProcess): number => {
  try {
    const [child = '0'] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return Number(child);
  } catch {
    return 0;
  }
};

const program = (command: string, args: readonly string[]): Promise<Result> =>
  new Promise((done) => {
    const child = execFile(command, [...args], { maxBuffer: 64e6 }, (_, stdout, stderr) => {
      done({ status: child.exitCode, stdout, stderr });
    });
  });

const must = (command: string, ...args: readonly string[]): void => {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
};
