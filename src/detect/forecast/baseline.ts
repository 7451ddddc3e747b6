import { singlesOf, type Memory } from '../../math/memory.ts';
import { BINS } from '../../math/bins.ts';
import { CONSTANTS } from '../constants.ts';

/** Parts of the day that have a density of their own. */
const SLOTS = 24;
const { MIN_SPAN } = CONSTANTS;
/** The density of the whole day counts as this many readings in each hour: one for each bin. */
const SHARED = BINS;
/** Before the first reading the counts are one reading, spread over all bins: a new one is rare, not impossible. */
const PRIOR = 1 / BINS;

/**
 * A forecast without a network: which steps occur at which time of day. It does not depend on the last readings.
 *
 *   p(b | slot) = (c_b,slot + 32 p(b)) / (n_slot + 32),   p(b) = (c_b + 1 / B) / (n + 1)
 *
 * with exponentially weighted counts c over the last week, and at least MIN_SPAN readings, one set for each hour of the day and one for the
 * whole day. It costs a hundred additions
 * per reading and needs no training, so a network is used only where it forecasts better (forecast-selection.ts).
 */
export class Baseline {
  /** The forecast made by `forecast`, a probability for each bin. */
  readonly p = new Float64Array(BINS);
  private readonly counts: Float32Array; // SLOTS rows of BINS, then one for the whole day; in single precision
  private readonly totals: Float64Array; // of each row
  private readonly slot: Float64Array; // the row of the next reading

  constructor(memory: Pick<Memory, 'take'>) {
    this.counts = singlesOf(memory.take('baseline', ((SLOTS + 1) * BINS) / 2));
    this.totals = memory.take('baseline.totals', SLOTS + 1);
    this.slot = memory.take('baseline.slot', 1);
  }

  /** Fills `p` (BINS) for the time of day last set by `advance`. */
  forecast(): void {
    const { counts, totals, p } = this;
    const slot = this.slot[0];
    const own = slot * BINS;
    const all = SLOTS * BINS;
    const shared = SHARED / (totals[SLOTS] + PRIOR * BINS);
    const scale = 1 / (totals[slot] + SHARED);
    for (let b = 0; b < BINS; b++) p[b] = (counts[own + b] + shared * (counts[all + b] + PRIOR)) * scale;
  }

  /** Adds the step q (BINS) to the counts. `span`: readings of a week. */
  learn(q: Float64Array, span = MIN_SPAN): void {
    const most = Math.max(MIN_SPAN, span);
    this.count(this.slot[0], q, most / SLOTS);
    this.count(SLOTS, q, most);
  }

  /** Sets the time of day of the next forecast, as the share of the day that is over, in [0, 1). */
  advance(day: number): void {
    this.slot[0] = Math.floor(day * SLOTS);
  }

  private count(row: number, q: Float64Array, span: number): void {
    const { counts, totals } = this;
    const keep = 1 - 1 / span;
    for (let b = 0, k = row * BINS; b < BINS; b++, k++) counts[k] = counts[k] * keep + q[b];
    totals[row] = totals[row] * keep + 1;
  }
}
