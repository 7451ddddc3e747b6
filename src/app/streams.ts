import { couldName } from '../config/names.ts';
import { mergeTuning, type FieldOptions, type Site, type Tuning } from '../config/schema.ts';
import type { AnomalyEvent } from '../detect/anomaly.ts';
import type { SeriesInfo } from '../detect/reading.ts';
import { StreamMonitor, type MonitorOptions } from '../detect/stream-monitor.ts';
import { AppError } from '../errors.ts';
import type { DecodedSeries } from '../stream/decoder.ts';
import type { SnapshotPort } from '../stream/ports.ts';
import type { Note } from './note.ts';
import { restore } from './checkpoint.ts';

/** Where a series is learned: its stream, and its place there. */
export interface Place {
  readonly monitor: StreamMonitor;
  readonly d: number;
}

export interface StreamsOptions {
  readonly snapshots: SnapshotPort;
  readonly onEvent: (event: AnomalyEvent, monitor: StreamMonitor) => void;
  readonly note: Note;
}

export const monitorOptions = (tuning: Tuning): MonitorOptions => ({
  ...tuning,
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
  unit: field?.unit ?? '',
  range: field?.range ?? null,
  only: field?.only ?? 'both',
});

/**
 * The site's streams: its groups, and what an earlier run knew, from the start, so that a sensor which died meanwhile is
 * missed; every other series when it is first heard.
 */
export class Streams {
  readonly monitors: StreamMonitor[] = [];
  private readonly site: Site;
  private readonly options: StreamsOptions;
  private readonly places = new Map<string, Place>();

  constructor(site: Site, options: StreamsOptions) {
    this.site = site;
    this.options = options;
    for (const [name, { series, tuning }] of Object.entries(site.groups))
      this.create(
        name,
        series.map((slug) => infoOf(slug, fieldsOf(site, slug)[0])),
        mergeTuning(site.tuning, tuning),
      );
    for (const slug of options.snapshots.streams()) {
      const fields = fieldsOf(site, slug);
      const known = this.places.has(slug) || slug in site.groups || this.places.size >= site.maxSeries;
      // Where several inputs could be meant, the first message tells which.
      if (known || fields.length !== 1) continue;
      this.create(slug, [infoOf(slug, fields[0])], mergeTuning(site.tuning, fields[0].tuning));
    }
  }

  /** The place of a series; a new one gets a stream of its own. Bounded, as the decoder admits only so many series. */
  placeOf(series: DecodedSeries): Place {
    const place = this.places.get(series.slug);
    if (place !== undefined) return place;
    const { tuning } = this.site.inputs[series.index.input].fields[series.index.field];
    this.create(series.slug, [series], mergeTuning(this.site.tuning, tuning));
    return this.places.get(series.slug)!;
  }

  /** A stream that failed is neither watched nor saved any more: its last snapshot is from before. */
  leaveOut(monitor: StreamMonitor): void {
    this.monitors.splice(this.monitors.indexOf(monitor), 1);
  }

  private create(stream: string, series: readonly SeriesInfo[], tuning: Tuning): void {
    const { snapshots, note, onEvent } = this.options;
    const monitor: StreamMonitor = new StreamMonitor(stream, series, monitorOptions(tuning), (event) => {
      onEvent(event, monitor);
    });
    try {
      const snapshot = snapshots.load(stream);
      if (snapshot !== null) {
        restore(monitor, snapshot);
        note('info', { stream, samples: monitor.samples, warmup: monitor.warmup }, 'learned state restored');
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      note('warn', { stream, code: error.code }, error.message);
    }
    this.monitors.push(monitor);
    series.forEach(({ slug }, d) => this.places.set(slug, { monitor, d }));
  }
}
