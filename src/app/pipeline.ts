import { EMPTY, Observable, concat, defer, filter, finalize, from, ignoreElements, merge, tap } from 'rxjs';
import type { Site } from '../config/schema/site.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import { readingsOf, type DecodedMessage } from '../stream/decode-messages.ts';
import { detectPerStream, type Step } from '../stream/detect-per-stream.ts';
import type { Ports, Rejected } from '../stream/ports/ports.ts';
import { rejected } from '../stream/reject.ts';
import { commandsOf } from './pipeline/commands.ts';
import { Heartbeat } from './pipeline/heartbeat.ts';
import type { PipelineOptions } from './pipeline/options.ts';
import { controlOf, viewOf, type PipelinePhase } from './pipeline/outside.ts';
import { learningOf } from './pipeline/load/overload-control.ts';
import { partsOf } from './pipeline/parts.ts';
import { timed } from './pipeline/load/processing-times.ts';
import type { Place } from './pipeline/streams.ts';
import type { Threads } from './pipeline/threads.ts';

/** Where no threads have the streams, they are all here. */
interface PlaceHere {
  readonly monitor: StreamMonitor;
  readonly d: number;
}

/**
 * One pipeline for service, demo, replay and tests:
 *
 *   message -> readings -> sample -> verdict -> episode -> row and alert
 *
 * A function of its ports. All state is created with the subscription: from the snapshots of an earlier run and the journal since
 * then, which is replayed without alerts before the first new message. When the subscription ends, every stream is saved.
 */
export const pipeline = (site: Site, ports: Ports, options: PipelineOptions): Observable<Step> =>
  defer(() => {
    const { threads, clock$ = EMPTY, idle$ = EMPTY, listening$ = EMPTY, resumed } = options;
    const parts = partsOf(site, ports, options);
    const { time, tallies, decoder, streams, replay, overload, history, recent } = parts;
    const { checkpoints, states, streamLog, rejects } = parts;
    const heartbeat = new Heartbeat(parts, options.since?.beatAt, threads);
    const phase: PipelinePhase = { begun: false, handedOver: false };
    options.onControl?.(controlOf(parts, phase, heartbeat));
    options.onStart?.(viewOf(parts, phase, threads));

    const onReject = (rejected: Rejected): void => {
      rejects.add(rejected);
    };

    /** Between the replayed journal and the first new message. */
    const begin$ = defer(() => {
      threads?.replayed();
      phase.begun = true;
      overload.applyTrainingRate();
      streams.restored.reportAll(resumed === undefined && options.since === undefined);
      streamLog.begin(streams.monitors);
      return EMPTY;
    });
    const decoded$ = ports.messages$.pipe(
      timed(() => tallies.processing[learningOf(overload.level.learnEvery)]),
      tap(({ receivedAt }) => {
        heartbeat.beat(receivedAt);
      }),
      filter((message) => {
        const admitted = overload.admits(message);
        if (!admitted) onReject(rejected(message, 'overload'));
        return admitted;
      }),
      readingsOf(decoder, ports.ledger, onReject, (series, online, { receivedAt, topic }) => {
        parts.availability.set(series, online, receivedAt, topic);
      }),
    );
    // A place is the monitor of a series and its index there.
    const placeOf = (series: string, { message, seq }: DecodedMessage): Place | null => {
      if (message === null) return replay.placeOf(series, seq);
      const place = streams.placeOf(decoder.series(series)!);
      streamLog.reading(place, message.topic);
      return place;
    };
    const stepsHere$ = (all$: Observable<DecodedMessage>): Observable<Step> =>
      all$.pipe(
        detectPerStream({
          placeOf: ({ series }, decoded) => placeOf(series, decoded) as PlaceHere | null,
          onTimeReject: (reason, { message }) => {
            if (message !== null) onReject(rejected(message, reason));
          },
          onError: (error, monitor: StreamMonitor) => {
            streams.stop(monitor, error);
          },
        }),
        tap((step) => {
          history.take(step, replay.seq);
        }),
        filter(() => !replay.active),
        tap((step) => {
          const { monitor } = step;
          recent.take(step);
          checkpoints.count();
          tallies.reading(monitor.detector.trainingSkipped);
          states.publish(monitor.status, time.now);
        }),
      );
    const stepsIn = (all: Threads, replayed$: Observable<DecodedMessage>): Observable<Step> =>
      concat(replayed$.pipe(all.detect(placeOf)), begin$, decoded$.pipe(all.detect(placeOf)));
    const steps$ =
      threads === undefined ? stepsHere$(concat(from(replay), begin$, decoded$)) : stepsIn(threads, from(replay));
    const downtimes$ = listening$.pipe(
      tap((at) => {
        heartbeat.markDowntime(at);
      }),
      ignoreElements(),
    );
    const heartbeats$ = clock$.pipe(
      tap((at) => {
        heartbeat.beat(at);
      }),
      ignoreElements(),
    );
    const idle = idle$.pipe(
      tap(() => {
        tallies.ticks++;
      }),
      ignoreElements(),
    );
    const commands$ = ports.commands === undefined ? EMPTY : commandsOf(ports.commands, parts);
    return merge(steps$, downtimes$, heartbeats$, idle, commands$).pipe(
      finalize(() => {
        if (phase.handedOver) return;
        checkpoints.saveAll();
        rejects.logCounts();
      }),
    );
  });
