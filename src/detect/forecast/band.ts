import { BINS, binAt, BIN_WIDTH, SPREAD } from '../../math/bins.ts';
import { sinh } from '../../math/elementary.ts';

/** Share of the forecast inside of the band. */
const INSIDE = 0.99;
/** Two intervals say more than one where they leave out at least this share of it. */
const LEFT_OUT = 0.5;

/** Bins are searched in parts of this size. */
const PART = 8;
const PARTS = BINS / PART;

/** The end and the beginning of an interval of bins. */
interface Run {
  first: number;
  last: number;
}

/**
 * The band of a forecast p: the most probable bins that have 99 % together, as one interval or, for a series that may stay or
 * switch, as two. Such a highest-density region is in R. J. Hyndman, "Computing and graphing highest density regions", The American
 * Statistician 50 (1996). Of more than two intervals the closest are joined.
 *
 * A forecast is wider than the values that it has learned from, because it learns from targets that are spread over several bins
 * (math/bins.ts). With v the variance of p within an interval and 0.49 that of a target, in bins, the interval is made narrower around
 * its mean by
 *
 *   sqrt(max(0, v - 0.49) / v), down to one bin, the resolution of the forecast.
 */
export class Band {
  /** The hull of the band, in the unit of the series. */
  lower = NaN;
  upper = NaN;
  /** The values between these are not in the band: it is lower to gapFrom, or gapTo to upper. NaN where it is one interval. */
  gapFrom = NaN;
  gapTo = NaN;
  private readonly inside = new Uint8Array(BINS);
  private readonly largest = new Int8Array(PARTS);
  private readonly runs: Run[] = Array.from({ length: BINS / 2 }, () => ({ first: 0, last: 0 }));
  private count = 0;

  /** Fills the ends for a forecast p (BINS) of the step from the value `last`, of deviation `scale`. */
  fit(p: Float64Array, last: number, scale: number): void {
    this.choose(p);
    this.findRuns();
    while (this.count > 2) this.joinClosest();
    const { runs, count } = this;
    const end = (run: Run, side: number): number => last + scale * sinh(this.end(p, run, side));
    this.lower = end(runs[0], -1);
    this.gapFrom = end(runs[0], 1);
    this.gapTo = end(runs[count - 1], -1);
    this.upper = end(runs[count - 1], 1);
    if (count === 2 && this.gapTo - this.gapFrom >= LEFT_OUT * (this.upper - this.lower)) return;
    this.gapFrom = this.gapTo = NaN;
  }

  /** Takes the largest bins in turn. The largest of each part of the bins is kept, so that each turn compares few. */
  private choose(p: Float64Array): void {
    const { inside, largest } = this;
    inside.fill(0);
    for (let part = 0; part < PARTS; part++) this.findLargest(p, part);
    let sum = 0;
    for (let n = 0; n < BINS && sum < INSIDE; n++) {
      let most = -1;
      for (let part = 0; part < PARTS; part++) {
        const b = largest[part];
        if (b >= 0 && (most < 0 || p[b] > p[most])) most = b;
      }
      inside[most] = 1;
      sum += p[most];
      this.findLargest(p, Math.floor(most / PART));
    }
  }

  /** The largest bin of a part that is not inside, the first one of several; -1 where all are. */
  private findLargest(p: Float64Array, part: number): void {
    const { inside, largest } = this;
    let most = -1;
    for (let b = part * PART; b < (part + 1) * PART; b++) if (inside[b] === 0 && (most < 0 || p[b] > p[most])) most = b;
    largest[part] = most;
  }

  private findRuns(): void {
    const { inside, runs } = this;
    this.count = 0;
    for (let b = 0; b < BINS; b++) {
      if (inside[b] === 0) continue;
      if (b === 0 || inside[b - 1] === 0) runs[this.count++].first = b;
      runs[this.count - 1].last = b;
    }
  }

  private joinClosest(): void {
    const { runs } = this;
    let k = 1;
    const gap = (j: number): number => runs[j].first - runs[j - 1].last;
    for (let j = 2; j < this.count; j++) if (gap(j) < gap(k)) k = j;
    runs[k - 1].last = runs[k].last;
    for (let j = k + 1; j < this.count; j++) {
      runs[j - 1].first = runs[j].first;
      runs[j - 1].last = runs[j].last;
    }
    this.count--;
  }

  /** The lower (-1) or upper (1) end of an interval without the spread of the targets. */
  private end(p: Float64Array, { first, last }: Run, side: number): number {
    let mass = 0;
    let mean = 0;
    let square = 0;
    for (let b = first; b <= last; b++) {
      mass += p[b];
      mean += p[b] * b;
      square += p[b] * b * b;
    }
    mean /= mass;
    const variance = square / mass - mean * mean;
    const narrower = variance > SPREAD ? Math.sqrt((variance - SPREAD) / variance) : 0;
    const reach = (side < 0 ? mean - first : last - mean) + 0.5;
    return binAt(mean) + side * BIN_WIDTH * Math.max(0.5, narrower * reach);
  }
}
