import type { Metric } from 'prom-client';
import { PROBLEM_CODES, type Problem } from '../../stream/health.ts';
import type { TargetState } from '../notify/notifier.ts';
import { openAlarms, phasesOf, type Sources } from './figures.ts';
import { TIME_LIMITS, type Times } from '../pipeline/load/processing-times.ts';
import { addProcessMetrics, byKey, openRegistry, single, type AddMetric, type Metrics } from './registry.ts';
import { seriesMetrics } from './series-metrics.ts';

export interface MetricsOptions {
  readonly sources: Sources;
  readonly problems: () => readonly Problem[];
  /** Series with gauges of their own, at most this many; 0: none. */
  readonly maxSeries: number;
  /** Adds further ones. */
  readonly more?: ((gauge: AddMetric, counter: AddMetric) => void) | undefined;
}

/**
 * Metrics for Prometheus, read from the service at each scrape (registry.ts).
 * Labels have few values: those of the site file (inputs) and of this program (reasons, phases, kinds, codes).
 */
export const metricsOf = ({ sources, problems, maxSeries, more }: MetricsOptions): Metrics => {
  const { registry, gauge, counter, metrics } = openRegistry('zankyo');
  const { tallies, broker, ledger } = sources;
  const streams = () => sources.pipeline()?.streams() ?? [];

  /** A histogram that is counted elsewhere, which prom-client's own cannot be: in the form that its registry reads. */
  const histogram = (name: string, help: string, label: string, all: Readonly<Record<string, Times>>): void => {
    const full = `zankyo_${name}`;
    const valuesOf = ([key, { counts, sum }]: [string, Times]) => {
      let below = 0;
      const labels = { [label]: key };
      const buckets = [...counts].map((count, i) => {
        const le = i < TIME_LIMITS.length ? TIME_LIMITS[i] : '+Inf';
        return { metricName: `${full}_bucket`, labels: { le, ...labels }, value: (below += count) };
      });
      return [
        ...buckets,
        { metricName: `${full}_sum`, labels, value: sum },
        { metricName: `${full}_count`, labels, value: below },
      ];
    };
    const get = () =>
      Promise.resolve({
        name: full,
        help,
        type: 'histogram',
        aggregator: 'sum',
        values: Object.entries(all).flatMap(valuesOf),
      });
    registry.registerMetric({ name: full, get, reset: () => undefined } as unknown as Metric);
  };

  addProcessMetrics(registry, gauge, sources.version);
  counter('messages', 'Messages that an input matches, without retained copies.', ['input'], () => {
    const view = sources.pipeline();
    return byKey(
      'input',
      sources.topics().map((topic, i) => [topic, view?.messages[i] ?? 0]),
    );
  });
  counter(
    'messages_rejected',
    'Messages and readings that were rejected, or accepted with a note, by reason.',
    ['reason'],
    () => byKey('reason', tallies.rejected),
  );
  counter('availability', 'Announcements of devices that they are offline, or online again.', ['state'], () =>
    byKey('state', Object.entries(tallies.availability)),
  );
  counter('readings', 'Readings that were scored.', [], () => single(tallies.readings));
  counter('readings_untrained', 'Readings that no network was trained on because of the CPU load.', [], () =>
    single(tallies.untrained),
  );
  histogram(
    'processing_seconds',
    'Time from the arrival of a message until it is scored, learned and passed on, by how much the networks train.',
    'learning',
    tallies.processing,
  );
  counter('anomalies', 'Alarms that opened, by kind and by severity at the opening.', ['kind', 'severity'], () =>
    [...tallies.alarms].flatMap(([kind, bySeverity]) =>
      [...bySeverity].map(([severity, value]) => [{ kind, severity }, value] as const),
    ),
  );
  counter('habits', 'Events that became habits.', [], () => single(tallies.habits));
  counter('commands', 'Commands of the operator, by outcome.', ['status'], () =>
    byKey('status', Object.entries(tallies.commands)),
  );
  counter('reloads', 'Reloads of the site file, by outcome.', ['status'], () =>
    byKey('status', Object.entries(tallies.reloads)),
  );
  gauge('alarms_open', 'Open alarms by kind.', ['kind'], () => byKey('kind', Object.entries(openAlarms(streams()))));
  gauge('streams', 'Series and groups by phase.', ['phase'], () => byKey('phase', Object.entries(phasesOf(streams()))));
  gauge('score_max', 'Highest score of any stream now; above 1 is anomalous.', [], () => {
    const scores = streams().map(({ score }) => score);
    return single(scores.reduce((max, score) => (score > max ? score : max), 0));
  });
  gauge('training_share', 'Share of the samples on which networks train: 1, 0.25 or 0.', [], () => {
    const learnEvery = sources.pipeline()?.load().learnEvery ?? 1;
    return single(learnEvery === 0 ? 0 : 1 / learnEvery);
  });
  gauge('mqtt_connected', 'Whether the broker is connected.', [], () =>
    single(Number(sources.connection() === 'connected')),
  );
  counter('mqtt_connections', 'Connections to the broker.', [], () => single(broker.connections));
  const ofTargets = (count: (target: TargetState) => number): number =>
    sources.targets().reduce((sum, target) => sum + count(target), 0);
  gauge(
    'queue_depth',
    'Entries that wait for the broker, the database and the targets of notifications.',
    ['queue'],
    () =>
      byKey('queue', [
        ['mqtt', broker.waiting],
        ['database', ledger.waitingWrites],
        ['notify', ofTargets(({ waiting }) => waiting)],
      ]),
  );
  counter('dropped', 'Entries that a full queue dropped.', ['queue'], () =>
    byKey('queue', [
      ['mqtt', broker.dropped],
      ['database', ledger.droppedWrites],
      ['notify', ofTargets(({ dropped }) => dropped)],
    ]),
  );
  counter(
    'notifications',
    'Notifications by target: sent, dropped, and attempts that failed.',
    ['target', 'result'],
    () =>
      sources
        .targets()
        .flatMap(({ name, sent, failed, dropped }) =>
          Object.entries({ sent, failed, dropped }).map(
            ([result, value]) => [{ target: name, result }, value] as const,
          ),
        ),
  );
  counter('sqlite_commits', 'Transactions of the database.', [], () => single(ledger.commits.count));
  counter('sqlite_commit_seconds', 'Time in transactions.', [], () => single(ledger.commits.ms / 1000));
  gauge('sqlite_writable', 'Whether the database can be written.', [], () =>
    single(Number(ledger.failingSince === null)),
  );
  gauge('sqlite_bytes', 'Size of the database and its log.', [], () => single(sources.databaseBytes()));
  counter('written_bytes', 'Bytes that the process has caused to be written to disks.', [], () => {
    const bytes = sources.writtenBytes();
    return bytes === null ? [] : single(bytes);
  });
  gauge('snapshot_age_seconds', 'Age of the oldest saved state of a stream.', [], () => {
    const ageMs = sources.pipeline()?.snapshotAgeMs() ?? null;
    return ageMs === null ? [] : single(ageMs / 1000);
  });
  gauge('problem', 'Problems of the service itself, by code.', ['code'], () => {
    const open = problems();
    return PROBLEM_CODES.map((code) => [{ code }, open.filter((problem) => problem.code === code).length] as const);
  });
  more?.(gauge, counter);
  if (maxSeries > 0) seriesMetrics(gauge, streams, maxSeries);
  return metrics;
};
