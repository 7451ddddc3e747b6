import { EMPTY, Observable, concat, defer, filter, finalize, from, ignoreElements, merge, tap } from 'rxjs';
import { couldName } from '../config/names.ts';
import type { Site } from '../config/schema.ts';
import type { AnomalyEvent } from '../detect/episode/anomaly.ts';
import type { Habit } from '../detect/episode/habit.ts';
import type { ModeReturn } from '../detect/episode/operating-mode.ts';
import type { IsHoliday } from '../detect/forecast/calendar.ts';
import { Incidents } from '../detect/episode/incidents.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import type { Kernel } from '../nn/kernel.ts';
import { readingsOf } from '../stream/decode-messages.ts';
import { Decoder } from '../stream/decoder.ts';
import { detectPerStream, type Step } from '../stream/detect-per-stream.ts';
import type { CommandPort, Ports, Rejected } from '../stream/ports.ts';
import { rejected } from '../stream/reject.ts';
import { endFreezes } from './commands/actions/freeze.ts';
import { CommandDesk } from './commands/desk.ts';
import { Freezes } from './commands/freezes.ts';
import { Mutes } from './commands/mutes.ts';
import { AlertPublisher } from './pipeline/alert-publisher.ts';
import type { PipelineControl, Resumed } from './pipeline/control.ts';
import { Checkpoints } from './pipeline/checkpoints.ts';
import { isDue } from './pipeline/due.ts';
import { History } from './pipeline/history.ts';
import type { Log } from '../log.ts';
import { timed } from './pipeline/processing-times.ts';
import { NetworkEventLog } from './pipeline/network-event-log.ts';
import { learningOf, OverloadControl, type Processor } from './pipeline/overload-control.ts';
import { JournalReplay } from './pipeline/journal-replay.ts';
import { RecentReadings } from './pipeline/recent-readings.ts';
import { RejectLog } from './pipeline/reject-log.ts';
import { Maintenance } from './pipeline/maintenance.ts';
import { StatePublisher } from './pipeline/state-publisher.ts';
import { StreamLog } from './pipeline/stream-log.ts';
import { Streams } from './pipeline/streams.ts';
import { Tallies } from './pipeline/tallies.ts';
import type { PipelineView } from './pipeline/view.ts';

export interface PipelineOptions {
  readonly log: Log;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** Emits the time, epoch ms, every few seconds while the broker is connected, so that silence is found. Absent in a replay. */
  readonly clock$?: Observable<number>;
  /** Emits the time, epoch ms, of each connection to the broker. The time before it is downtime, not silence of the sensors. */
  readonly listening$?: Observable<number>;
  /** Days that count as Sundays. */
  readonly isHoliday?: IsHoliday | null;
  /** Another text where the holidays are others. */
  readonly holidaysKey?: string;
  /** None for a recording. */
  readonly processor?: Processor;
  /** Counts to add to; default: new ones. */
  readonly tallies?: Tallies;
  /** The pipeline before this one in the same process, which has saved every stream. */
  readonly resumed?: Resumed;
  /** Called with each subscription. */
  readonly onControl?: (control: PipelineControl) => void;
  /** Called with each subscription. */
  readonly onStart?: (view: PipelineView) => void;
}

/** Interval of the periodic work (silence checks, states, snapshots, load), measured by arrival times. */
export const HEARTBEAT_MS = 5_000;

/**
 * One pipeline for service, demo, replay and tests:
 *
 *   message -> readings -> sample -> verdict -> episode -> row and alert
 *
 * A function of its ports. All state is created with the subscription: from the snapshots of an earlier run and the journal since
 * then, which is replayed without alerts before the first new message. When the subscription ends, every stream is saved.
 */
