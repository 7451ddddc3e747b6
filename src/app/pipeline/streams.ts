import { couldName } from '../../config/names.ts';
import type { Site } from '../../config/schema/site.ts';
import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import type { ModeReturn } from '../../detect/episode/operating-mode.ts';
import type { Calendar, IsHoliday } from '../../detect/forecast/calendar.ts';
import { changeOf, shapeOf } from '../../detect/monitor/shape.ts';
import { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { DecodedSeries } from '../../stream/decoder.ts';
import type { SignalInfo } from '../../stream/signal-reader.ts';
import type { Origin, SnapshotPort, StreamAction } from '../../stream/ports/ports.ts';
import type { Log } from '../../log.ts';
import { act, type ActionResult } from './act.ts';
import { RestoredStreams } from './restore/restored-streams.ts';
import type { Stream } from './stream.ts';
import { calendarOf, monitorOptions } from './monitor-options.ts';
import {
  planOf,
  plansOf,
  planText,
  signalField,
  type PlanField,
  type SignalLookup,
  type StreamPlan,
} from './stream-plan.ts';
import type { HistoryPlace, Threads } from './threads.ts';

/** The stream of a series, and the index of the series in it. */
export interface Place {
  readonly monitor: Stream;
  readonly d: number;
}

/** Receives the events of the streams. A stream that another pipeline takes over keeps this object; its callbacks are replaced. */
export interface Outlet {
  onEvent: (event: AnomalyEvent) => void;
  onHabit: (habit: Habit) => void;
  onMode: (mode: ModeReturn) => void;
}

export interface StreamsOptions {
  readonly snapshots: SnapshotPort;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  readonly onEvent: Outlet['onEvent'];
  readonly onHabit: Outlet['onHabit'];
  readonly onMode: Outlet['onMode'];
  /** Streams of the pipeline before, by name; those that the site file does not change continue. */
  readonly kept?: { readonly monitors: ReadonlyMap<string, Stream>; readonly outlet: Outlet } | undefined;
  /** A text that differs when the holidays differ. */
  readonly holidaysKey?: string | undefined;
  /** Null where there are no holidays. */
  readonly isHoliday?: IsHoliday | null;
  /** The known signals that no field names. */
  readonly signals?: SignalLookup;
  readonly log: Log;
  /** The threads of the streams, if they are not in this one. */
  readonly threads?: Threads | undefined;
  /** How far the history of a series has come; null where none is kept. */
  readonly historyPlaceOf?: (series: string) => HistoryPlace | null;
}

/**
 * The site's streams. Groups, and series with a snapshot, have a stream from the start, so that a sensor that stopped since
 * the last run is reported as silent. Every other series gets its stream with its first reading.
 */
export class Streams {
  readonly monitors: Stream[] = [];
  /** The wall clock of the site. */
  readonly calendar: Calendar;
  /** Names of the streams that were dropped. */
  readonly stopped: string[] = [];
  /** The streams that were restored from snapshots. */
  readonly restored: RestoredStreams;
  private downtime = { at: NaN, downtimeMs: NaN, seq: 0 };
  private trainingRate = { every: 1, seq: 0 };
  /** Receives the events of all streams. */
  readonly outlet: Outlet;
  /** The options of each stream in the site file, as one text to compare. */
  private readonly texts = new Map<Stream, () => string>();
  private readonly site: Site;
  private readonly options: StreamsOptions;
  private readonly places = new Map<string, Place>();

  constructor(site: Site, options: StreamsOptions) {
    this.site = site;
    this.options = options;
    const { onEvent, onHabit, onMode } = options;
    this.restored = new RestoredStreams(options.snapshots, options.log);
    this.outlet = Object.assign(options.kept?.outlet ?? {}, { onEvent, onHabit, onMode });
    this.calendar = calendarOf(site, options.isHoliday);
    for (const name of Object.keys(site.groups)) this.create(name, plansOf(site, name, options.signals)[0]);
    for (const slug of options.snapshots.streams()) {
      const isGroup = Object.hasOwn(site.groups, slug);
      const known = this.places.has(slug) || isGroup || this.places.size >= site.maxSeries;
      const plans = plansOf(site, slug, options.signals);
      // If several inputs may produce the series, its first message decides.
      if (!known && plans.length === 1) this.create(slug, plans[0]);
    }
  }

  /** Whether a series has its stream by now. */
  has(slug: string): boolean {
    return this.places.has(slug);
  }

  /** The place of a series; a new series gets its own stream. The decoder's `maxSeries` bounds the number of streams. */
  placeOf({ slug, index, unit, range, counter }: DecodedSeries): Place {
    const known = this.places.get(slug);
    if (known !== undefined) return known;
    return this.createFor(slug, {
      ...this.site.inputs[index.input].fields[index.field],
      ...{ unit, range, counter },
    });
  }

  /**
   * Applies the unit and range that the format of a series states, if they were guessed until now, or if the device has corrected them.
   * A change between a counter and a plain value makes another series: it takes effect at the next start.
   */
  restate(slug: string, { unit, range, counter }: SignalInfo): void {
    const place = this.places.get(slug);
    if (place === undefined) return;
    const info = place.monitor.series[place.d];
    const isSame = info.unit === unit && info.range?.[0] === range?.[0] && info.range?.[1] === range?.[1];
    if (isSame || info.counter !== counter) return;
    // The parts of the stream have this object.
    Object.assign(info, { unit, range });
    this.options.log(
      'info',
      { series: slug, unit, ...(range === null ? {} : { range }) },
      'the device states another unit or range',
    );
  }

  /**
   * The place of a series in a journal row; null if the site file no longer has the series, or if the snapshot of its stream
   * includes row `seq` already.
   */
  placeOfReplayed(slug: string, origin: Origin | null, seq: number): Place | null {
    const place = this.places.get(slug) ?? this.recreate(slug, origin);
    return place === null || this.covers(place.monitor, seq) ? null : place;
  }

  /** Whether a stream was restored from a snapshot that includes row `seq` of the journal. */
  covers(monitor: Stream, seq: number): boolean {
    return this.restored.covers(monitor, seq);
  }

  /** Networks train on one of every `every` samples (0: none), from journal row `seq` on. */
  learnEvery(every: number, seq: number): void {
    this.trainingRate = { every, seq };
    for (const monitor of this.monitors) if (!this.covers(monitor, seq)) monitor.learnEvery(every);
  }

  /** The service received nothing in the `downtimeMs` before `at` (Infinity: unknown); recorded in journal row `seq`. */
  markDowntime(at: number, downtimeMs: number, seq: number): void {
    this.downtime = { at, downtimeMs, seq };
    for (const monitor of this.monitors) if (!this.covers(monitor, seq)) monitor.markDowntime(at, downtimeMs);
  }

  /**
   * Carries out the operator's action, recorded in journal row `seq`, at `at`. Null where the stream does not exist, or its snapshot
   * includes the action, or the action changes nothing.
   */
  act(action: StreamAction, at: number, seq: number): ActionResult | null {
    const monitor = this.monitors.find(({ stream }) => stream === action.stream);
    return monitor === undefined || this.covers(monitor, seq) ? null : act(monitor, action, at);
  }

  /** The place of a series that has a stream by now, or of a group: then `d` is null. Null for an unknown name. */
  find(slug: string): { readonly monitor: Stream; readonly d: number | null } | null {
    const group = this.monitors.find(({ stream, series }) => stream === slug && series.length > 1);
    if (group !== undefined) return { monitor: group, d: null };
    const place = this.places.get(slug);
    return place !== undefined && this.monitors.includes(place.monitor) ? place : null;
  }

  /** The streams to which another site file gives another network. */
  withOtherNetwork(next: Site): readonly string[] {
    const { kernel } = this.options;
    return this.monitors
      .filter(({ stream, shape }) => {
        const plan = plansOf(next, stream, this.options.signals).at(0);
        if (plan === undefined) return false;
        const slugs = plan.series.map(({ slug }) => slug);
        return changeOf(shape, shapeOf(monitorOptions(plan.tuning, kernel), slugs)) !== null;
      })
      .map(({ stream }) => stream);
  }

  /**
   * The streams that another site file does not change, by name. Without those that several inputs may produce, because their next message
   * decides, and without those that the site file no longer has.
   */
  same(next: Site, holidaysKey: string): ReadonlyMap<string, Stream> {
    if (next.maxSeries < this.site.maxSeries) return new Map();
    const members = new Set(Object.values(next.groups).flatMap(({ series }) => series));
    const isSame = (monitor: Stream): boolean => {
      const { stream } = monitor;
      const plans = plansOf(next, stream, this.options.signals);
      if (plans.length !== 1 || members.has(stream)) return false;
      return this.texts.get(monitor)?.() === planText(plans[0], next, holidaysKey);
    };
    return new Map(this.monitors.filter(isSame).map((monitor) => [monitor.stream, monitor]));
  }

  /** Removes a stream that has thrown, and logs it. */
  stop(monitor: Stream, error: unknown): void {
    this.drop(monitor);
    this.options.log(
      'error',
      { stream: monitor.stream, err: error },
      'internal error: this stream stops until the next start',
    );
  }

  /** Removes a stream that failed; it gets no further ticks and snapshots. Its last snapshot is from before the failure. */
  private drop(monitor: Stream): void {
    this.monitors.splice(this.monitors.indexOf(monitor), 1);
    this.stopped.push(monitor.stream);
  }

  private recreate(slug: string, origin: Origin | null): Place | null {
    const read = signalField(this.site, slug, this.options.signals ?? { get: () => null });
    const input = origin === null ? undefined : this.site.inputs.at(origin.input);
    const named = input?.all?.bareNumbers === true ? undefined : input?.fields.at(origin!.field);
    const field = read ?? (named !== undefined && couldName(named.name, slug) ? named : undefined);
    return field === undefined || this.places.size >= this.site.maxSeries ? null : this.createFor(slug, field);
  }

  private createFor(slug: string, field: PlanField): Place {
    this.create(slug, planOf(this.site, slug, field));
    return this.places.get(slug)!;
  }

  private create(stream: string, plan: StreamPlan): void {
    const monitor = this.options.kept?.monitors.get(stream) ?? this.build(stream, plan);
    this.texts.set(monitor, () =>
      planText({ ...plan, series: monitor.series }, this.site, this.options.holidaysKey ?? ''),
    );
    this.monitors.push(monitor);
    plan.series.forEach(({ slug }, d) => this.places.set(slug, { monitor, d }));
  }

  private build(stream: string, plan: StreamPlan): Stream {
    const { threads } = this.options;
    const monitor = threads === undefined ? this.buildHere(stream, plan) : this.buildThere(stream, plan, threads);
    monitor.learnEvery(this.trainingRate.every);
    this.restore(monitor);
    return monitor;
  }

  private buildThere(stream: string, { series, tuning, source }: StreamPlan, threads: Threads): Stream {
    const { historyPlaceOf = () => null } = this.options;
    const history = series.map(({ slug }) => historyPlaceOf(slug)).filter((place) => place !== null);
    return threads.create({ stream, series, tuning, source, history: history.length === 0 ? null : history });
  }

  private buildHere(stream: string, { series, tuning, source }: StreamPlan): StreamMonitor {
    const { outlet } = this;
    const options = {
      ...monitorOptions(tuning, this.options.kernel, this.calendar),
      ...(source === null ? {} : { source }),
    };
    return new StreamMonitor(
      stream,
      series,
      options,
      (event) => {
        outlet.onEvent(event);
      },
      (habit) => {
        outlet.onHabit(habit);
      },
      (mode) => {
        outlet.onMode(mode);
      },
    );
  }

  /** Restores a stream, and repeats for it the events of the service that its snapshot does not include. */
  private restore(monitor: Stream): void {
    const snapshot = this.restored.restore(monitor);
    if (snapshot === null) return;
    const { downtime, trainingRate } = this;
    if (!this.covers(monitor, downtime.seq)) monitor.markDowntime(downtime.at, downtime.downtimeMs);
    if (!this.covers(monitor, trainingRate.seq)) monitor.learnEvery(trainingRate.every);
    this.restored.report(monitor, snapshot);
  }
}
