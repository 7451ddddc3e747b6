import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mirror, run } from '../appliance/debian-root.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
/** The newest images and the layers from which they were built stay here, for the next run; networks too. */
const PLACE = '/var/tmp/zankyo-engine';
export const BASE = 'docker.io/library/debian:trixie-slim';
export const NATS = 'docker.io/library/nats:2.10-alpine';
const CGROUP2 = '/sys/fs/cgroup/unified';

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits until a condition holds; rejects after `ms` with what `otherwise` says. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  otherwise: () => string | Promise<string>,
  // A machine that builds something else as well takes ten times as long.
  ms = 300_000,
): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await condition()) return;
    await sleep(200);
  }
  throw new Error(await otherwise());
}

/** Podman as root, with images, containers and networks of its own: it sees none of this machine's, and leaves them alone. */
export class Engine {
  private readonly holder: ChildProcess | undefined;
  private readonly env: NodeJS.ProcessEnv;

  /** Throws where no container runs on this machine, with what the engine said. */
  static async start(): Promise<Engine> {
    const engine = new Engine();
    await engine.pullBase();
    const { status, stderr } = await engine.podman('run', '--rm', BASE, 'true');
    if (status === 0) return engine;
    await engine.stop();
    throw new Error(`Podman runs no container on this machine, so the container tests cannot run: ${stderr}`);
  }

  private constructor() {
    mkdirSync(PLACE, { recursive: true });
    // Where both versions of cgroups are mounted (hybrid), crun refuses: it gets a namespace of mounts in which only version 1 is.
    if (existsSync(CGROUP2))
      this.holder = spawn('unshare', ['--mount', 'sh', '-c', `umount ${CGROUP2} && exec sleep infinity`]);
    const storage = join(PLACE, 'storage.conf');
    writeFileSync(
      storage,
      `[storage]\ndriver = "overlay"\ngraphroot = "${PLACE}/storage"\nrunroot = "/run/zankyo-engine"\n`,
    );
    const settings = join(PLACE, 'containers.conf');
    const limit = (name: string): string => {
      const [, hard] = new RegExp(`^Max ${name}\\s+\\S+\\s+(\\S+)`, 'm').exec(
        readFileSync('/proc/self/limits', 'utf8'),
      )!;
      return hard === 'unlimited' ? '-1' : hard;
    };
    // By default a build asks for higher limits than a machine without CAP_SYS_RESOURCE may give.
    const ulimits = [`nofile=${limit('open files')}`, `nproc=${limit('processes')}`];
    writeFileSync(
      settings,
      [
        ...['[containers]', `default_ulimits = ${JSON.stringify(ulimits)}`],
        ...['[engine]', 'tmp_dir = "/run/zankyo-engine/libpod"'],
        ...['[network]', `network_config_dir = "${PLACE}/networks"`, ''],
      ].join('\n'),
    );
    this.env = {
      ...process.env,
      ...{ CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF_OVERRIDE: settings },
      PODMAN_IGNORE_CGROUPSV1_WARNING: '1',
    };
  }

