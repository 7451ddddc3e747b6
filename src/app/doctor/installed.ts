import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { collectCredentials, PASSWORD, type Credentials } from './credentials.ts';
import { isThere } from './files.ts';
import { readUnit, type InstalledUnit } from './installed-unit.ts';

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
  /** Where units are: those of the administrator, and those of packages. */
  readonly units: readonly string[];
  readonly readUnit: (name: string) => InstalledUnit | null;
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
  units: ['/etc/systemd/system', '/usr/lib/systemd/system'],
  readUnit,
};

const isOf = (service: Installed, config: string): boolean => dirname(resolve(config)) === service.config;

/** The name of one of several sites of this machine; null for site.yaml, and for a file elsewhere. */
export function instanceOf(config: string, service: Installed): string | null {
  const name = basename(config).replace(/\.ya?ml$/, '');
  return name !== 'site' && isOf(service, config) ? name : null;
}

/** The installed unit that runs a site file; null where there is none. */
export function unitOf(config: string, service: Installed): string | null {
  const name = instanceOf(config, service);
  const file = name === null ? 'zankyo.service' : 'zankyo@.service';
  if (!isOf(service, config) || !service.units.some((folder) => existsSync(join(folder, file)))) return null;
  return unitNamed(name);
}

/** The unit of site.yaml, or of one of several sites. */
const unitNamed = (site: string | null): string => (site === null ? 'zankyo' : `zankyo@${site}`);
/** How the names of the secrets of a unit begin in the stores. */
const prefixOf = (unit: string): string => `${unit.replace('@', '.')}.`;
const passwordFileOf = (unit: string, { stores }: Installed): string => join(stores[0], `${prefixOf(unit)}${PASSWORD}`);

/**
 * The file from which systemd takes the broker's password for the unit that runs a site file: the user of the unit may not read a
 * secrets.yaml of root. Null where no unit runs it.
 */
export function credentialOf(config: string, service: Installed): string | null {
  const unit = unitOf(config, service);
  return unit === null ? null : passwordFileOf(unit, service);
}

/**
 * Where the service of a site file has its state and its secrets. A file that is not called site.yaml is one of several sites, unless
 * there is a state of zankyo.service only, which then reads a file of another name.
 */
export function placesOf(config: string, service: Installed): { readonly state: string; readonly secrets: string } {
  const name = instanceOf(config, service);
  const one = { state: service.state, secrets: service.config };
  if (name === null) return one;
  const several = { state: join(service.sites, name), secrets: join(service.config, name) };
  return isThere(several.state) || !isThere(one.state) ? several : one;
}

/** The environment that systemd gives to the service and not to the user who calls doctor. */
export interface Assumed {
  readonly env: NodeJS.ProcessEnv;
  readonly state: string;
  /** Null where the files are not those of a unit that systemd has. */
  readonly unit: InstalledUnit | null;
  /** Where the unit takes the password of the broker from, unless a line of it names another file. */
  readonly passwordFile: string;
  readonly credentials: Credentials;
}

/**
 * For a site file of the service; null for any other, and where the environment is given. The caller removes the credentials when it
 * is done.
 */
export function assumedBy(config: string, service: Installed, env: NodeJS.ProcessEnv): Assumed | null {
  if (env['STATE_DIRECTORY'] !== undefined || !isOf(service, config)) return null;
  const { state, secrets } = placesOf(config, service);
  const site = secrets === service.config ? null : basename(secrets);
  const name = unitNamed(site);
  const unit = service.readUnit(name);
  const credentials = collectCredentials(secrets, service.stores, prefixOf(name), unit);
  const { directory } = credentials;
  return {
    env: { STATE_DIRECTORY: state, ...(directory === null ? {} : { CREDENTIALS_DIRECTORY: directory }) },
    state,
    unit,
    passwordFile: passwordFileOf(name, service),
    credentials,
  };
}
