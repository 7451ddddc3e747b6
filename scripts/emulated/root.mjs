/** A Debian 13 of another CPU in a folder, made in a minute and a half by mmdebstrap, and programs in it by way of qemu-user. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './run.mjs';

const BINFMT = '/proc/sys/fs/binfmt_misc';

/** By Debian's name of the architecture: Node's name of the CPU, and qemu's. */
export const TARGETS = { arm64: { cpu: 'arm64', qemu: 'aarch64' }, armhf: { cpu: 'arm', qemu: 'arm' } };

/** Not the environment of this machine: its paths lead nowhere in the root. qemu forgets all it has translated when 128 MB are full. */
const ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  NO_COLOR: '1',
  DEBIAN_FRONTEND: 'noninteractive',
  QEMU_TB_SIZE: '512',
};

/** The kernel starts programs of the other CPU with qemu, also inside the root (flag F: the emulator is already open). */
export async function register(arch, say) {
  const { qemu } = TARGETS[arch];
  if (!existsSync(join(BINFMT, 'register'))) await output('mount', ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT]);
  if (existsSync(join(BINFMT, `qemu-${qemu}`))) return;
  writeFileSync(join(BINFMT, 'register'), readFileSync(`/usr/lib/binfmt.d/qemu-${qemu}.conf`, 'utf8').trim());
  say(`registered qemu-${qemu} with the kernel; it stays until the next boot`);
}

/**
 * With Debian's Node, apt and pgrep (a test has it), configured: only dpkg and the scripts of the packages run emulated, all else runs here. (debootstrap
 * runs its second stage emulated.) The folder has its name only when it is complete.
 */
export async function makeRoot(arch, root, say) {
  if (existsSync(root)) return;
  say(`a Debian 13 for ${arch}: ${root}`);
  const part = `${root}.part`;
  rmSync(part, { recursive: true, force: true });
  const options = [
    '--mode=root',
    '--variant=apt',
    `--arch=${arch}`,
    '--include=nodejs,procps',
    '--dpkgopt=force-unsafe-io',
  ];
  await output('mmdebstrap', [...options, 'trixie', part]);
  renameSync(part, root);
}

/**
 * How to start a shell command in the root. Its processes have a PID namespace of their own and end with it, and the mounts (/proc, and a
 * tmpfs as a booted system has it) go by that.
 */
export const inRoot = (root, command) => ({
  command: 'unshare',
  args: [
    '--pid',
    '--fork',
    '--kill-child',
    `--mount-proc=${join(root, 'proc')}`,
    'sh',
    '-c',
    ENTER,
    'sh',
    root,
    command,
  ],
  options: { env: ENVIRONMENT },
});
const ENTER = 'mount -t tmpfs tmpfs "$1/dev/shm" && exec chroot "$1" /bin/sh -c "$2"';
