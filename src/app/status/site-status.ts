import { existsSync, statSync } from 'node:fs';
import type { Site } from '../../config/schema/site.ts';
import type { Anomaly } from '../../detect/episode/anomaly.ts';
import { changeOf } from '../../detect/monitor/shape.ts';
import { AppError } from '../../errors.ts';
import { alarmCounts, lastWritten } from '../../io/sqlite/tables/alarm-counts.ts';
import { AnomalyLog } from '../../io/sqlite/tables/anomaly-log.ts';
import { CommandLog } from '../../io/sqlite/tables/command-log.ts';
import { openDatabase, type Database } from '../../io/sqlite/database.ts';
import { SignalTable } from '../../io/sqlite/tables/signal-table.ts';
import { shapeChanges } from '../../io/sqlite/snapshots/snapshot-shapes.ts';
import { SnapshotStore } from '../../io/sqlite/snapshots/snapshot-store.ts';
import { healthTopic, seriesOfTopic, stateJson, statusTopic } from '../../io/mqtt/alerts.ts';
import type { HealthMessage, StateMessage } from '../../io/mqtt/messages.ts';
import { readRetained, type Retained } from '../../io/mqtt/read-retained.ts';
import { DAY_MS } from '../../math/time.ts';
import { kernelOrNull } from '../kernel.ts';
import { statesOf } from '../pipeline/publish/state-publisher.ts';
import { restoredStream } from '../restored.ts';
import { brokerOptions } from '../broker-options.ts';
import { jsonOf } from '../../stream/values/json.ts';

/** The last known state of a series or group. */
export interface SeriesStatus {
  readonly name: string;
  readonly group: boolean;
  readonly state: StateMessage;
  /** Alarms in which it led, in the last seven days. */
  readonly alarms: number;
}

export interface SiteStatus {
  readonly site: string;
  readonly at: number;
  readonly service: {
    readonly state: 'running' | 'stopped' | 'unknown';
    /** Start of the service, epoch ms; null where it is not known. */
    readonly since: number | null;
    readonly health: HealthMessage | null;
  };
  readonly broker: { readonly url: string; readonly reached: boolean; readonly reason: string | null };
  readonly database: {
    readonly path: string;
    readonly bytes: number | null;
    readonly lastWritten: number | null;
    /** Why it could not be read; null where it was. */
    readonly problem: string | null;
  };
  /** Where the states come from: retained messages, or the last snapshots. */
  readonly from: 'broker' | 'database';
  readonly series: readonly SeriesStatus[];
  readonly open: readonly Anomaly[];
  readonly mutes: readonly { readonly scope: string; readonly until: number }[];
  /** Networks that were replaced in the last seven days, and what went on of each; the newest first. */
  readonly networks: readonly { readonly stream: string; readonly at: number; readonly text: string }[];
}

/** A site as its retained messages and its database have it. Both are only read; each is optional. */
export async function siteStatus(site: Site, now: number): Promise<SiteStatus> {
  const { prefix, url } = site.mqtt;
  const retained = await readRetained(
    brokerOptions(site, () => undefined, Date.now),
    [statusTopic(prefix, site.site), healthTopic(prefix, site.site), `${prefix}/${site.site}/series/+/state`],
  );
  const payloads = retained.reached ? retained.payloads : new Map<string, string>();
  const health = parsed(payloads.get(healthTopic(prefix, site.site))) as HealthMessage | null;
  const online = payloads.get(statusTopic(prefix, site.site));
  const running = online === 'online';
  const stored = readStored(site, now);
  const published = publishedStates(site, retained);
  const states = published.size > 0 ? published : stored.states();
  stored.close();
  return {
    site: site.site,
    at: now,
    service: {
      state: !retained.reached ? 'unknown' : running ? 'running' : 'stopped',
      since: running && health !== null ? Date.parse(health.at) - 1000 * health.uptime : null,
      health,
    },
    broker: { url, reached: retained.reached, reason: retained.reached ? null : retained.reason },
    database: {
      path: site.database,
      bytes: sizeOf(site.database),
      lastWritten: stored.lastWritten,
      problem: stored.problem,
    },
    from: published.size > 0 ? 'broker' : 'database',
    series: [...states]
      .map(([name, state]) => ({
        name,
        group: Object.hasOwn(site.groups, name),
        state,
        alarms: stored.counts.get(name) ?? 0,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    open: stored.open,
    mutes: stored.mutes,
    networks: stored.networks,
  };
}

interface Stored {
  readonly problem: string | null;
  readonly lastWritten: number | null;
  readonly open: readonly Anomaly[];
  readonly counts: ReadonlyMap<string, number>;
  readonly mutes: readonly { readonly scope: string; readonly until: number }[];
  readonly networks: SiteStatus['networks'];
  states(): ReadonlyMap<string, StateMessage>;
  close(): void;
}

function readStored(site: Site, now: number): Stored {
  let db: Database;
  try {
    db = openDatabase(site.database, { readonly: true });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      problem: error.message,
      ...{ lastWritten: null, open: [], counts: new Map(), mutes: [], networks: [] },
      states: () => new Map(),
      close: () => undefined,
    };
  }
  return {
    problem: null,
    lastWritten: lastWritten(db),
    open: new AnomalyLog(db, { quarantineRows: 0 }).open(),
    counts: alarmCounts(db, now - 7 * DAY_MS),
    mutes: new CommandLog(db).mutes().filter(({ until }) => until > now),
    networks: shapeChanges(db, now - 7 * DAY_MS).flatMap(({ stream, at, from, to }) => {
      const text = changeOf(from, to);
      return text === null ? [] : [{ stream, at, text }];
    }),
    states: () => savedStates(site, db),
    close: () => db.close(),
  };
}

function publishedStates({ mqtt, site }: Site, retained: Retained): ReadonlyMap<string, StateMessage> {
  const states = new Map<string, StateMessage>();
  if (!retained.reached) return states;
  for (const [topic, payload] of retained.payloads) {
    const name = seriesOfTopic(topic, mqtt.prefix, site);
    const state = name === null ? null : (parsed(payload) as StateMessage | null);
    if (name !== null && state !== null) states.set(name, state);
  }
  return states;
}

const NOTHING_HELD = { muted: () => false, maintenanceUntil: () => null, frozenUntil: null } as const;

/** The states as the newest snapshots have them, for when there is no broker. */
function savedStates(site: Site, db: Database): ReadonlyMap<string, StateMessage> {
  const snapshots = new SnapshotStore(db);
  const signals = new SignalTable(db);
  const kernel = kernelOrNull(() => undefined);
  const states = new Map<string, StateMessage>();
  for (const stream of snapshots.streams()) {
    const restored = restoredStream(site, stream, snapshots, kernel, signals);
    if (restored === null) continue;
    const { monitor, snapshot } = restored;
    for (const state of statesOf(monitor.status, snapshot.at, NOTHING_HELD))
      states.set(state.slug, JSON.parse(stateJson(state)) as StateMessage);
  }
  return states;
}

/** With the parts that SQLite keeps beside it. */
const sizeOf = (path: string): number | null =>
  existsSync(path)
    ? ['', '-wal', '-shm'].reduce((sum, end) => sum + (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0), 0)
    : null;

/** A retained message of ours; null for one that is no JSON object. */
function parsed(payload: string | undefined): object | null {
  const value = payload === undefined ? null : jsonOf(payload);
  return typeof value === 'object' ? value : null;
}
