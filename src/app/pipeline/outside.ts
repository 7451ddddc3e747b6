import { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { PipelineControl } from './control.ts';
import type { PipelineParts } from './parts.ts';
import { WatchedHere } from './recent-readings.ts';
import type { Stream } from './stream.ts';
import { mayGive } from './stream-plan.ts';
import type { Threads } from './threads.ts';
import type { PipelineView } from './view.ts';

/** How far a pipeline has come. */
export interface PipelinePhase {
  /** Whether the journal of the earlier run was replayed. */
  begun: boolean;
  /** Whether another pipeline goes on with the streams. */
  handedOver: boolean;
}

/** The calls that replace this pipeline by another one. */
export const controlOf = (parts: PipelineParts, phase: PipelinePhase, heartbeat: Heartbeat): PipelineControl => {
  const { site, streams, time, checkpoints, history } = parts;
  return {
    streams,
    now: () => time.now,
    moment: () => ({ now: time.now, beatAt: heartbeat.beatAt }),
    saveNow: () => {
      if (Number.isFinite(time.now)) checkpoints.saveAll(time.now);
    },
    keep: (next, nextHolidays = '') => {
      const sameHistory = JSON.stringify(next.history) === JSON.stringify(site.history);
      return {
        monitors: sameHistory ? streams.same(next, nextHolidays) : new Map<string, Stream>(),
        outlet: streams.outlet,
        checkpoints,
        history: sameHistory ? history : null,
      };
    },
    save: (at, { monitors }) => {
      const { unsaved } = streams.restored;
      checkpoints.saveAll(
        at,
        streams.monitors.filter((monitor) => !monitors.has(monitor.stream) || unsaved.includes(monitor)),
      );
    },
    handOver: () => {
      phase.handedOver = true;
    },
  };
};

/** The view of it for health, metrics and the dashboard. */
export const viewOf = (parts: PipelineParts, phase: Readonly<PipelinePhase>, threads?: Threads): PipelineView => {
  const { site, messages, signals, streams, states, time, maintenance, overload, checkpoints, history, recent } = parts;
  return {
    messages,
    streams: () => {
      threads?.refresh();
      return streams.monitors.map(({ status }) => status);
    },
    monitors: () => streams.monitors,
    statesOf: (status) => states.statesOf(status, time.now),
    now: () => time.now,
    stopped: () => streams.stopped,
    inMaintenance: (input) => {
      const given = site.inputs[input];
      return maintenance.coversAll((slug) => mayGive(given, slug, signals), time.now);
    },
    replayed: () => phase.begun,
    load: () => overload.level,
    snapshotAgeMs: () => checkpoints.oldestAgeMs,
    historyOf: (series) => history.find(series),
    watch: (monitor, d) => (monitor instanceof StreamMonitor ? recent.watch(monitor, d) : threads!.watch(monitor, d)),
    endWatch: (watched) => {
      if (watched instanceof WatchedHere) recent.end(watched);
      else threads?.endWatch(watched);
    },
  };
};
