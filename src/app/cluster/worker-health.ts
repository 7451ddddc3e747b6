import type { Site } from '../../config/schema/site.ts';
import type { Nats } from '../../io/nats/connection.ts';
import type { Log } from '../../log.ts';
import { serviceHealth, type ServiceHealth } from '../health/service-health.ts';
import type { AddMetric } from '../health/registry.ts';
import type { Tallies } from '../pipeline/tallies.ts';
import type { PipelineView } from '../pipeline/view.ts';
import type { ServiceSources } from '../service-manager/service-manager.ts';
import { serviceSources } from '../service-manager/sources.ts';
import type { PartitionRun } from './partition-run.ts';

export interface WorkerHealthOptions {
  readonly site: Site;
  readonly nats: Nats;
  readonly tallies: Tallies;
  readonly runs: () => readonly PartitionRun[];
  /** Looks at the other workers so far. */
  readonly rounds: () => number;
  readonly log: Log;
}

/** The state of a worker for Prometheus, health checks and systemd. */
export interface WorkerHealth {
  readonly health: ServiceHealth;
  readonly metrics: (gauge: AddMetric, counter: AddMetric) => void;
  readonly sources: ServiceSources;
}

/** All partitions of a worker as one pipeline. A partition that is handed over takes its counts with it. */
export const viewOver = (site: Pick<Site, 'inputs'>, runs: () => readonly PartitionRun[]): PipelineView => {
  const views = (): readonly PipelineView[] => runs().map(({ view }) => view);
  return {
    streams: () => views().flatMap((view) => view.streams()),
    monitors: () => views().flatMap((view) => view.monitors()),
    statesOf: () => [],
    now: () => Math.max(-Infinity, ...views().map((view) => view.now())),
    stopped: () => views().flatMap((view) => view.stopped()),
    get messages() {
      const sum = new Float64Array(site.inputs.length);
      for (const { messages } of views()) messages.forEach((count, i) => (sum[i] += count));
      return sum;
    },
    inMaintenance: (input) => views().every((view) => view.inMaintenance(input)),
    replayed: () => true,
    load: () => ({ learnEvery: 1, drops: false }),
    snapshotAgeMs: () => {
      const ages = views()
        .map((view) => view.snapshotAgeMs())
        .filter((age) => age !== null);
      return ages.length === 0 ? null : Math.max(...ages);
    },
    historyOf: () => null,
    watch: () => {
      throw new RangeError('a worker keeps no readings for a dashboard');
    },
    endWatch: () => undefined,
  };
};

export const workerHealth = ({ site, nats, tallies, runs, rounds, log }: WorkerHealthOptions): WorkerHealth => {
  const health = serviceHealth({
    // A worker may have no partition with this input.
    site: { ...site, health: { ...site.health, noDataAfter: 'never' } },
    broker: {
      get waiting() {
        return runs().reduce((sum, { waiting }) => sum + waiting, 0);
      },
      dropped: 0,
      get connections() {
        return nats.connections();
      },
      publishState: () => undefined,
    },
    // The stream is the journal: nothing waits to be written, and a server that is away is no reason to restart the worker.
    ledger: { waitingWrites: 0, droppedWrites: 0, failingSince: null, commits: { count: 0, ms: 0 } },
    tallies,
    connection: () => (nats.isConnected() ? 'connected' : 'offline'),
    targets: () => [],
    writtenDay: () => null,
    memory: () => null,
    now: Date.now,
    log,
  });
  const view = viewOver(site, runs);
  health.watch(view);
  const total = (count: (run: PartitionRun) => number): number => runs().reduce((sum, run) => sum + count(run), 0);
  return {
    health,
    metrics: (gauge, counter) => {
      gauge('cluster_partitions', 'Partitions that this worker has.', [], () => [[{}, runs().length]]);
      gauge('cluster_pending', 'Messages that are stored and not processed yet.', [], () => [
        [{}, total(({ pending }) => pending)],
      ]);
      gauge(
        'cluster_lag_seconds',
        'Age of the last processed message, of the partition that is furthest behind; 0 when no message waits.',
        [],
        () => [[{}, Math.max(0, ...runs().map((run) => run.lagMs(Date.now()))) / 1000]],
      );
      counter('cluster_checkpoints', 'Checkpoints of the present partitions.', [], () => [
        [{}, total(({ saved }) => saved.count)],
      ]);
      counter('cluster_checkpoint_bytes', 'Bytes of these checkpoints.', [], () => [
        [{}, total(({ saved }) => saved.bytes)],
      ]);
    },
    sources: {
      ...serviceSources({ tallies, ledger: { lateMs: 0 }, pipeline: () => view }, health.monitor, () =>
        nats.isConnected() ? null : 'The NATS server does not answer',
      ),
      // Without readings it still looks at the other workers.
      passed: () => tallies.readings + tallies.ticks + rounds(),
    },
  };
};
