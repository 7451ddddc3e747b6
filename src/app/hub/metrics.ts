import { heardSites } from '../../io/hub/sites.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import { addProcessMetrics, byKey, openRegistry, single, type Metrics, type Values } from '../health/registry.ts';
import { version } from '../version.ts';
import { lagOf, type HubFigures } from './health.ts';

const ABOUT = ['site', 'asset'] as const;

/**
 * Metrics of a hub for Prometheus. No label has the name of a site or series, so that their number is the same with one
 * site and with 10,000. A database that fails has no `zankyo_hub_sites`.
 */
export function hubMetrics(
  { intake, broker, streams, alerts, transfers, isConnected }: HubFigures,
  db: SqlDatabase,
): Metrics {
  const { registry, gauge, counter, metrics } = openRegistry('zankyo_hub');
  const by = (label: string, counts: Readonly<Record<string, number>>): Values => byKey(label, Object.entries(counts));

  addProcessMetrics(registry, gauge, version());
  gauge('sites', 'Sites by state.', ['state'], () =>
    sitesByState(db, alerts.openOf('site')).then(
      (counts) => by('state', counts),
      () => [],
    ),
  );
  gauge('alerts_open', 'Open alerts of the hub itself, about a site or an asset.', ['about'], () =>
    ABOUT.map((about) => [{ about }, alerts.openOf(about).length] as const),
  );
  counter('messages', 'Messages of sites that are stored, by kind.', ['kind'], () => by('kind', intake.storedBy));
  counter('messages_rejected', 'Messages that were not stored, by reason.', ['reason'], () =>
    by('reason', intake.rejected),
  );
  gauge('messages_waiting', 'Messages that wait for the database.', [], () => single(intake.queued));
  gauge('database_lag_seconds', 'Waiting time of the oldest message that is not stored yet.', [], () =>
    single(lagOf(intake, Date.now()) / 1000),
  );
  gauge('database_writable', 'Whether the database can be written.', [], () => single(Number(intake.writable)));
  counter('commits', 'Transactions with messages.', [], () => single(intake.commits.count));
  counter('commit_seconds', 'Time in these transactions.', [], () => single(intake.commits.ms / 1000));
  gauge('mqtt_connected', 'Whether the broker is connected.', [], () => single(Number(isConnected())));
  counter('mqtt_connections', 'Connections to the broker.', [], () => single(broker.connections));
  gauge('mqtt_waiting', 'Commands and alerts that wait for the broker.', [], () => single(broker.waiting));
  counter('mqtt_dropped', 'Commands and alerts that a full queue dropped.', [], () => single(broker.dropped));
  gauge('nats_connected', 'Whether the NATS server is connected.', [], () =>
    streams === null ? [] : single(Number(streams.isConnected)),
  );
  gauge('nats_streams', 'Streams of clusters that are read.', [], () =>
    streams === null ? [] : single(streams.count),
  );
  counter('nats_failures', 'Attempts to use the NATS server, or to read a stream, that failed.', ['reason'], () =>
    streams === null ? [] : by('reason', streams.failures),
  );
  gauge('transfers_running', 'Transfers of learned states that are running.', [], () => single(transfers.count));
  counter('learned_stored', 'Learned states of sites that are stored.', [], () => single(transfers.stored));
  counter('learned_taken', 'Learned states that were sent to a site and accepted by it.', [], () =>
    single(transfers.taken),
  );
  counter(
    'learned_refused',
    'Learned states that were not stored, or not accepted by a site, by reason.',
    ['reason'],
    () => by('reason', transfers.refused),
  );
  return metrics;
}

async function sitesByState(db: SqlDatabase, missing: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const counts = { online: 0, offline: 0, missing: missing.length };
  const without = new Set(missing);
  for (const { site, status } of await heardSites(db))
    if (!without.has(site)) counts[status === 'offline' ? 'offline' : 'online']++;
  return counts;
}
