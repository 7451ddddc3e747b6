import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isThere } from '../app/doctor/files.ts';
import { placesOf, SERVICE } from '../app/doctor/installed.ts';
import { loadHub } from '../config/hub/load-hub.ts';
import { loadSite } from '../config/load.ts';
import type { Site } from '../config/schema/site.ts';
import { tokenFileOf } from '../io/http/tokens.ts';
import { plain } from './terminal/plain.ts';

/**
 * The site of a file, with the database that its service uses. A service under systemd has its database in its state directory, and
 * a command beside it has no $STATE_DIRECTORY: where there is none, and no such file in the working directory, the one of the
 * service is taken, with a note on stderr. A site with a cluster has no database.
 */
export function loadServiceSite(config: string): Site {
  const { site } = loadSite(config);
  if (site.cluster !== undefined || process.env['STATE_DIRECTORY']) return site;
  const found = databaseOfService(site.database, process.cwd(), placesOf(config, SERVICE).state);
  if (found === null) return site;
  console.error(`Database of the service: ${plain(found)}.`);
  return { ...site, database: found };
}

/** Where the unit of a hub has its data. */
const HUB_STATE = '/var/lib/zankyo-hub';

/**
 * Name and database of a hub file, as `loadServiceSite`; with PostgreSQL only the tokens are beside `database`. `state`: where the unit has
 * its data.
 */
export function loadServiceHub(
  config: string,
  state: string = HUB_STATE,
): { readonly site: string; readonly database: string } {
  const { name, database } = loadHub(config).hub;
  const files = (path: string): string[] => [path, tokenFileOf(path)];
  const found = process.env['STATE_DIRECTORY'] ? null : databaseOfService(database, process.cwd(), state, files);
  if (found === null) return { site: name, database };
  console.error(`Database of the hub: ${plain(found)}.`);
  return { site: name, database: found };
}

/**
 * Null where `database` exists, or does not lie in `cwd`, or the service has none of that name. `filesOf`: the files of which one is enough
 * to say that a database is there.
 */
export function databaseOfService(
  database: string,
  cwd: string,
  stateDirectory: string,
  filesOf: (path: string) => readonly string[] = (path) => [path],
): string | null {
  const name = relative(cwd, database);
  if (name.startsWith('..') || cwd === stateDirectory || filesOf(database).some(existsSync)) return null;
  const found = join(stateDirectory, name);
  return filesOf(found).some(isThere) ? found : null;
}
