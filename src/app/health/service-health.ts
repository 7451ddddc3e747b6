import { statSync } from 'node:fs';
import type { Site } from '../../config/schema/site.ts';
import { writtenBytes } from '../../io/files/written-bytes.ts';
import { healthJson, healthTopic } from '../../io/mqtt/alerts.ts';
import type { Log } from '../../log.ts';
import type { PipelineView } from '../pipeline/view.ts';
import { version } from '../version.ts';
import type { Sources } from './figures.ts';
import { HealthMonitor, type HealthMonitorOptions } from './health-monitor.ts';
import type { RuleOptions } from './rules.ts';

export interface ServiceHealthOptions extends Pick<
  Sources,
  'now' | 'tallies' | 'connection' | 'ledger' | 'targets' | 'writtenDay' | 'memory'
> {
  readonly site: Site;
  readonly broker: Sources['broker'] & { publishState(topic: string, payload: string): void };
  readonly onProblem?: HealthMonitorOptions['onProblem'];
  readonly log: Log;
}

export interface ServiceHealth {
  readonly monitor: HealthMonitor;
  readonly figures: Sources;
  /** From now on the figures are those of this pipeline. */
  readonly watch: (view: PipelineView) => void;
  /** The site file was read again. */
  readonly useSite: (site: Site) => void;
  start(): void;
  /** Publishes no more. */
  stop(): void;
}

const rulesFor = ({ health, snapshots }: Site): RuleOptions => ({
  noDataAfterMs: health.noDataAfter === 'never' ? Infinity : health.noDataAfter,
  snapshotsEveryMs: snapshots.every,
  maxBytesPerDay: health.maxMegabytesPerDay * 1e6,
});

/** Bytes of the database and its log. */
export const bytesOf = (database: string): number =>
  ['', '-wal'].reduce((sum, end) => sum + (statSync(database + end, { throwIfNoEntry: false })?.size ?? 0), 0);

/** Health of the service: over MQTT and in the log. */
export const serviceHealth = ({ site, broker, onProblem, log, ...rest }: ServiceHealthOptions): ServiceHealth => {
  let view: PipelineView | null = null;
  let { inputs } = site;
  const sources: Sources = {
    ...rest,
    broker,
    version: version(),
    uptime: () => performance.now(),
    topics: () => inputs.map(({ topic }) => topic),
    pipeline: () => view,
    writtenBytes,
    databaseBytes: () => bytesOf(site.database),
  };
  const monitor = new HealthMonitor({
    sources,
    rules: rulesFor(site),
    publish: (health) => {
      broker.publishState(healthTopic(site.mqtt.prefix, site.site), healthJson(health));
    },
    ...(onProblem === undefined ? {} : { onProblem }),
    log,
  });
  return {
    monitor,
    figures: sources,
    watch: (started) => {
      view = started;
    },
    useSite: (next) => {
      ({ inputs } = next);
      monitor.useRules(rulesFor(next));
    },
    start: () => {
      monitor.start();
    },
    stop: () => {
      monitor.stop();
    },
  };
};
