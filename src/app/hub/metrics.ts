import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { heardSites } from '../../io/hub/sites.ts';
import type { SqlDatabase } from '../../stream/sql.ts';
import { version } from '../version.ts';
import { lagOf, type HubFigures, type HubMetrics } from './health.ts';

type Values = readonly (readonly [Readonly<Record<string, string>>, number])[];

/** prom-client's own 10 ms would keep the processor awake. */
const LOOP_PRECISION_MS = 200;
const ABOUT = ['site', 'asset'] as const;

/**
 * Metrics of a hub for Prometheus, read at each scrape. No label has the name of a site or series, so that their number is the same with one
 * site and with 10,000. A database that fails has no `zankyo_hub_sites`.
 */
export function hubMetrics({ intake, broker, alerts, isConnected }: HubFigures, db: SqlDatabase): HubMetrics {
  const registry = new Registry();
  const add = (
    Kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    labelNames: readonly string[],
    values: () => Values | Promise<Values>,
  ): void => {
    new Kind({
      name: `zankyo_hub_${name}`,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const all = await values();
        this.reset();
        for (const [labels, value] of all) this.inc(labels, value);
      },
    });
  };
  const one = (value: number): Values => [[{}, value]];
  const by = (label: string, counts: Readonly<Record<string, number>>): Values =>
    Object.entries(counts).map(([key, value]) => [{ [label]: key }, value] as const);

  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  add(Gauge, 'build_info', 'Version of zankyo and Node.', ['version', 'node'], () => [
    [{ version: version(), node: process.version }, 1],
  ]);
  add(Gauge, 'sites', 'Sites by state.', ['state'], () =>
    sitesByState(db, alerts.openOf('site')).then(
      (counts) => by('state', counts),
      () => [],
    ),
  );
  add(Gauge, 'alerts_open', 'Open alerts of the hub itself, by what they are about.', ['about'], () =>
    ABOUT.map((about) => [{ about }, alerts.openOf(about).length] as const),
  );
  add(Counter, 'messages_total', 'Messages of sites that are stored, by kind.', ['kind'], () =>
    by('kind', intake.storedBy),
  );
  add(Counter, 'messages_rejected_total', 'Messages that were not stored, by reason.', ['reason'], () =>
    by('reason', intake.rejected),
  );
  add(Gauge, 'messages_waiting', 'Messages that wait for the database.', [], () => one(intake.queued));
  add(Gauge, 'database_lag_seconds', 'How long the oldest message has waited that is not stored yet.', [], () =>
    one(lagOf(intake, Date.now()) / 1000),
  );
  add(Gauge, 'database_writable', 'Whether the database can be written.', [], () => one(Number(intake.writable)));
  add(Counter, 'commits_total', 'Transactions with messages.', [], () => one(intake.commits.count));
  add(Counter, 'commit_seconds_total', 'Time in these transactions.', [], () => one(intake.commits.ms / 1000));
  add(Gauge, 'mqtt_connected', 'Whether the broker is connected.', [], () => one(Number(isConnected())));
  add(Counter, 'mqtt_connections_total', 'Connections to the broker.', [], () => one(broker.connections));
  add(Gauge, 'mqtt_waiting', 'Commands and alerts that wait for the broker.', [], () => one(broker.waiting));
  add(Counter, 'mqtt_dropped_total', 'Commands and alerts that a full queue dropped.', [], () => one(broker.dropped));
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

async function sitesByState(db: SqlDatabase, missing: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const counts = { online: 0, offline: 0, missing: missing.length };
  const without = new Set(missing);
  for (const { site, status } of await heardSites(db))
    if (!without.has(site)) counts[status === 'offline' ? 'offline' : 'online']++;
  return counts;
}
