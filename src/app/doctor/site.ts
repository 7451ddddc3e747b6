import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { LoadedSite } from '../../config/load.ts';
import { AppError } from '../../errors.ts';
import { tryBroker } from '../../io/mqtt/broker.ts';
import { openDatabase, READ_ONLY } from '../../io/sqlite/database.ts';
import { SnapshotStore } from '../../io/sqlite/snapshots/snapshot-store.ts';
import { brokerOptions } from '../broker-options.ts';
import { examineCard } from './card.ts';
import type { Assumed } from './installed.ts';
import { closedTo, ownerOnly } from './installed-unit.ts';
import { ok, problems, sizeText, warning, type Finding } from './finding.ts';
import { passwordFindings } from './password.ts';

const part = 'site';

/** Bits of a file's mode that are not its owner's. */
const OTHERS = 0o077;

/** With less room the disk is nearly full; on a full one no anomaly can be stored. */
const LITTLE_DISK = 100 * 2 ** 20;

/**
 * Whether the service would find everything that its site file names. Connects to the broker once; changes nothing. `assumed`:
 * what systemd would give to the service, if that was assumed.
 */
export async function* examineSite(
  config: string,
  loaded: LoadedSite,
  assumed: Assumed | null,
): AsyncGenerator<Finding> {
  const { site, warnings } = loaded;
  const inputs = site.inputs.reduce((sum, { fields }) => sum + fields.length, 0);
  const counts = { inputs, groups: Object.keys(site.groups).length };
  const text = `${config} is valid: site ${site.site}, ${plural(inputs, 'input')}, ${plural(counts.groups, 'group')}.`;
  yield ok({ part, about: 'file' }, text, counts);
  const named = assumed?.credentials.named ?? ((line: string) => line);
  for (const line of warnings) yield warning({ part, about: 'file' }, named(line));
  for (const file of loaded.files) {
    const closed = closedTo(assumed?.unit ?? null, resolve(file));
    if (closed !== null) yield warning({ part, about: 'file' }, `${ownerOnly(closed)} Run sudo chmod a+rX ${closed}.`);
  }
  yield* passwordFindings(config, loaded, assumed);
  yield* assumed !== null && dirname(site.database) === assumed.state
    ? examineState(site.database, assumed.state)
    : examineDatabase(site.database);
  yield* examineCard(site.database);
  try {
    const { url } = site.mqtt;
    const doubt = await tryBroker(brokerOptions(site, () => undefined, Date.now));
    yield doubt === null
      ? ok({ part, about: 'broker' }, `${url} accepts the connection, the subscriptions and publishing.`, { url })
      : warning({ part, about: 'broker' }, `${doubt}.`, { url });
  } catch (error) {
    yield* problems({ part, about: 'broker' }, error);
  }
}

/** The database in the state directory that systemd gives to the service, which only root and the service may enter. */
function* examineState(path: string, state: string): Generator<Finding> {
  const place = { part, about: 'database' } as const;
  switch (stateOf(state)) {
    case 'closed':
      yield warning(
        place,
        `${path} was not checked: this user may not enter the state directory of the service; run doctor with sudo.`,
        { path },
      );
      break;
    case 'absent':
      yield ok(place, `${state} does not exist yet: systemd makes it when the service starts.`, { path });
      break;
    case 'open':
      yield* examineDatabase(path, ', in the state directory of the service (STATE_DIRECTORY is not set here)');
  }
}

function stateOf(directory: string): 'open' | 'closed' | 'absent' {
  try {
    // The dot is looked up inside the directory.
    return statSync(`${directory}/.`, { throwIfNoEntry: false }) === undefined ? 'absent' : 'open';
  } catch {
    return 'closed';
  }
}

/** Whether the database can be opened and written, how large it is and how much room it has; `where` follows its path. */
export function* examineDatabase(path: string, where = ''): Generator<Finding> {
  const place = { part, about: 'database' } as const;
  try {
    const there = existsSync(path);
    writable(there ? path : dirname(path), path);
    const said = there ? contents(path) : { text: 'does not exist yet; the first start creates it', data: {} };
    const { bavail, bsize } = statfsSync(dirname(path));
    const freeBytes = bavail * bsize;
    if (there && (statSync(path).mode & OTHERS) !== 0)
      yield warning(place, `${path} can be read by other users of this machine; run chmod 600 on it.`, { path });
    const data = { path, ...said.data, freeBytes };
    const text = `${path} ${said.text}; ${sizeText(freeBytes)} are free${where}`;
    yield freeBytes < LITTLE_DISK
      ? warning(place, `${text}, and a full disk stops the storing of anomalies.`, data)
      : ok(place, `${text}.`, data);
  } catch (error) {
    yield* problems(place, error);
  }
}

function contents(path: string): { readonly text: string; readonly data: Finding['data'] } {
  const db = openDatabase(path, { readonly: true });
  try {
    const streams = new SnapshotStore(db).streams().length;
    const bytes = statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
    return {
      text: `has ${sizeText(bytes)} and the learned state of ${plural(streams, 'stream')}`,
      data: { bytes, streams },
    };
  } finally {
    db.close();
  }
}

function writable(what: string, database: string): void {
  try {
    accessSync(what, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'its directory does not exist; create it, or set database to a path in one that does'
        : code === 'EROFS'
          ? READ_ONLY
          : 'cannot be written by this user: change its owner or mode, or set database to another path';
    throw new AppError('database_unusable', `${database}: ${why}`, { cause });
  }
}

const plural = (n: number, one: string): string => `${n === 0 ? 'no' : n} ${one}${n === 1 ? '' : 's'}`;
