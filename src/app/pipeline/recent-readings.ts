import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { Step } from '../../stream/detect-per-stream.ts';

/** Readings of a series that is watched: two minutes at 4 readings a second. */
const KEPT = 480;
export const RECENT_COLUMNS = ['at', 'value', 'expected', 'lower', 'upper', 'gapFrom', 'gapTo', 'score'] as const;
export type RecentColumn = (typeof RECENT_COLUMNS)[number];

/** The last readings of one series, while someone watches it. NaN where a number is not known. */
export class Watched {
  /** Readings since the watch began; the last `KEPT` of them are in the columns, at their number modulo `KEPT`. */
  count = 0;
  readonly columns: Readonly<Record<RecentColumn, Float64Array>> = {
    at: new Float64Array(KEPT),
    value: new Float64Array(KEPT),
    expected: new Float64Array(KEPT),
    lower: new Float64Array(KEPT),
    upper: new Float64Array(KEPT),
    gapFrom: new Float64Array(KEPT),
    gapTo: new Float64Array(KEPT),
    score: new Float64Array(KEPT),
  };
  readonly monitor: StreamMonitor;
  readonly d: number;

  constructor(monitor: StreamMonitor, d: number) {
    this.monitor = monitor;
    this.d = d;
  }

  /** The values of a column from reading `from` on that are still kept. */
  since(from: number, column: RecentColumn): readonly number[] {
    const values: number[] = [];
    for (let n = Math.max(from, this.count - KEPT); n < this.count; n++) values.push(this.columns[column][n % KEPT]);
    return values;
  }

  add(at: number): void {
    const { columns, monitor, d } = this;
    const { value, expected, lower, upper, gapFrom, gapTo } = monitor.detector.series[d];
    const place = this.count++ % KEPT;
    columns.at[place] = at;
    columns.value[place] = value;
    columns.expected[place] = expected;
    columns.lower[place] = lower;
    columns.upper[place] = upper;
    columns.gapFrom[place] = gapFrom;
    columns.gapTo[place] = gapTo;
    columns.score[place] = Math.max(monitor.detector.verdict.scores[d], monitor.status.faultScoreOf(d));
  }
}

/** Keeps the last readings of the series that someone watches; of no others, so that they cost nothing. */
export class RecentReadings {
  private readonly watched = new Set<Watched>();

  watch(monitor: StreamMonitor, d: number): Watched {
    const watched = new Watched(monitor, d);
    this.watched.add(watched);
    return watched;
  }

  end(watched: Watched): void {
    this.watched.delete(watched);
  }

  take({ monitor, verdict }: Step): void {
    if (verdict === null || this.watched.size === 0) return;
    for (const each of this.watched) if (each.monitor === monitor) each.add(verdict.at);
  }
}
