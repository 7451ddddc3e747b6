import type { Memory } from '../../math/memory.ts';
import { BINS } from '../../math/bins.ts';

/** Parts of the day that have a density of their own. */
const SLOTS = 24;
/** Readings that the density of all day looks back on; what is older weighs less than 1/e. */
const SPAN = 4000;
/** The density of all day counts as so many readings of each slot. */
const SHARED = 32;
/** Before the first reading every bin has been seen this often. */
const PRIOR = 0.05;

/**
 * The honest rival of the network: which steps occur at which time of day, without a memory of what came just before.
 *
 *   p(b | slot) = (c_b,slot + 32 p(b)) / (n_slot + 32),   p(b) = (c_b + 0.05) / (n + 0.05 B)
 *
 * with counts c of fading memory, one set for each hour of the day and one for all. It costs a hundred additions a
 * reading and has nothing to train, so a network that does not forecast better has not earned its place.
 */
export class Baseline {
  /** The forecast made by `forecast`, a probability for each bin. */
  readonly p = new Float64Array(BINS);
  private readonly counts: Float64Array; // SLOTS rows of BINS, then one for all day
  private readonly totals: Float64Array; // of each row
  private readonly slot: Float64Array; // the row of the next reading

  constructor(memory: Pick<Memory, 'take'>) {
    this.counts = memory.take('baseline', (SLOTS + 1) * BINS);
    this.totals = memory.take('baseline.totals', SLOTS + 1);
    this.slot = memory.take('baseline.slot', 1);
  }

  /** Fills `p` for the time of day last given. */
  forecast(): void {
    const { counts, totals, p } = this;
    const slot = this.slot[0];
    const own = slot * BINS;
    const all = SLOTS * BINS;
    const shared = SHARED / (totals[SLOTS] + PRIOR * BINS);
    const scale = 1 / (totals[slot] + SHARED);
    for (let b = 0; b < BINS; b++) p[b] = (counts[own + b] + shared * (counts[all + b] + PRIOR)) * scale;
  }

  /** Learns that the step was q (BINS). */
  learn(q: Float64Array): void {
    this.count(this.slot[0], q, SPAN / SLOTS);
    this.count(SLOTS, q, SPAN);
  }

  /** Sets the time of day that the next forecast is for, as the share of the day that is over, in [0, 1). */
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
