import { log10 } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import { COUNTS as BUCKETS, PARTS, SparseCounts } from '../../../math/sparse-counts.ts';
import { CONSTANTS } from '../../constants.ts';

/** End of the histogram. */
export const TOP = 17;
const WIDTH = TOP / BUCKETS;
const { TAIL, HALVE_AT, RECURS: PRIOR_EXCESSES } = CONSTANTS;
/** Most values before they are halved: snapshots, in single precision, count so many exactly in parts of 1/16. */
const MAX_SPAN = 1_000_000;

const bucketOf = (v: number): number => Math.max(0, Math.min(BUCKETS - 1, Math.floor(v / WIDTH)));

/**
 * Rarity of a value in its own history: -log10 P(V >= v).
 *
 * Up to the 98 % quantile u, P is counted in a histogram on [0, 17]; above it the excess is modelled as exponential, the
 * peaks-over-threshold model with shape 0 (J. Pickands, Annals of Statistics 3, 1975), which needs no fit. Its mean is known from m
 * excesses only, so the next one is larger than v - u with the probability of the predictive distribution (A. Gelman et al., "Bayesian
 * Data Analysis", section 2.6; a Pareto distribution of the second kind):
 *
 *   P(V >= v) = 0.02 (1 + (v - u) / (m mean excess))^-m
 *
 * That is 0.02 exp(-(v - u) / mean excess) where v - u is small or m large. Far out it is much larger: 20 excesses say nothing about an
 * event of 10^-100. m is the number of values in the tail, and RECURS more: a prior counts as that many.
 */
export class Tail {
  private readonly counts: SparseCounts;
  // Updated with every value, so that `rarity` need not visit all buckets: the sum of the counts; k, the bucket in which
  // the tail begins; the sum above bucket k; the highest bucket that is not empty.
  private readonly sums: Float64Array;

  constructor(memory: Pieces, name: string) {
    this.counts = memory.pack(`${name}.counts`, BUCKETS * 4, new SparseCounts());
    this.sums = memory.take(`${name}.sums`, 4);
    this.sums[1] = BUCKETS - 1;
  }

  /** -log10 P(V >= v) for v >= 0. Changes nothing. */
  rarity(v: number): number {
    const { counts, sums } = this;
    const n = sums[0];
    const k = sums[1];
    const above = sums[2];
    const inTail = TAIL * n;
    const first = counts.at(k);
    const share = first > 0 ? (inTail - above) / first : 0; // of bucket k that belongs to the tail
    const u = (k + 1 - share) * WIDTH;
    if (v <= u) return -log10((this.seen(v) + 1) / (n + 1));

    let excess = share * first * share * WIDTH * 0.5;
    for (let j = k + 1; j <= sums[3]; j++) excess += counts.at(j) * ((j + 0.5) * WIDTH - u);
    const meanExcess = Math.max(WIDTH / 2, inTail > 0 ? excess / inTail : 0);
    return -log10((inTail + 1) / (n + 1)) + excessRarity((v - u) / meanExcess, inTail + PRIOR_EXCESSES);
  }

  /** Adds v, 0 or more, to the history. `span`: readings of a week. */
  add(v: number, span = HALVE_AT): void {
    const { counts, sums } = this;
    const b = bucketOf(v);
    counts.increment(b);
    sums[0]++;
    if (b > sums[1]) sums[2]++;
    if (b > sums[3]) sums[3] = b;
    if (sums[0] > Math.max(HALVE_AT, Math.min(MAX_SPAN, span))) this.halve();
    this.settle();
  }

  /** Forgets the history. */
  forget(): void {
    this.counts.clear();
    this.sums.fill(0);
    this.sums[1] = BUCKETS - 1;
  }

  private halve(): void {
    const { counts, sums } = this;
    sums[0] = sums[2] = 0;
    for (let j = 0; j < BUCKETS; j++) {
      const half = Math.floor(counts.at(j) * (PARTS / 2)) / PARTS; // a value is forgotten when it has been halved five times
      counts.put(j, half);
      sums[0] += half;
      if (j > sums[1]) sums[2] += half;
    }
    counts.trim();
  }

  /** Moves k to the bucket in which the tail begins: the sum above k is below the tail's, and with bucket k it is not. */
  private settle(): void {
    const { counts, sums } = this;
    const inTail = TAIL * sums[0];
    let k = sums[1];
    let above = sums[2]; // exact: sums of multiples of 1/16
    while (k < BUCKETS - 1 && above >= inTail) above -= counts.at(++k);
    while (k > 0 && above + counts.at(k) < inTail) above += counts.at(k--);
    sums[1] = k;
    sums[2] = above;
  }

  /** Weight of the past values that were at least v; linear within a bucket. */
  private seen(v: number): number {
    const { counts, sums } = this;
    const b = bucketOf(v);
    const k = sums[1];
    // The same sum, exact in whatever order, from the side with fewer buckets: most values are small.
    const greater = 2 * b < k ? sums[0] - counts.sum(0, b + 1) : sums[2] + counts.sum(b + 1, k + 1);
    return greater + counts.at(b) * (1 - Math.max(0, Math.min(1, v / WIDTH - b)));
  }
}

/**
 * -log10 P that the next excess is at least x, in units of the mean of past ones, where that mean is known from m of them: the predictive
 * distribution of an exponential one.
 */
export const excessRarity = (x: number, m: number): number => m * log10(1 + x / m);
