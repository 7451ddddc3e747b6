import { couldName } from '../../config/names.ts';
import { mergeTuning, type FieldOptions, type Site, type Tuning } from '../../config/schema.ts';
import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import { Calendar, UTC } from '../../detect/forecast/calendar.ts';
import type { SeriesInfo } from '../../detect/reading.ts';
import { StreamMonitor, type MonitorOptions } from '../../detect/stream-monitor.ts';
import { AppError } from '../../errors.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { DecodedSeries } from '../../stream/decoder.ts';
import { sourceOf } from '../../stream/source.ts';
import type { Origin, Snapshot, SnapshotPort } from '../../stream/ports.ts';
import { zoneOffset } from '../../stream/time-zone.ts';
import { wildcardsIn } from '../../stream/topic-filter.ts';
import type { Log } from '../../log.ts';
import { restore } from './checkpoint.ts';

/** Where a series is learned: its stream, and its place there. */
export interface Place {
  readonly monitor: StreamMonitor;
  readonly d: number;
}

export interface StreamsOptions {
  readonly snapshots: SnapshotPort;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  readonly onEvent: (event: AnomalyEvent) => void;
  readonly log: Log;
}

/** The wall clock that people at the site keep to; UTC where none was named. */
export const calendarOf = ({ timezone }: Pick<Site, 'timezone'>): Calendar =>
  timezone === null ? UTC : new Calendar(zoneOffset(timezone));

export const monitorOptions = (tuning: Tuning, kernel: Kernel | null, calendar = UTC): MonitorOptions => ({
  ...tuning,
  kernel,
  calendar,
  warmupTimeMs: tuning.warmupTime,
  minDurationMs: tuning.minDuration,
  coolDownMs: tuning.coolDown,
  silentAfterMs: tuning.silentAfter,
});

/** The fields that a series may come from, as far as its name tells before any message has shown it. */
const fieldsOf = (site: Site, slug: string): FieldOptions[] =>
  site.inputs.flatMap((input) => input.fields).filter(({ name }) => couldName(name, slug));

const infoOf = (slug: string, field: FieldOptions | undefined): SeriesInfo => ({
  slug,
  label: field?.label,
  unit: field?.unit ?? '',
  range: field?.range ?? null,
  only: field?.only ?? 'both',
  maxStep: field?.maxStep,
  counter: field?.counter,
  minDeviation: field?.minDeviation ?? 0,
  minDeviationPercent: field?.minDeviationPercent ?? 0,
});

/** The topic that alone these series can come from, null when there may be several. */
function soleTopic(site: Site, series: readonly SeriesInfo[]): string | null {
  const inputs = site.inputs.filter(({ fields }) =>
    series.some(({ slug }) => fields.some(({ name }) => couldName(name, slug))),
  );
  const [topic] = inputs.map((input) => input.topic);
  return inputs.length > 0 && inputs.every((input) => input.topic === topic) && wildcardsIn(topic) === 0 ? topic : null;
}

/** What a stream is made of. */
export interface StreamPlan {
  readonly series: readonly SeriesInfo[];
  readonly tuning: Tuning;
}

/** All that a stream of this name may be: one plan for a group, else one for each field that may give the series. */
export function plansOf(site: Site, stream: string): readonly StreamPlan[] {
  if (Object.hasOwn(site.groups, stream)) {
    const { series, tuning } = site.groups[stream];
    const infos = series.map((slug) => infoOf(slug, fieldsOf(site, slug)[0]));
    return [{ series: infos, tuning: mergeTuning(site.tuning, tuning) }];
  }
  return fieldsOf(site, stream).map((field) => planOf(site, stream, field));
}

const planOf = (site: Site, slug: string, field: FieldOptions): StreamPlan => ({
  series: [infoOf(slug, field)],
  tuning: mergeTuning(site.tuning, field.tuning),
});

/**
 * The site's streams: its groups, and what an earlier run knew, from the start, so that a sensor which died meanwhile is
 * missed; every other series when it is first heard.
 */
export class Streams {
  readonly monitors: StreamMonitor[] = [];
  /** Those of which nothing is saved that they could start from again; the reader takes them out. */
  readonly unsaved: StreamMonitor[] = [];
  /** Up to which row of the journal a stream that was restored knows what was heard. */
  private readonly restoredSeq = new Map<StreamMonitor, number>();
  /** Streams that were restored before the journal was replayed; null from then on. */
  private restored: { readonly monitor: StreamMonitor; readonly same: boolean }[] | null = [];
  private downtime = { at: NaN, awayMs: NaN, seq: 0 };
  private trainingRate = { every: 1, seq: 0 };
  private readonly site: Site;
  private readonly options: StreamsOptions;
  private readonly calendar: Calendar;
  private readonly places = new Map<string, Place>();

