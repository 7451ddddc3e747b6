import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The directories of installed services. */
export interface Installed {
  /** With site.yaml, or the files of several sites, and the files that LoadCredential= names. */
  readonly config: string;
  /** StateDirectory= of zankyo.service. */
  readonly state: string;
  /** StateDirectory= of zankyo@.service, without the name of the site. */
  readonly sites: string;
}

/** As in deploy/zankyo.service and deploy/zankyo@.service. */
export const SERVICE: Installed = {
  config: '/etc/zankyo',
  state: '/var/lib/zankyo',
  sites: '/var/lib/zankyo-sites',
};

/**
 * Where the service of a site file has its state and its secrets. A file that is not called site.yaml is one of several sites, unless
 * there is a state of zankyo.service only, which then reads a file of another name.
 */
export function placesOf(config: string, service: Installed): { readonly state: string; readonly secrets: string } {
  const name = basename(config).replace(/\.ya?ml$/, '');
  const own = join(service.sites, name);
  const several = name !== 'site' && dirname(resolve(config)) === service.config;
  return several && (isThere(own) || !isThere(service.state))
    ? { state: own, secrets: join(service.config, name) }
    : { state: service.state, secrets: service.config };
}

/** Also where this user may not enter the directory above. */
export function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** The environment that systemd gives to the service and not to the user who calls doctor. */
export interface Assumed {
  readonly env: NodeJS.ProcessEnv;
  readonly state: string;
  /** A password file that this user may not read; null when there is none. */
  readonly unreadable: string | null;
}

/** For a site file of the service; null for any other, and where the environment is given. */
export function assumedBy(config: string, service: Installed, env: NodeJS.ProcessEnv): Assumed | null {
  if (env['STATE_DIRECTORY'] !== undefined || dirname(resolve(config)) !== service.config) return null;
  const { state, secrets } = placesOf(config, service);
  const password = join(secrets, 'mqtt-password');
  const unreadable = existsSync(password) && !mayRead(password) ? password : null;
  const credentials = unreadable === null ? { CREDENTIALS_DIRECTORY: secrets } : {};
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
