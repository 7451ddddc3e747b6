/** Maximum number of points of a thinned series, two per bucket. */
const MAX_POINTS = 2000;
/** Buckets of each of many series: a small chart cannot show more. */
const FEWEST_BUCKETS = 200;

/** The chart data of one series, one number per bucket; NaN when there is no value. */
export interface SeriesTrace {
  /** Minimum and maximum. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** The lowest and the highest end of the band, and the last value expected. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly expected: Float64Array;
}

/**
 * A recording and the forecasts of a contender, thinned for a chart: rows are combined into buckets that keep minimum and
 * maximum, so that no peak is lost.
 */
export class Trace {
  /** Time of the first row of each bucket. */
  readonly at: Float64Array;
  /** The highest score of each bucket. */
  readonly score: Float64Array;
  readonly series: readonly SeriesTrace[];
  private readonly rows: number;

  constructor(rows: number, series: number) {
    const most = Math.max(FEWEST_BUCKETS, Math.floor(MAX_POINTS / 2 / Math.sqrt(series)));
    const empty = (): Float64Array => new Float64Array(Math.min(rows, most)).fill(NaN);
    this.rows = rows;
    this.at = empty();
    this.score = empty();
    this.series = Array.from({ length: series }, () => ({
      min: empty(),
      max: empty(),
      lower: empty(),
      upper: empty(),
      expected: empty(),
    }));
  }

  /** Adds the values (D) of a row, NaN for missing ones. */
  addRow(row: number, at: number, values: Float64Array): void {
    const k = this.bucket(row);
    if (Number.isNaN(this.at[k])) this.at[k] = at;
    for (let d = 0; d < values.length; d++) widen(this.series[d].min, this.series[d].max, k, values[d], values[d]);
  }

  /** Adds the forecast for series d at a row. */
  addForecast(row: number, d: number, expected: number, lower: number, upper: number): void {
    const k = this.bucket(row);
    const series = this.series[d];
    widen(series.lower, series.upper, k, lower, upper);
    if (Number.isFinite(expected)) series.expected[k] = expected;
  }

  addScore(row: number, score: number): void {
    const k = this.bucket(row);
    if (!(this.score[k] >= score)) this.score[k] = score;
  }

  private bucket(row: number): number {
    return Math.floor((row * this.at.length) / this.rows);
  }
}

/** A trace without the empty buckets at its end: there may be fewer rows than were counted. */
export function filled({
  at,
  score,
  series,
}: Pick<Trace, 'at' | 'score' | 'series'>): Pick<Trace, 'at' | 'score' | 'series'> {
  const length = at.findLastIndex((time) => !Number.isNaN(time)) + 1;
  const cut = (values: Float64Array): Float64Array => values.subarray(0, length);
  return {
    at: cut(at),
    score: cut(score),
    series: series.map(({ min, max, lower, upper, expected }) => ({
      min: cut(min),
      max: cut(max),
      lower: cut(lower),
      upper: cut(upper),
      expected: cut(expected),
    })),
  };
}

const widen = (min: Float64Array, max: Float64Array, k: number, low: number, high: number): void => {
  if (!(min[k] <= low) && Number.isFinite(low)) min[k] = low;
  if (!(max[k] >= high) && Number.isFinite(high)) max[k] = high;
};
