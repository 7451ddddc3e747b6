import { EMPTY, Observable, defer, finalize, ignoreElements, merge, tap } from 'rxjs';
import type { Site } from '../config/schema.ts';
import type { AnomalyEvent } from '../detect/anomaly.ts';
import { Incidents, type IncidentEvent } from '../detect/incidents.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import type { Kernel } from '../nn/kernel.ts';
import { readingsOf } from '../stream/decode-messages.ts';
import { Decoder } from '../stream/decoder.ts';
import { detectPerStream, type Step } from '../stream/detect-per-stream.ts';
import { Inbox } from '../stream/inbox.ts';
import type { Ports, Rejected } from '../stream/ports.ts';
import { snapshotOf } from './checkpoint.ts';
import type { Note } from './note.ts';
import { NetworkBook } from './network-book.ts';
import { RejectBook } from './reject-book.ts';
import { StateTeller } from './series-states.ts';
import { Streams, type Place } from './streams.ts';

export interface PipelineOptions {
  readonly note: Note;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** The time when nothing arrives, epoch ms, every few seconds; a replay needs none. */
  readonly clock$?: Observable<number>;
}

/** How often silence is looked for and snapshots are due, in the time of arrival. */
const HEARTBEAT_MS = 5_000;

/**
 * The main job, the same for service, demo, replay and tests:
 *
 *   message -> readings -> sample -> verdict -> episode -> log and alert
 *
 * A function of four ports. State is born with the subscription; when it ends, everything is saved once more.
 */
export const pipeline = (
  site: Site,
  ports: Ports,
  { note, kernel, clock$ = EMPTY }: PipelineOptions,
): Observable<Step> =>
  defer(() => {
    const decoder = new Decoder(site.inputs, { maxSeries: site.maxSeries, reserved: Object.keys(site.groups) });
    const rejects = new RejectBook(ports.anomalyLog, note);
    const networks = new NetworkBook(note);
    const incidents = new Incidents({ windowMs: site.incidents.window, coolDownMs: site.tuning.coolDown });
    incidents.restore(ports.anomalyLog.inOpenIncidents());
    const states = new StateTeller(ports.alerts, site.publish.stateEvery);
    const streams = new Streams(site, {
      snapshots: ports.snapshots,
      kernel,
      note,
      onEvent: (event, monitor) => {
        record(event, monitor);
      },
    });

    let now = -Infinity;
    let savedAt = -Infinity;
    let beatAt = -Infinity;

    /** A disk that is full or busy must not silence the alarms; what changed is written again with the next snapshot. */
    const write = (what: () => void): void => {
      try {
        what();
      } catch (error) {
        note('error', { err: error }, 'the database could not be written');
      }
    };

    /** First what lasts, then what is told: an alert has a row, and a row has the state that led to it. */
    const record = ({ phase, at, anomaly }: AnomalyEvent, monitor: StreamMonitor): void => {
      const { id, news } = incidents.take({ phase, at, anomaly }, now);
      const event = { phase, at, anomaly: { ...anomaly, incident: id } };
      write(() => {
        ports.anomalyLog.record(event, snapshotOf(monitor, now));
      });
      ports.alerts.event(event);
      news.forEach(recordIncident);
    };

    const recordIncident = (news: IncidentEvent): void => {
      write(() => {
        ports.anomalyLog.recordIncident(news);
      });
      ports.alerts.incident(news);
    };

    const saveAll = (): void => {
      if (now === -Infinity) return;
      write(() => {
        ports.snapshots.save(streams.monitors.map((monitor) => snapshotOf(monitor, now)));
      });
    };

    const beat = (at: number): void => {
      now = at;
      if (at >= beatAt && at < beatAt + HEARTBEAT_MS) return;
      beatAt = at;
      write(() => {
        rejects.flush();
      });
      for (const monitor of streams.monitors) {
        monitor.tick(at);
        networks.look(monitor);
        if (monitor.samples > 0) states.tell(monitor, at);
      }
      for (const news of incidents.tick(at)) recordIncident(news);
      if (savedAt === -Infinity) savedAt = at;
      if (at >= savedAt && at < savedAt + site.snapshots.every) return;
      savedAt = at;
      saveAll();
    };

    const placeOf = (series: string): Place => streams.placeOf(decoder.series(series)!);
    const inbox = new Inbox((series) => {
      const { monitor, d } = placeOf(series);
      return monitor.lastAt(d);
    });
    const onReject = (rejected: Rejected): void => {
      rejects.add(rejected);
    };
    const onError = (error: unknown, monitor: StreamMonitor): void => {
      streams.leaveOut(monitor);
      note('error', { stream: monitor.stream, err: error }, 'this stream failed and is left out until the next start');
    };

    const steps$ = ports.messages$.pipe(
      tap((message) => {
        beat(message.receivedAt);
      }),
      readingsOf(decoder, inbox, onReject),
      detectPerStream(({ series }) => placeOf(series), onError),
      tap(({ monitor }) => {
        states.tell(monitor, now);
      }),
    );
    const beats$ = clock$.pipe(tap(beat), ignoreElements());
    return merge(steps$, beats$).pipe(
      finalize(() => {
        write(() => {
          rejects.flush();
        });
        saveAll();
        rejects.sum();
      }),
    );
  });
