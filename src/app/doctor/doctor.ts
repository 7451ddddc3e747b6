import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadSite, type LoadedSite } from '../../config/load.ts';
import { siteSchema } from '../../config/schema.ts';
import { AppError } from '../../errors.ts';
import type { Finding } from './finding.ts';
import { problems } from './finding.ts';
import { examineMachine } from './machine.ts';
import { examineNetworks } from './networks.ts';
import { examineSite } from './site.ts';

export interface DoctorOptions {
  /** The program's. */
  readonly version: string;
  /** A site file; without one the networks are those of a site with default tuning. */
  readonly config?: string;
  readonly service?: Installed;
  readonly env?: NodeJS.ProcessEnv;
}

/** The directories of an installed service. */
export interface Installed {
  /** With site.yaml and the file that LoadCredential= names. */
  readonly config: string;
  /** StateDirectory=. */
  readonly state: string;
}

/** As in deploy/zankyo.service. */
const SERVICE: Installed = { config: '/etc/zankyo', state: '/var/lib/zankyo' };

const PLAIN_SITE = siteSchema.parse({ site: 'plain', mqtt: { url: 'mqtt://localhost' }, inputs: [{ topic: '+' }] });

/** Checks the machine, the networks and the site, each finding as soon as it is made. Changes nothing. */
export async function* examine({
  version,
  config,
  service = SERVICE,
  env = process.env,
}: DoctorOptions): AsyncGenerator<Finding> {
  const assumed = config === undefined ? null : assumedBy(config, service, env);
  const loaded = config === undefined ? null : tryLoading(config, { ...env, ...assumed?.env });
  yield* examineMachine(version);
  yield* examineNetworks(loaded === null || loaded instanceof AppError ? PLAIN_SITE : loaded.site);
  if (config === undefined || loaded === null) return;
  if (loaded instanceof AppError) yield* problems({ part: 'site', about: 'file' }, loaded);
  else yield* examineSite(config, loaded, assumed);
}

/** What systemd gives to the service and not to the user who calls doctor. */
export interface Assumed {
  readonly env: NodeJS.ProcessEnv;
  readonly state: string;
  /** A password file that this user may not read; null when there is none. */
  readonly unreadable: string | null;
}

/** For a site file of the service; null for any other, and where the environment is given. */
function assumedBy(config: string, { config: directory, state }: Installed, env: NodeJS.ProcessEnv): Assumed | null {
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

function tryLoading(config: string, env: NodeJS.ProcessEnv): LoadedSite | AppError {
  try {
    return loadSite(config, env);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
