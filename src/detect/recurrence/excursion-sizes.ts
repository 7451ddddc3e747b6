import type { Memory } from '../../math/memory.ts';
import { WEEK_MS } from '../../math/time.ts';
import { LINE } from './excursion.ts';

/**
 * Exponent of the tail of sizes before there are data: an excursion of twice the size is 200 times as rare. At a size of 1 that
 * is a factor of ten in the rate for 0.3 of evidence.
 */
const PRIOR_EXPONENT = 7.7;
/** The prior rate counts as much as so many weeks of data; the prior exponent as much as so many excursions. */
const PRIOR_WEEKS = 2;
const PRIOR_EXCURSIONS = 5;
/** In the first days everything is new. An excursion at this age of the series counts half, a later one more. */
const HALF_WEIGHT_WEEKS = 2 / 7;
/** Buckets of the logarithm of a size, each a factor of 1.1 wide. */
const BUCKETS = 64;
const WIDTH = 0.1;

// Slots.
const WEEKS = 0;
const COUNT = 1;
const LOG_SIZES = 2; // sum of ln(size / LINE)
const COUNTED_TO = 3; // end of the latest excursion that counts
const PASSED_MS = 4; // observed time

const bucketOf = (size: number): number =>
  Math.max(0, Math.min(BUCKETS - 1, Math.floor(Math.log(size / LINE) / WIDTH)));

/**
 * The sizes of a stream's past excursions, in calendar time: how many a week are at least this large?
 *
 *   rate(s) = (2 s^-7.7 + N(s)) / (2 + weeks)
 *
 * with N(s) the larger of the number of past excursions of size s and more, and n (s / 0.5)^(-1 / m) for n excursions with the mean
 * m of ln(size / 0.5) (B. M. Hill, "A simple general approach to inference about the tail of a distribution", Annals of
 * Statistics 3, 1975). The first term is a prior: one excursion a week at a size of 1. Rate and exponent of a Poisson process
 * with a conjugate prior: A. Gelman et al., "Bayesian Data Analysis", section 2.6.
 *
 * Memory: weeks, count, sum of logarithms, time to which excursions count, observed time (5); histogram of sizes (64).
 */
export class ExcursionSizes {
  private readonly s: Float64Array;
  private readonly counts: Float64Array;

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('excursions.sizes', 5);
    this.s[COUNTED_TO] = -Infinity;
    this.counts = memory.take('excursions.histogram', BUCKETS);
  }

  /** Excursions a week of at least this size; `size` at least LINE. */
  rate(size: number): number {
    const { s, counts } = this;
    let seen = 0;
    for (let b = bucketOf(size); b < BUCKETS; b++) seen += counts[b];
    const mean = (PRIOR_EXCURSIONS / PRIOR_EXPONENT + s[LOG_SIZES]) / (PRIOR_EXCURSIONS + s[COUNT]);
    const fitted = s[COUNT] * (size / LINE) ** (-1 / mean);
    return (PRIOR_WEEKS * size ** -PRIOR_EXPONENT + Math.max(seen, fitted)) / (PRIOR_WEEKS + s[WEEKS]);
  }

  /** The weight of an excursion that ends now. */
  get weight(): number {
    const weeks = this.s[WEEKS];
    return weeks / (weeks + HALF_WEIGHT_WEEKS);
  }

  /** All observed time, ms: what was added at one time has faded by exp(-passed since / `memoryMs`) at another. */
  get passedMs(): number {
    return this.s[PASSED_MS];
  }

  /** Whether an excursion from `startAt` on overlaps one that counts: series that move together are one event. */
  overlaps(startAt: number): boolean {
    return startAt <= this.s[COUNTED_TO];
  }

  /** Counts an excursion that ended at `endAt`. */
  add(size: number, weight: number, endAt: number): void {
    this.change(size, weight);
    this.s[COUNTED_TO] = Math.max(this.s[COUNTED_TO], endAt);
  }

  /** Removes excursions of a size that were counted with this weight together. */
  remove(size: number, weight: number): void {
    this.change(size, -weight);
  }

  /** Adds `ms` of observation; what is older than `memoryMs` fades. */
  pass(ms: number, memoryMs: number): void {
    const { s, counts } = this;
    const keep = Math.exp(-ms / memoryMs);
    s[PASSED_MS] += ms;
    s[WEEKS] = s[WEEKS] * keep + ms / WEEK_MS;
    if (s[COUNT] === 0) return;
    s[COUNT] *= keep;
    s[LOG_SIZES] *= keep;
    for (let b = 0; b < BUCKETS; b++) counts[b] *= keep;
  }

  private change(size: number, weight: number): void {
    const { s, counts } = this;
    const b = bucketOf(size);
    counts[b] = Math.max(0, counts[b] + weight);
    s[COUNT] = Math.max(0, s[COUNT] + weight);
    s[LOG_SIZES] = Math.max(0, s[LOG_SIZES] + weight * Math.log(size / LINE));
  }
}
