import type { Site } from '../../config/schema/site.ts';
import { Incidents } from '../../detect/episode/incidents.ts';
import { Decoder } from '../../stream/decoder.ts';
import { KnownSignals } from '../../stream/known-signals.ts';
import type { Ports } from '../../stream/ports/ports.ts';
import { Freezes } from '../commands/freezes.ts';
import { Mutes } from '../commands/mutes.ts';
import { AlertPublisher } from './publish/alert-publisher.ts';
import { Availability } from './availability.ts';
import { Checkpoints } from './restore/checkpoints.ts';
import { EventPublisher } from './publish/event-publisher.ts';
import { History } from './history.ts';
import { JournalReplay } from './restore/journal-replay.ts';
import { Maintenance } from './maintenance.ts';
import { NetworkEventLog } from './log/network-event-log.ts';
import type { PipelineOptions } from './options.ts';
import { OverloadControl } from './load/overload-control.ts';
import { RecentReadings } from './recent-readings.ts';
import { RejectLog } from './log/reject-log.ts';
import { StatePublisher } from './publish/state-publisher.ts';
import { StreamLog } from './log/stream-log.ts';
import { Streams } from './streams.ts';
import { Tallies } from './tallies.ts';
import type { ThreadHandlers } from './threads.ts';
import type { PipelineTime } from './time.ts';

/** Rejects of a stream are not stored. */
const NO_PAYLOAD = new Uint8Array(0);

/** All state of one subscription of the pipeline, and the objects that change it. */
export type PipelineParts = ReturnType<typeof partsOf>;

/** Makes the parts: the streams from their snapshots, incidents, mutes and freezes from the database. */
export const partsOf = (site: Site, ports: Ports, options: PipelineOptions) => {
  const {
    log,
    kernel,
    isHoliday = null,
    holidaysKey = '',
    processor,
    tallies = new Tallies(),
    resumed,
    since,
  } = options;
  const { ledger, anomalyLog, alerts } = ports;
  const { maxSeries, groups } = site;
  const { threads } = options;
  const kept = resumed?.kept;
  const time: PipelineTime = { now: resumed?.at ?? since?.now ?? -Infinity, commandAt: -Infinity };
  const messages = new Float64Array(site.inputs.length);
  const signals = ports.signals ?? new KnownSignals();
  const decoder = new Decoder(site.inputs, {
    maxSeries,
    hasRoom: (slug) => streams.has(slug) || (options.hasRoom?.() ?? true),
    reserved: [...Object.keys(groups), ...(options.reserved ?? [])],
    messages,
    signals,
    outside: ports.formats,
    onFacts: (slug, info) => {
      streams.restate(slug, info);
    },
  });
  const rejects = new RejectLog(ports, log, tallies.rejected);
  const streamLog = new StreamLog(log);
  const incidents = new Incidents({ windowMs: site.incidents.window, coolDownMs: site.tuning.coolDown });
  incidents.restore(anomalyLog.openIncidents());
  const mutes = new Mutes(ports.commands?.log, (stream, series, at) => maintenance.covers(stream, series, at));
  const freezes = new Freezes(ports.commands?.log);
  const history = kept?.history ?? new History(ports.history, log);
  let seqNow = (): number => Infinity; // until there is a replay
  threads?.begin(site, handlersOf(), new Set(kept?.monitors.values()));
  const streams = new Streams(site, {
    threads,
    historyPlaceOf: (series) => history.placeOf(series),
    kept,
    holidaysKey,
    snapshots: ports.snapshots,
    signals,
    kernel,
    log,
    isHoliday,
    onEvent: (event) => {
      events.episode(event);
    },
    onHabit: (habit) => {
      events.habit(habit);
    },
    onMode: (mode) => {
      events.mode(mode, streams.find(mode.series)?.monitor.status.modes ?? []);
    },
  });
  const maintenance = new Maintenance({
    port: ports.maintenance,
    groups,
    ledger,
    streams,
    textOf: (at) => streams.calendar.text(at),
    log,
  });
  const availability = new Availability({ streams, ledger }, tallies, log);
  const states = new StatePublisher(alerts, site.publish.stateEvery, { mutes, maintenance, freezes });
  const replay = new JournalReplay(
    ledger,
    streams,
    (at) => {
      time.now = at;
    },
    resumed?.seq,
    options.onReplayed,
  );
  seqNow = () => replay.seq;
  const overload = new OverloadControl(processor ?? null, ledger, streams, log);
  const checkpoints = new Checkpoints(streams, ports, site, history, kept?.checkpoints);
  const alertPublisher = new AlertPublisher(ports, {
    incidents,
    mutes,
    streamLog,
    commandLog: ports.commands?.log,
    labelOf: (series) => streams.find(series)?.monitor.series.find(({ slug }) => slug === series)?.label,
  });
  const events = new EventPublisher({ ports, time, replay, alertPublisher, streamLog, tallies });
  const networkEvents = new NetworkEventLog(log);
  function handlersOf(): ThreadHandlers {
    return {
      seq: () => seqNow(),
      episode: (event, ...when) => {
        events.episode(event, ...when);
      },
      habit: (habit, ...when) => {
        events.habit(habit, ...when);
      },
      mode: (mode, modes, ...when) => {
        events.mode(mode, modes, ...when);
      },
      state: ({ status }, at) => {
        states.publish(status, at);
      },
      reject: (reason, topic) => {
        rejects.add({ reason, topic, at: time.now, payload: NO_PAYLOAD });
      },
      history: (stream, d, at, bucket) => {
        history.add(stream, d, at, bucket);
      },
      counted: (readings, untrained) => {
        checkpoints.count(readings);
        tallies.add(readings, untrained);
      },
      stopped: (stream, error) => {
        streams.stop(stream, error);
      },
      log,
    };
  }
  const recent = new RecentReadings();
  return {
    ...{
      site,
      ports,
      log,
      tallies,
      time,
      messages,
      signals,
      decoder,
      rejects,
      streamLog,
      incidents,
      mutes,
      freezes,
      streams,
    },
    ...{
      maintenance,
      availability,
      states,
      replay,
      overload,
      history,
      checkpoints,
      alertPublisher,
      networkEvents,
      recent,
    },
  };
};