  /** A program that asks Podman, with the images of this engine. */
  exec(
    command: string,
    args: readonly string[],
    { cwd = ROOT, env = {} }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<Result> {
    const inside = this.holder ? ['nsenter', `--target=${this.holder.pid}`, '--mount', `--wdns=${cwd}`] : [];
    const [program, ...rest] = [...inside, command, ...args];
    return new Promise((done) => {
      const child = execFile(
        program,
        rest,
        { cwd, env: { ...this.env, ...env }, maxBuffer: 64e6 },
        (_, stdout, stderr) => {
          done({ status: child.exitCode, stdout, stderr });
        },
      );
    });
  }

  podman(...args: readonly string[]): Promise<Result> {
    return this.exec('podman', args);
  }

  /** Returns its output; throws where it fails. */
  async must(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.podman(...args);
    if (status !== 0) throw new Error(`podman ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /** Both streams of a container's log so far. */
  async logs(container: string): Promise<string> {
    const { stdout, stderr } = await this.podman('logs', container);
    return stdout + stderr;
  }

  async logged(container: string, text: string, ms?: number): Promise<void> {
    const has = async (): Promise<boolean> => (await this.logs(container)).includes(text);
    await until(has, async () => `no "${text}" in the log of ${container}:\n${await this.logs(container)}`, ms);
  }

  /** Removes all containers and their volumes, and the images that a newer one has replaced. */
  async stop(): Promise<void> {
    await this.podman('rm', '--all', '--force', '--volumes', '--time=5');
    await this.podman('volume', 'prune', '--force');
    await this.podman('image', 'prune', '--force');
    this.holder?.kill();
  }

  /** The image of deploy/container, named zankyo, as docs/install.md builds it; its first stage has a name, too, so that its layers stay. */
  async buildImage(): Promise<void> {
    const stage = ['--target=build', '-f', 'deploy/container/Containerfile', '-t', 'zankyo-build', '.'];
    await this.must('build', ...BUILD, ...stage);
    await this.must('build', ...BUILD, '-f', 'deploy/container/Containerfile', '-t', 'zankyo', '.');
  }

  /** The image of the add-on from its folder and the package that `buildImage` has made, as the Supervisor builds it. */
  async buildAddon(folder: string): Promise<void> {
    cpSync(join(ROOT, 'deploy/home-assistant-addon'), folder, { recursive: true });
    const container = await this.must('create', 'zankyo-build');
    await this.must('cp', `${container}:/out/.`, folder);
    await this.must('build', ...BUILD, '-t', 'zankyo-addon', folder);
  }

  /** The image of NATS that deploy/ names: of the registry, or where there is none, made of Debian's nats-server. */
  async pullNats(): Promise<void> {
    if ((await this.podman('image', 'exists', NATS)).status === 0) return;
    if ((await this.podman('pull', '--quiet', NATS)).status === 0) return;
    const folder = natsFolder(join(PLACE, 'nats'));
    await this.must('build', ...BUILD, '-t', NATS, folder);
    rmSync(folder, { recursive: true });
  }

  /** Debian 13: of the registry, or where there is none, made of Debian's packages. */
  private async pullBase(): Promise<void> {
    if ((await this.podman('image', 'exists', BASE)).status === 0) return;
    if ((await this.podman('pull', '--quiet', BASE)).status === 0) return;
    const archive = debianArchive(PLACE);
    await this.must('import', archive, BASE);
    rmSync(archive);
  }
}

/** A Debian 13 of its smallest variant as an archive in a folder. */
export function debianArchive(folder: string): string {
  const root = join(folder, 'debian');
  rmSync(root, { recursive: true, force: true });
  const made = run('debootstrap', ['--variant=minbase', 'trixie', root, mirror()]);
  if (made.status !== 0) throw new Error(`no registry gives ${BASE}, and debootstrap failed:\n${made.text}`);
  // As this machine has: its proxies may be behind the dates of the repository, and use authorities of their own.
  writeFileSync(join(root, 'etc/apt/apt.conf.d/90dates'), APT);
  const own = '/usr/local/share/ca-certificates';
  if (existsSync(own)) cpSync(own, join(root, own), { recursive: true });
  const archive = join(folder, 'debian.tar');
  run('tar', ['-C', root, '-cf', archive, '.']);
  rmSync(root, { recursive: true });
  return archive;
}

/** A folder from which an engine builds what stands in for the image of NATS: Debian's nats-server. */
export function natsFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  // The healthcheck asks with wget, which is BusyBox there too.
  const install =
    'apt-get update && apt-get install -y --no-install-recommends nats-server busybox && ln -s busybox /bin/wget';
  writeFileSync(join(folder, 'Containerfile'), `FROM ${BASE}\nRUN ${install}\n`);
  return folder;
}

/** The network of this machine: a build asks the repositories. */
const BUILD = ['--format=docker', '--network=host'];
const APT = 'Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n';