export const pipeline = (
  site: Site,
  ports: Ports,
  {
    log,
    kernel,
    clock$ = EMPTY,
    listening$ = EMPTY,
    isHoliday = null,
    holidaysKey = '',
    processor,
    tallies = new Tallies(),
    resumed,
    onControl,
    onStart,
  }: PipelineOptions,
): Observable<Step> =>
  defer(() => {
    let now = resumed?.at ?? -Infinity; // time of the newest arrival or tick, epoch ms
    let heartbeatAt = -Infinity;
    let begun = false;
    let handedOver = false;
    let commandAt = -Infinity; // time of the newest command, epoch ms
    const { ledger, anomalyLog, alerts } = ports;
    const messages = new Float64Array(site.inputs.length);
    const { maxSeries, groups } = site;
    const decoder = new Decoder(site.inputs, { maxSeries, reserved: Object.keys(groups), messages });
    const rejects = new RejectLog(ports, log, tallies.rejected);
    const networkEvents = new NetworkEventLog(log);
    const streamLog = new StreamLog(log);
    const incidents = new Incidents({ windowMs: site.incidents.window, coolDownMs: site.tuning.coolDown });
    incidents.restore(anomalyLog.openIncidents());
    const mutes = new Mutes(ports.commands?.log, (stream, series, at) => maintenance.covers(stream, series, at));
    const freezes = new Freezes(ports.commands?.log);
    const kept = resumed?.kept;
    const streams = new Streams(site, {
      kept,
      holidaysKey,
      snapshots: ports.snapshots,
      kernel,
      log,
      isHoliday,
      onEvent: (event) => {
        publishEpisode(event);
      },
      onHabit: (habit) => {
        publishHabit(habit);
      },
      onMode: (mode) => {
        publishMode(mode);
      },
    });
    const maintenance = new Maintenance({
      port: ports.maintenance,
      groups: site.groups,
      ledger,
      streams,
      textOf: (at) => streams.calendar.text(at),
      log,
    });
    const states = new StatePublisher(alerts, site.publish.stateEvery, { mutes, maintenance, freezes });
    const setTime = (at: number): void => {
      now = at;
    };
    const replay = new JournalReplay(ledger, streams, setTime, resumed?.seq);
    const overload = new OverloadControl(processor ?? null, ledger, streams, log);
    const history = kept?.history ?? new History(ports.history, log);
    const recent = new RecentReadings();
    const checkpoints = new Checkpoints(streams, ports, site.snapshots.every, history, kept?.checkpoints);
    onControl?.({
      streams,
      now: () => now,
      keep: (next, nextHolidays = '') => {
        const sameHistory = JSON.stringify(next.history) === JSON.stringify(site.history);
        return {
          monitors: sameHistory ? streams.same(next, nextHolidays) : new Map<string, StreamMonitor>(),
          outlet: streams.outlet,
          checkpoints,
          history: sameHistory ? history : null,
        };
      },
      save: (at, { monitors }) => {
        const { unsaved } = streams;
        checkpoints.saveAll(
          at,
          streams.monitors.filter((monitor) => !monitors.has(monitor.stream) || unsaved.includes(monitor)),
        );
      },
      handOver: () => {
        handedOver = true;
      },
    });
    onStart?.({
      messages,
      streams: () => streams.monitors.map(({ status }) => status),
      monitors: () => streams.monitors,
      statesOf: (status) => states.statesOf(status, now),
      now: () => now,
      stopped: () => streams.stopped,
      inMaintenance: (input) => {
        const { fields } = site.inputs[input];
        return maintenance.coversAll((slug) => fields.some(({ name }) => couldName(name, slug)), now);
      },
      replayed: () => begun,
      load: () => overload.level,
      snapshotAgeMs: () => checkpoints.oldestAgeMs,
      historyOf: (series) => history.find(series),
      watch: (monitor, d) => recent.watch(monitor, d),
      endWatch: (watched) => {
        recent.end(watched);
      },
    });

    const alertPublisher = new AlertPublisher(ports, {
      incidents,
      mutes,
      streamLog,
      commandLog: ports.commands?.log,
      labelOf: (series) => streams.find(series)?.monitor.series.find(({ slug }) => slug === series)?.label,
    });

    /**
     * The earlier run wrote and published the events of the replayed journal, except for the end of an episode whose series has left
     * the group: that happens only now.
     */
    const publishEpisode = (found: AnomalyEvent): void => {
      if (replay.active && found.anomaly.endedBy !== 'removed') return;
      tallies.alarm(found);
      alertPublisher.episode(found, Math.max(now, commandAt));
    };

    /** Writes the row of a new habit, then the event. The earlier run did both for the habits of the replayed journal. */
    const publishHabit = (habit: Habit): void => {
      if (replay.active) return;
      tallies.habits++;
      ledger.write(() => {
        anomalyLog.recordHabit(habit);
      });
      alerts.habit(habit);
      streamLog.habit(habit, now);
    };

    /** As a habit: the earlier run announced the returns of the replayed journal. */
    const publishMode = (mode: ModeReturn): void => {
      if (replay.active) return;
      const modes = streams.find(mode.series)?.monitor.status.modes ?? [];
      ledger.write(() => {
        anomalyLog.recordModesOf(mode.stream, modes);
      });
      alerts.mode(mode);
      streamLog.mode(mode, now);
    };

    /** The streams enter or leave maintenance. Then the alerts are due that it held back. */
    const updateMaintenance = (at: number): void => {
      const { changed, over } = maintenance.update(at);
      for (const { status } of changed) if (status.samples > 0) states.publish(status, at);
      if (over) alertPublisher.release(at);
    };

    /** Learning goes on where a freeze was for a time that is over. */
    const updateFreezes = (at: number): void => {
      if (ports.commands === undefined) return;
      for (const { stream, status } of endFreezes({ freezes, streams, ledger, log: ports.commands.log }, at)) {
        log('info', { stream }, 'the time of a freeze is over: learning goes on');
        if (status.samples > 0) states.publish(status, at);
      }
    };

    /** Sets the current time. Every HEARTBEAT_MS it also does the periodic work. */
    const heartbeat = (at: number): void => {
      const before = now;
      now = at;
      if (maintenance.isDue(at)) updateMaintenance(at);
      if (freezes.isDue(at)) updateFreezes(at);
      if (!isDue(at, heartbeatAt, HEARTBEAT_MS)) return;
      heartbeatAt = at;
      if (overload.clockJumped(at)) markDowntime(at, at - before);
      ledger.recordTick(at);
      for (const monitor of streams.monitors) {
        monitor.tick(at);
        networkEvents.check(monitor);
        streamLog.check(monitor.status);
        if (monitor.status.samples > 0) states.publish(monitor.status, at);
      }
      alertPublisher.endMutes(at);
      maintenance.refresh(at);
      for (const event of incidents.tick(at)) alertPublisher.incident(event, at);
      checkpoints.heartbeat(at);
      overload.check();
    };

    /** No message could arrive in the `awayMs` before `at`. */
    const markDowntime = (at: number, awayMs = at - now): void => {
      now = at;
      ledger.recordDowntime(at, awayMs);
      streams.markDowntime(at, awayMs, ledger.seq);
    };

    const onReject = (rejected: Rejected): void => {
      rejects.add(rejected);
    };

    /** Between the replayed journal and the first new message. */
    const begin$ = defer(() => {
      begun = true;
      overload.applyTrainingRate();
      streams.logRestoredStreams(resumed === undefined);
      streamLog.begin(streams.monitors);
      return EMPTY;
    });
    const decoded$ = ports.messages$.pipe(
      timed(() => tallies.processing[learningOf(overload.level.learnEvery)]),
      tap(({ receivedAt }) => {
        heartbeat(receivedAt);
      }),
      filter((message) => {
        const admitted = overload.admits(message);
        if (!admitted) onReject(rejected(message, 'overload'));
        return admitted;
      }),
      readingsOf(decoder, ledger, onReject),
    );
    const steps$ = concat(from(replay), begin$, decoded$).pipe(
      detectPerStream({
        // A place is the monitor of a series and its index there.
        placeOf: ({ series }, { message, seq }) => {
          if (message === null) return replay.placeOf(series, seq);
          const place = streams.placeOf(decoder.series(series)!);
          streamLog.reading(place, message.topic);
          return place;
        },
        onTimeReject: (reason, { message }) => {
          if (message !== null) onReject(rejected(message, reason));
        },
        onError: (error, monitor: StreamMonitor) => {
          streams.drop(monitor);
          log(
            'error',
            { stream: monitor.stream, err: error },
            'internal error: this stream stops until the next start',
          );
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
        states.publish(monitor.status, now);
      }),
    );
    /**
     * A command comes between two readings. It does not set the time: what no message arrived in before the first connection is
     * downtime, whether there were commands or not.
     */
    const commandsOf = ({ requests$, log: commandLog, reload }: CommandPort): Observable<never> => {
      const desk = new CommandDesk({
        site: site.site,
        streams,
        mutes,
        freezes,
        log: commandLog,
        snapshots: ports.snapshots,
        anomalyLog,
        ledger,
        appLog: log,
        reload,
        counts: tallies.commands,
        releaseAlerts: (at) => {
          alertPublisher.release(at);
        },
        onChanged: (monitors, at) => {
          for (const { status } of monitors) if (status.samples > 0) states.publish(status, at);
        },
      });
      return requests$.pipe(
        tap((request) => {
          commandAt = Math.max(now, request.at);
          desk.take(request, commandAt);
        }),
        ignoreElements(),
      );
    };
    const downtimes$ = listening$.pipe(
      tap((at) => {
        markDowntime(at);
      }),
      ignoreElements(),
    );
    const heartbeats$ = clock$.pipe(tap(heartbeat), ignoreElements());
    const commands$ = ports.commands === undefined ? EMPTY : commandsOf(ports.commands);
    return merge(steps$, downtimes$, heartbeats$, commands$).pipe(
      finalize(() => {
        if (handedOver) return;
        checkpoints.saveAll();
        rejects.logCounts();
      }),
    );
  });
