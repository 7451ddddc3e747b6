import { join, relative } from 'node:path';
import { isThere, placesOf, SERVICE } from '../app/doctor/installed.ts';
import { loadSite } from '../config/load.ts';
import type { Site } from '../config/schema.ts';
import { plain } from './plain.ts';

/**
 * The site of a file, with the database that its service uses. A service under systemd has its database in its state directory, and
 * a command beside it has no $STATE_DIRECTORY: where there is none, and no such file in the working directory, the one of the
 * service is taken, with a note on stderr.
 */
export function loadServiceSite(config: string): Site {
  const { site } = loadSite(config);
  if (process.env['STATE_DIRECTORY']) return site;
  const found = databaseOfService(site.database, process.cwd(), placesOf(config, SERVICE).state);
  if (found === null) return site;
  console.error(`Database of the service: ${plain(found)}.`);
  return { ...site, database: found };
}

/** Null where `database` exists, or does not lie in `cwd`, or the service has none of that name. */
export function databaseOfService(database: string, cwd: string, stateDirectory: string): string | null {
  const name = relative(cwd, database);
  if (name.startsWith('..') || cwd === stateDirectory || isThere(database)) return null;
  const found = join(stateDirectory, name);
  return isThere(found) ? found : null;
}
