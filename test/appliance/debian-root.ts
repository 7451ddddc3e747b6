import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ended {
  readonly status: number | null;
  readonly text: string;
  /** Wall time, in seconds. */
  readonly seconds: number;
}

/** A program to its end; its output and errors together. */
export const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended => {
  const from = performance.now();
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  return { status, text: stdout + stderr, seconds: (performance.now() - from) / 1000 };
};

const succeed = (command: string, args: readonly string[]): string => {
  const { status, text } = run(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${text}`);
  return text;
};

/** The repository that this machine installs from, with its suite trixie. */
export const mirror = (): string => {
  const policy = succeed('apt-cache', ['policy']);
  const line = policy.split('\n').find((each) => /\d+ https?:\/\/\S+ trixie\/main /.test(each));
  const found = /https?:\/\/\S+/.exec(line ?? '')?.[0];
  if (found === undefined) throw new Error('apt-cache policy names no repository with Debian 13 (trixie)');
  return found;
};

/** A Debian 13 of its smallest variant with an init, in a directory of its own. Nothing of this machine is in it but the address of the repository. */
export class DebianRoot {
  readonly path: string;
  private readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'zankyo-root-'));
    this.path = join(this.folder, 'root');
    mkdirSync(this.shared);
    succeed('debootstrap', ['--variant=minbase', '--include=systemd-sysv', 'trixie', this.path, mirror()]);
    // As this machine has: caches in front of the repository may be behind its dates.
    writeFileSync(
      join(this.path, 'etc/apt/apt.conf.d/90dates'),
      'Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n',
    );
  }

  /** A directory that is /shared inside. */
  get shared(): string {
    return join(this.folder, 'shared');
  }

  /** A program in the root, with the network of this machine. */
  run(...command: readonly string[]): Ended {
    return run('systemd-nspawn', [...this.nspawn(), '--setenv=DEBIAN_FRONTEND=noninteractive', ...command]);
  }

  /**
   * Boots its systemd without a network, runs a shell script in it and powers off. In the script, `fact NAME COMMAND` runs a command;
   * its output and exit code are returned by that name.
   */
  boot(script: string): ReadonlyMap<string, { readonly text: string; readonly code: number }> {
    const fact = `fact() { printf '##fact %s\n' "$1"; "\${@:2}" 2>&1; printf '\n##code %s\n' $?; }\n`;
    writeFileSync(join(this.shared, 'steps.sh'), fact + script);
    const unit = [
      '[Unit]',
      'SuccessAction=poweroff-force',
      'FailureAction=poweroff-force',
      'After=basic.target',
      '[Service]',
      'Type=oneshot',
      'Environment=DEBIAN_FRONTEND=noninteractive',
      'StandardOutput=truncate:/shared/output',
      'StandardError=inherit',
      'ExecStart=/bin/bash /shared/steps.sh',
    ];
    const units = join(this.path, 'etc/systemd/system');
    writeFileSync(join(units, 'steps.service'), `${unit.join('\n')}\n`);
    mkdirSync(join(units, 'multi-user.target.wants'), { recursive: true });
    symlinkSync('../steps.service', join(units, 'multi-user.target.wants/steps.service'));
    // By name, because nspawn looks for a systemd of the root at another path to find out which cgroups it supports.
    const { text } = run('systemd-nspawn', [...this.nspawn(), '--private-network', '/usr/lib/systemd/systemd'], {
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
    });
    const output = join(this.shared, 'output');
    if (!existsSync(output)) throw new Error(`the script did not run:\n${text}`);
    const facts = readFileSync(output, 'utf8').matchAll(/^##fact (\S+)\n([\s\S]*?)\n##code (\d+)$/gm);
    return new Map(Array.from(facts, ([, name, said, code]) => [name, { text: said.trim(), code: Number(code) }]));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private nspawn(): string[] {
    return [
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--link-journal=no',
      '--console=pipe',
      '-D',
      this.path,
      `--bind=${this.shared}:/shared`,
    ];
  }
}
