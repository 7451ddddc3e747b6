/** Debian packages that tests need: finds their programs, or installs them, or says what to type and fails. It never skips. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian puts some programs into /usr/sbin, which a user's PATH often leaves out. */
const folders = () => [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/local/sbin',
  // The helpers of Podman.
  '/usr/lib/podman',
  // The server programs of PostgreSQL, in a folder for each version.
  ...(existsSync(POSTGRES) ? readdirSync(POSTGRES).map((version) => join(POSTGRES, version, 'bin')) : []),
];
const POSTGRES = '/usr/lib/postgresql';
const executable = (name) =>
  folders().some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const succeeds = (command, args, options = {}) => spawnSync(command, args, options).status === 0;

/** What to put in front of apt-get, null where it cannot be run without a password. */
const asRoot = () => {
  if (process.getuid?.() === 0) return [];
  return executable('sudo') && succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : null;
};

const aptGet = (prefix, ...args) => {
  // Another installation on this machine is waited for.
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=600'];
  const [command, ...rest] = [...prefix, ...apt, ...args];
  // apt's report goes to stderr, so that a run's standard output stays that of the tests.
  return succeeds(command, rest, { stdio: ['ignore', 2, 2] });
};

const install = (packages) => {
  const prefix = executable('apt-get') ? asRoot() : null;
  if (prefix === null) return;
  console.error(`${packages.join(' and ')} not installed; installing with apt-get`);
  // A failed update still leaves the lists of last time, which may do.
  aptGet(prefix, 'update');
  aptGet(prefix, 'install', '-y', '--no-install-recommends', ...packages);
};

/** `packages`: the Debian package of each program. `who`: the tests, for the sentence. Ends the process where one stays missing. */
export function needPrograms(packages, who) {
  const missing = () => [
    ...new Set(
      Object.keys(packages)
        .filter((name) => !executable(name))
        .map((name) => packages[name]),
    ),
  ];
  if (missing().length > 0) install(missing());
  if (missing().length > 0) {
    console.error(`${who} need more programs: sudo apt-get install ${missing().join(' ')}`);
    process.exit(1);
  }
}
