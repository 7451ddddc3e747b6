import { loadSite, type LoadedSite } from '../../config/load.ts';
import { siteSchema } from '../../config/schema/site.ts';
import { AppError } from '../../errors.ts';
import type { Finding } from './finding.ts';
import { problems } from './finding.ts';
import { assumedBy, SERVICE, type Installed } from './installed.ts';
import { examineMachine } from './machine.ts';
import { examineNetworks } from './networks.ts';
import { unusedSecrets } from './password.ts';
import { examineSite } from './site.ts';

export interface DoctorOptions {
  /** The program's. */
  readonly version: string;
  /** A site file; without one the networks are those of a site with default tuning. */
  readonly config?: string;
  readonly service?: Installed;
  readonly env?: NodeJS.ProcessEnv;
}

const PLAIN_SITE = siteSchema.parse({ site: 'plain', mqtt: { url: 'mqtt://localhost' }, inputs: [{ topic: '+' }] });

/** Checks the machine, the networks and the site, each finding as soon as it is made. Changes nothing. */
export async function* examine({
  version,
  config,
  service = SERVICE,
  env = process.env,
}: DoctorOptions): AsyncGenerator<Finding> {
  const assumed = config === undefined ? null : assumedBy(config, service, env);
  try {
    const loaded = config === undefined ? null : tryLoading(config, { ...env, ...assumed?.env });
    yield* examineMachine(version);
    yield* examineNetworks(loaded === null || loaded instanceof AppError ? PLAIN_SITE : loaded.site);
    if (config === undefined || loaded === null) return;
    if (loaded instanceof AppError) {
      yield* problems({ part: 'site', about: 'file' }, loaded);
      yield* unusedSecrets(assumed, false);
    } else yield* examineSite(config, loaded, assumed);
  } finally {
    assumed?.credentials.remove();
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
