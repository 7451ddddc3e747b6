import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { Step } from '../../stream/detect-per-stream.ts';
import type { Stream } from './stream.ts';

/** Readings of a series that is watched: two minutes at 4 readings a second. */
export const RECENT_KEPT = 480;
export const RECENT_COLUMNS = ['at', 'value', 'expected', 'lower', 'upper', 'gapFrom', 'gapTo', 'score'] as const;
export type RecentColumn = (typeof RECENT_COLUMNS)[number];

/** The last readings of one series, while a page shows it. NaN where a number is not known. */
export interface Watched {
  readonly stream: Stream;
  readonly d: number;
  /** Readings since the watch began. */
  readonly count: number;
  /** The values of a column from reading `from` on that are still kept. */
  since(from: number, column: RecentColumn): readonly number[];
  /** The parts of the present evidence, by kind. */
  readonly parts: ArrayLike<number>;
}

/** Those of a series in this thread. */
export class WatchedHere implements Watched {
  /** Readings since the watch began; the last `RECENT_KEPT` of them are in the columns, at their number modulo `RECENT_KEPT`. */
  count = 0;
  readonly columns: Readonly<Record<RecentColumn, Float64Array>> = {
    at: new Float64Array(RECENT_KEPT),
    value: new Float64Array(RECENT_KEPT),
    expected: new Float64Array(RECENT_KEPT),
    lower: new Float64Array(RECENT_KEPT),
    upper: new Float64Array(RECENT_KEPT),
    gapFrom: new Float64Array(RECENT_KEPT),
    gapTo: new Float64Array(RECENT_KEPT),
    score: new Float64Array(RECENT_KEPT),
  };
  readonly stream: StreamMonitor;
  readonly d: number;

  constructor(monitor: StreamMonitor, d: number) {
    this.stream = monitor;
    this.d = d;
  }

  get parts(): ArrayLike<number> {
    return this.stream.detector.series[this.d].evidence.parts;
  }

  since(from: number, column: RecentColumn): readonly number[] {
    const values: number[] = [];
    for (let n = Math.max(from, this.count - RECENT_KEPT); n < this.count; n++)
      values.push(this.columns[column][n % RECENT_KEPT]);
    return values;
  }

  add(at: number): void {
    const { columns, stream: monitor, d } = this;
    const { value, expected, lower, upper, gapFrom, gapTo } = monitor.detector.series[d];
    const place = this.count++ % RECENT_KEPT;
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

/** Keeps the last readings of the series that a page shows; the others cost nothing. */
export class RecentReadings {
  private readonly watched = new Set<WatchedHere>();

  watch(monitor: StreamMonitor, d: number): WatchedHere {
    const watched = new WatchedHere(monitor, d);
    this.watched.add(watched);
    return watched;
  }

  end(watched: WatchedHere): void {
    this.watched.delete(watched);
  }

  take({ monitor, verdict }: Pick<Step, 'monitor' | 'verdict'>): void {
    if (verdict === null || this.watched.size === 0) return;
    for (const each of this.watched) if (each.stream === monitor) each.add(verdict.at);
  }
}
