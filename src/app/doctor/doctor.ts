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
  /** A site file; without one the networks are those of a site that tunes nothing. */
  readonly config?: string;
}

const PLAIN_SITE = siteSchema.parse({ site: 'plain', mqtt: { url: 'mqtt://localhost' }, inputs: [{ topic: '+' }] });

/** Looks at what the service stands on, part by part, each finding as soon as it is made. Changes nothing. */
export async function* examine({ version, config }: DoctorOptions): AsyncGenerator<Finding> {
  const loaded = config === undefined ? null : tryLoading(config);
  yield* examineMachine(version);
  yield* examineNetworks(loaded === null || loaded instanceof AppError ? PLAIN_SITE : loaded.site);
  if (config === undefined || loaded === null) return;
  if (loaded instanceof AppError) yield* problems({ part: 'site', about: 'file' }, loaded);
  else yield* examineSite(config, loaded);
}

function tryLoading(config: string): LoadedSite | AppError {
  try {
    return loadSite(config);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
