import type { Written } from '../../io/sqlite/tables/written-hours.ts';
import type { Health, Problem, StreamsByPhase } from '../../stream/health.ts';
import type { TargetState } from '../notify/notifier.ts';
import { learningOf } from '../pipeline/load/overload-control.ts';
import type { Tallies } from '../pipeline/tallies.ts';
import type { StreamView } from '../pipeline/stream.ts';
import type { PipelineView } from '../pipeline/view.ts';
import type { MemoryUse } from './memory-room.ts';
import type { VitalSigns } from './vital-signs.ts';

/** Where health and metrics read. All of it is live. */
export interface Sources {
  readonly version: string;
  /** Present time, epoch ms, and a clock that is never set, ms since the start of the process. */
  readonly now: () => number;
  readonly uptime: () => number;
  readonly topics: () => readonly string[];
  readonly tallies: Tallies;
  /** Null before the pipeline runs. */
  readonly pipeline: () => PipelineView | null;
  readonly connection: () => Health['broker'];
  readonly broker: { readonly waiting: number; readonly dropped: number; readonly connections: number };
  readonly ledger: {
    readonly waitingWrites: number;
    readonly droppedWrites: number;
    readonly failingSince: number | null;
    readonly commits: { readonly count: number; readonly ms: number };
  };
  /** The targets of notifications. */
  readonly targets: () => readonly TargetState[];
  /** Bytes written to disks by this process; null where the system does not count them. */
  readonly writtenBytes: () => number | null;
  /** Those of the last 24 hours in which the service ran, also before its last start; null where the system does not count them. */
  readonly writtenDay: () => Written | null;
  readonly memory: () => MemoryUse | null;
  /** Bytes of the database and its log. */
  readonly databaseBytes: () => number;
}

/** Streams by phase. A stream is silent when every sensor of it is. */
export const phasesOf = (streams: readonly StreamView[]): StreamsByPhase => {
  const phases = { learning: 0, ready: 0, silent: 0 };
  for (const status of streams) {
    const silent = status.series.every((_, d) => status.faultOf(d) === 'silent');
    phases[silent ? 'silent' : status.warmup < 1 ? 'learning' : 'ready']++;
  }
  return phases;
};

/** Open alarms: of processes, of drifts, and of sensors. */
export const openAlarms = (streams: readonly StreamView[]): Health['alarms'] => {
  const alarms = { process: 0, drift: 0, sensor: 0 };
  for (const status of streams) {
    if (status.anomalous) alarms.process++;
    if (status.drifting >= 0) alarms.drift++;
    for (let d = 0; d < status.series.length; d++) if (status.faultOf(d) !== null) alarms.sensor++;
  }
  return alarms;
};

export const healthOf = (sources: Sources, problems: readonly Problem[]): Health => {
  const { tallies, broker, ledger } = sources;
  const view = sources.pipeline();
  const streams = view?.streams() ?? [];
  const { rss, heapUsed } = process.memoryUsage();
  return {
    at: sources.now(),
    version: sources.version,
    uptimeMs: sources.uptime(),
    memory: { rss, heap: heapUsed },
    broker: sources.connection(),
    connections: broker.connections,
    learning: learningOf(view?.load().learnEvery ?? 1),
    readings: tallies.readings,
    untrained: tallies.untrained,
    rejected: Object.fromEntries(tallies.rejected),
    streams: phasesOf(streams),
    alarms: openAlarms(streams),
    commands: { ...tallies.commands },
    queues: {
      mqtt: broker.waiting,
      database: ledger.waitingWrites,
      notify: sources.targets().reduce((sum, { waiting }) => sum + waiting, 0),
    },
    droppedEvents: broker.dropped,
    droppedWrites: ledger.droppedWrites,
    problems,
  };
};

export const signsOf = (sources: Sources, loopDelayMs: number): VitalSigns => {
  const view = sources.pipeline();
  const { learnEvery, drops } = view?.load() ?? { learnEvery: 1, drops: false };
  return {
    now: sources.now(),
    uptimeMs: sources.uptime(),
    loopDelayMs,
    connected: sources.connection() === 'connected',
    inputs: sources.topics().map((topic, i) => ({
      topic,
      messages: view?.messages[i] ?? 0,
      inMaintenance: view?.inMaintenance(i) ?? false,
    })),
    readings: sources.tallies.readings,
    rejected: sources.tallies.rejected,
    databaseFailingSince: sources.ledger.failingSince,
    snapshotAgeMs: view?.snapshotAgeMs() ?? null,
    learnEvery,
    drops,
    writtenDay: sources.writtenDay(),
    memory: sources.memory(),
    stoppedStreams: view?.stopped() ?? [],
    failingTargets: sources
      .targets()
      .flatMap(({ name, failingSince }) => (failingSince === null ? [] : [{ name, since: failingSince }])),
  };
};