  constructor(site: Site, options: StreamsOptions) {
    this.site = site;
    this.options = options;
    this.calendar = calendarOf(site);
    for (const name of Object.keys(site.groups)) this.create(name, plansOf(site, name)[0]);
    for (const slug of options.snapshots.streams()) {
      const isGroup = Object.hasOwn(site.groups, slug);
      const known = this.places.has(slug) || isGroup || this.places.size >= site.maxSeries;
      const plans = plansOf(site, slug);
      // Where several inputs could be meant, the first message tells which.
      if (!known && plans.length === 1) this.create(slug, plans[0]);
    }
  }

  /** The journal has been replayed: logs which streams go on from an earlier run, and where they stand. */
  logRestoredStreams(): void {
    for (const { monitor, same } of this.restored ?? []) this.logRestored(monitor, same);
    this.restored = null;
  }

  /** The place of a series; a new one gets a stream of its own. Bounded, as the decoder admits only so many series. */
  placeOf({ slug, index }: DecodedSeries): Place {
    return this.places.get(slug) ?? this.createFor(slug, this.site.inputs[index.input].fields[index.field]);
  }

  /**
   * The place of a series that an earlier run heard; null where the site file has it no longer, or its stream knows row `seq` of
   * the journal already.
   */
  placeOfReplayed(slug: string, origin: Origin | null, seq: number): Place | null {
    const place = this.places.get(slug) ?? this.recreate(slug, origin);
    return place === null || this.covers(place.monitor, seq) ? null : place;
  }

  /** Whether a stream was restored from a state that already has row `seq` of the journal in it. */
  covers(monitor: StreamMonitor, seq: number): boolean {
    return seq <= (this.restoredSeq.get(monitor) ?? 0);
  }

  /** How often networks learn, as row `seq` of the journal tells. */
  learnEvery(every: number, seq: number): void {
    this.trainingRate = { every, seq };
    for (const monitor of this.monitors) if (!this.covers(monitor, seq)) monitor.learnEvery(every);
  }

  /** Up to `at` nobody listened for `awayMs`, as row `seq` of the journal tells. */
  markDowntime(at: number, awayMs: number, seq: number): void {
    this.downtime = { at, awayMs, seq };
    for (const monitor of this.monitors) if (!this.covers(monitor, seq)) monitor.markDowntime(at, awayMs);
  }

  /** A stream that failed is neither watched nor saved any more: its last snapshot is from before. */
  drop(monitor: StreamMonitor): void {
    this.monitors.splice(this.monitors.indexOf(monitor), 1);
  }

  private recreate(slug: string, origin: Origin | null): Place | null {
    const field = origin === null ? undefined : this.site.inputs[origin.input]?.fields[origin.field];
    if (field === undefined || !couldName(field.name, slug) || this.places.size >= this.site.maxSeries) return null;
    return this.createFor(slug, field);
  }

  private createFor(slug: string, field: FieldOptions): Place {
    this.create(slug, planOf(this.site, slug, field));
    return this.places.get(slug)!;
  }

  private create(stream: string, { series, tuning }: StreamPlan): void {
    const { kernel, onEvent } = this.options;
    const topic = series.length > 1 ? soleTopic(this.site, series) : null;
    const options = {
      ...monitorOptions(tuning, kernel, this.calendar),
      ...(topic === null ? {} : { source: sourceOf(topic) }),
    };
    const monitor = new StreamMonitor(stream, series, options, onEvent);
    monitor.learnEvery(this.trainingRate.every);
    this.restore(monitor);
    this.monitors.push(monitor);
    series.forEach(({ slug }, d) => this.places.set(slug, { monitor, d }));
  }

  /** From its newest snapshot that fits, if it has one. */
  private restore(monitor: StreamMonitor): void {
    const { snapshots, log } = this.options;
    const { stream } = monitor;
    const { whole, damaged } = snapshots.load(stream);
    if (damaged > 0) {
      const goesOn = whole.length > 0 ? 'it goes on from an older one' : 'it has to learn anew';
      log('warn', { stream, damaged }, `a saved state is not what was saved (its checksum differs): ${goesOn}`);
    }
    const refusals: AppError[] = [];
    const fitting = whole.find((snapshot) => {
      try {
        restore(monitor, snapshot);
        return true;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refusals.push(error);
        return false;
      }
    });
    if (fitting?.shape !== monitor.shape) this.unsaved.push(monitor);
    if (fitting !== undefined) this.resume(monitor, fitting);
    else if (refusals.length > 0) log('warn', { stream, code: refusals[0].code }, refusals[0].message);
  }

  private resume(monitor: StreamMonitor, { seq, shape }: Snapshot): void {
    this.restoredSeq.set(monitor, seq);
    if (!this.covers(monitor, this.downtime.seq)) monitor.markDowntime(this.downtime.at, this.downtime.awayMs);
    if (!this.covers(monitor, this.trainingRate.seq)) monitor.learnEvery(this.trainingRate.every);
    const same = shape === monitor.shape;
    if (this.restored === null) this.logRestored(monitor, same);
    else this.restored.push({ monitor, same });
  }

  private logRestored({ status: { stream, samples, warmup } }: StreamMonitor, same: boolean): void {
    const what = same ? 'learned state restored' : 'learned state taken over; series of this group have come or gone';
    this.options.log('info', { stream, samples, warmup }, what);
  }
}
