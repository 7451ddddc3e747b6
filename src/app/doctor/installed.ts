import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The directories of an installed service. */
export interface Installed {
  /** With site.yaml and the file that LoadCredential= names. */
  readonly config: string;
  /** StateDirectory=. */
  readonly state: string;
}

/** As in deploy/zankyo.service. */
export const SERVICE: Installed = { config: '/etc/zankyo', state: '/var/lib/zankyo' };

/** The environment that systemd gives to the service and not to the user who calls doctor. */
export interface Assumed {
  readonly env: NodeJS.ProcessEnv;
  readonly state: string;
  /** A password file that this user may not read; null when there is none. */
  readonly unreadable: string | null;
}

/** For a site file of the service; null for any other, and where the environment is given. */
export function assumedBy(
  config: string,
  { config: directory, state }: Installed,
  env: NodeJS.ProcessEnv,
): Assumed | null {
  if (env['STATE_DIRECTORY'] !== undefined || dirname(resolve(config)) !== directory) return null;
  const password = join(directory, 'mqtt-password');
  const unreadable = existsSync(password) && !mayRead(password) ? password : null;
  const credentials = unreadable === null ? { CREDENTIALS_DIRECTORY: directory } : {};
  return { env: { STATE_DIRECTORY: state, ...credentials }, state, unreadable };
}

function mayRead(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'));
    return true;
  } catch {
    return false;
  }
}
