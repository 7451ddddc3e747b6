import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { collectCredentials, type Credentials } from './credentials.ts';

/** The directories of installed services. */
export interface Installed {
  /** With site.yaml, or the files of several sites, and the files that LoadCredential= and LoadCredentialEncrypted= name. */
  readonly config: string;
  /** StateDirectory= of zankyo.service. */
  readonly state: string;
  /** StateDirectory= of zankyo@.service, without the name of the site. */
  readonly sites: string;
  /** Where ImportCredential= looks (systemd.exec), in its order. */
  readonly stores: readonly string[];
}

/** As in deploy/zankyo.service and deploy/zankyo@.service. */
export const SERVICE: Installed = {
  config: '/etc/zankyo',
  state: '/var/lib/zankyo',
  sites: '/var/lib/zankyo-sites',
  stores: ['/etc', '/run', '/usr/local/lib', '/usr/lib'].flatMap((root) => [
    `${root}/credstore`,
    `${root}/credstore.encrypted`,
  ]),
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
  readonly credentials: Credentials;
}

/**
 * For a site file of the service; null for any other, and where the environment is given. The caller removes the credentials when it
 * is done.
 */
export function assumedBy(config: string, service: Installed, env: NodeJS.ProcessEnv): Assumed | null {
  if (env['STATE_DIRECTORY'] !== undefined || dirname(resolve(config)) !== service.config) return null;
  const { state, secrets } = placesOf(config, service);
  const site = secrets === service.config ? '' : `${basename(secrets)}.`;
  const credentials = collectCredentials(secrets, service.stores, `zankyo.${site}`);
  const { directory } = credentials;
  return {
    env: { STATE_DIRECTORY: state, ...(directory === null ? {} : { CREDENTIALS_DIRECTORY: directory }) },
    state,
    credentials,
  };
}
