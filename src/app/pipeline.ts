import { EMPTY, Observable, concat, defer, filter, finalize, from, ignoreElements, merge, tap } from 'rxjs';
import type { Site } from '../config/schema.ts';
import type { AnomalyEvent } from '../detect/episode/anomaly.ts';
import { Incidents, type IncidentEvent } from '../detect/episode/incidents.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import type { Kernel } from '../nn/kernel.ts';
import { readingsOf } from '../stream/decode-messages.ts';
import { Decoder } from '../stream/decoder.ts';
import { detectPerStream, type Step } from '../stream/detect-per-stream.ts';
import type { Ports, Rejected } from '../stream/ports.ts';
import { rejected } from '../stream/reject.ts';
import { Checkpoints } from './pipeline/checkpoints.ts';
import { isDue } from './pipeline/due.ts';
import { HealthPublisher } from './pipeline/health-publisher.ts';
import type { Log } from '../log.ts';
import { NetworkEventLog } from './pipeline/network-event-log.ts';
import { OverloadControl, type Processor } from './pipeline/overload-control.ts';
import { JournalReplay } from './pipeline/journal-replay.ts';
import { RejectLog } from './pipeline/reject-log.ts';
import { StatePublisher } from './pipeline/state-publisher.ts';
import { StreamLog } from './pipeline/stream-log.ts';
import { Streams } from './pipeline/streams.ts';

export interface PipelineOptions {
  readonly log: Log;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** The time when nothing arrives, epoch ms, every few seconds while we listen; a replay needs none. */
  readonly clock$?: Observable<number>;
  /** Times at which we begin to listen: nothing could be heard before. */
  readonly listening$?: Observable<number>;
  /** None for a recording. */
  readonly processor?: Processor;
}

/** How often silence is looked for and snapshots are due, in the time of arrival. */
const HEARTBEAT_MS = 5_000;

/**
 * The main job, the same for service, demo, replay and tests:
 *
 *   message -> readings -> sample -> verdict -> episode -> log and alert
 *
 * A function of its ports. State is born with the subscription: from the snapshots of an earlier run, and from what the ledger
 * says that was heard since, which is gone through once more in silence, before anything new. When it ends, everything is
 * saved once more.
 */
export const pipeline = (
  site: Site,
  ports: Ports,
  { log, kernel, clock$ = EMPTY, listening$ = EMPTY, processor }: PipelineOptions,
): Observable<Step> =>
  defer(() => {
    const { ledger, anomalyLog, alerts } = ports;
    const decoder = new Decoder(site.inputs, { maxSeries: site.maxSeries, reserved: Object.keys(site.groups) });
    const rejects = new RejectLog(ports, log);
    const networks = new NetworkEventLog(log);
    const streamLog = new StreamLog(log);
    const incidents = new Incidents({ windowMs: site.incidents.window, coolDownMs: site.tuning.coolDown });
    incidents.restore(anomalyLog.openIncidents());
    const states = new StatePublisher(alerts, site.publish.stateEvery);
    const health = new HealthPublisher(ports, rejects.counts);
    const streams = new Streams(site, {
      snapshots: ports.snapshots,
      kernel,
      log,
      onEvent: (event) => {
        record(event);
      },
    });
    const past = new JournalReplay(ledger, streams, (at) => {
      now = at;
    });
    const pace = new OverloadControl(processor ?? null, ledger, streams, log);
    const checkpoints = new Checkpoints(streams, ports, site.snapshots.every);

    let now = -Infinity;
    let beatAt = -Infinity;

    /** An alert has a row, and is told after that. What an earlier run found was written and told by that run. */
    const record = (told: AnomalyEvent): void => {
      if (past.active && told.anomaly.endedBy !== 'removed') return;
      const { id, events } = incidents.take(told, now);
      const event = { ...told, anomaly: { ...told.anomaly, incident: id } };
      const receivedAt = now;
      ledger.write(() => {
        anomalyLog.record({ anomaly: event.anomaly, at: told.at, receivedAt });
      });
      alerts.event(event);
      streamLog.alarm(event, now);
      events.forEach(recordIncident);
    };

    const recordIncident = (news: IncidentEvent): void => {
      ledger.write(() => {
        anomalyLog.recordIncident(news);
      });
      alerts.incident(news);
    };

    const beat = (at: number): void => {
      const before = now;
      now = at;
      if (!isDue(at, beatAt, HEARTBEAT_MS)) return;
      beatAt = at;
      if (pace.clockJumped(at)) wake(at, at - before);
      ledger.recordTick(at);
      for (const monitor of streams.monitors) {
        monitor.tick(at);
        networks.check(monitor);
        streamLog.check(monitor.status);
        if (monitor.status.samples > 0) states.publish(monitor.status, at);
      }
      incidents.tick(at).forEach(recordIncident);
      checkpoints.heartbeat(at);
      pace.check();
      health.publish(at, pace.level);
    };

    const wake = (at: number, awayMs = at - now): void => {
      now = at;
      ledger.recordDowntime(at, awayMs);
      streams.markDowntime(at, awayMs, ledger.seq);
    };

    const onReject = (rejected: Rejected): void => {
      rejects.add(rejected);
    };

    const begin$ = defer(() => {
      pace.applyTrainingRate();
      streams.logRestoredStreams();
      streamLog.begin(streams.monitors);
      return EMPTY;
    });
    const heard$ = ports.messages$.pipe(
      tap((message) => {
        beat(message.receivedAt);
      }),
      filter((message) => {
        const affordable = pace.admits(message);
        if (!affordable) onReject(rejected(message, 'overload'));
        return affordable;
      }),
      readingsOf(decoder, ledger, onReject),
    );
    const steps$ = concat(from(past), begin$, heard$).pipe(
      detectPerStream({
        placeOf: ({ series }, { message, seq }) => {
          if (message === null) return past.placeOf(series, seq);
          const place = streams.placeOf(decoder.series(series)!);
          streamLog.reading(place, message.topic);
          return place;
        },
        onOrder: (reason, { message }) => {
          if (message !== null) onReject(rejected(message, reason));
        },
        onError: (error, monitor: StreamMonitor) => {
          streams.drop(monitor);
          log(
            'error',
            { stream: monitor.stream, err: error },
            'this stream failed and is left out until the next start',
          );
        },
      }),
      filter(() => !past.active),
      tap(({ monitor }) => {
        checkpoints.count();
        health.count(monitor.detector.trainingSkipped);
        states.publish(monitor.status, now);
      }),
    );
    const wakes$ = listening$.pipe(
      tap((at) => {
        wake(at);
      }),
      ignoreElements(),
    );
    const beats$ = clock$.pipe(tap(beat), ignoreElements());
    return merge(steps$, wakes$, beats$).pipe(
      finalize(() => {
        checkpoints.saveAll();
        rejects.logCounts();
      }),
    );
  });
