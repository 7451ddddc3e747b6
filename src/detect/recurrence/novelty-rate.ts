import { exp, log10, pow } from '../../math/elementary.ts';
import { GrowingDoubles } from '../../math/growing-doubles.ts';
import type { Pieces } from '../../math/memory.ts';
import { DAY_MS, WEEK_MS } from '../../math/time.ts';
import { CONSTANTS } from '../constants.ts';

const { SCORE_PER_DECADE, SPELL_MS, OCCUPANCY_DAYS, EVENT_SHARE } = CONSTANTS;
/** After k events as novel in w weeks the rate is at least k / 2 / (w + 2): before each weekday has come twice, the past is too short for a rate. */
const LEAST_WEEKS = ((OCCUPANCY_DAYS / 2) * DAY_MS) / WEEK_MS;
/** On its first day everything is new to a stream: an excursion at this age counts half, a later one more. */
const HALF_WEIGHT_WEEKS = SPELL_MS / WEEK_MS;
/**
 * Exponent of the prior, 7.7: near an evidence of 1 a factor of ten in the rate for 0.3 of evidence. So an excursion with twice the
 * evidence is 200 times as rare.
 */
const EXPONENT = Math.LN10 / SCORE_PER_DECADE;
/** The prior is one excursion. */
const PRIOR_EXCURSIONS = 1;
/** Buckets of the decimal logarithm of a rate, each 0.1 wide, from 1e4 a week to 2.5e-9. */
const BUCKETS = 136;
const PER_DECADE = 10;
const TOP_DECADE = 4;

// Slots.
const WEEKS = 0;
const COUNT = 1;
const COUNTED_TO = 2; // end of the latest excursion that counts
const PASSED_MS = 3; // observed time

const bucketOf = (novelty: number): number =>
  Math.max(0, Math.min(BUCKETS - 1, Math.floor(PER_DECADE * (TOP_DECADE - log10(novelty)))));

/** Excursions a week with at least this evidence, before there are data: one a week at an evidence of 1. */
export const priorRate = (evidence: number): number => pow(evidence, -EXPONENT);

/** The evidence with this prior rate. */
export const evidenceAt = (rate: number): number => pow(rate, -1 / EXPONENT);

/**
 * How often a stream has excursions that are at least as novel, in calendar time. `novelty` is a first estimate of that rate, per
 * week: the prior rate of the evidence, or the rate of like excursions where that is higher (recurrence.ts). The past corrects it:
 *
 *   rate = max((1 + e) / (1 / novelty + w), e / (2 + w)), e = n / 2
 *
 * with n past excursions of at most this `novelty` in w weeks. The first is the mean of the rate of a Poisson process after e events in
 * w weeks, with a gamma prior of one event and the mean `novelty` (A. Gelman et al., "Bayesian Data Analysis", section 2.6). So
 * `alarms_per_week` holds for streams whose evidence is usually higher, or lower, than in the prior. Half of n, because an event has to be
 * rare by its signature as well (recurrence.ts): with all of n noise gives half of the alarms that are asked for.
 *
 * Memory: weeks, count, time to which excursions count, observed time (4); histogram of novelties (136), of which the part up to the
 * rarest so far needs room.
 */
export class NoveltyRate {
  private readonly s: Float64Array;
  private readonly counts: GrowingDoubles;

  constructor(memory: Pieces) {
    this.s = memory.take('Novelty', 4);
    this.s[COUNTED_TO] = -Infinity;
    this.counts = memory.pack('Novelty.histogram', BUCKETS * 8, new GrowingDoubles(1));
  }

  /** Excursions a week that are at least as novel. */
  of(novelty: number): number {
    if (novelty === Infinity) return Infinity;
    const { s } = this;
    const { numbers } = this.counts;
    let n = 0;
    for (let b = bucketOf(novelty); b < numbers.length; b++) n += numbers[b];
    const events = EVENT_SHARE * n;
    return Math.max(
      (PRIOR_EXCURSIONS + events) / (PRIOR_EXCURSIONS / novelty + s[WEEKS]),
      events / (LEAST_WEEKS + s[WEEKS]),
    );
  }

  /** The weight of an excursion that ends now and was no alarm: one that was counts in full (recurrence.ts). */
  get weight(): number {
    const weeks = this.s[WEEKS];
    return weeks / (weeks + HALF_WEIGHT_WEEKS);
  }

  /** All observed time, ms: time that was added earlier has faded by exp(-passed since / `memoryMs`) at another. */
  get passedMs(): number {
    return this.s[PASSED_MS];
  }

  /** Whether an excursion from `startAt` on overlaps one that counts: series that move together are one event. */
  overlaps(startAt: number): boolean {
    return startAt <= this.s[COUNTED_TO];
  }

  /** Counts an excursion that ended at `endAt`. */
  add(novelty: number, weight: number, endAt: number): void {
    this.change(novelty, weight);
    this.s[COUNTED_TO] = Math.max(this.s[COUNTED_TO], endAt);
  }

  /** Removes excursions of a novelty that were counted with this weight together. */
  remove(novelty: number, weight: number): void {
    this.change(novelty, -weight);
  }

  /** Adds `ms` of observation; observation older than `memoryMs` fades. */
  pass(ms: number, memoryMs: number): void {
    const { s } = this;
    const { numbers } = this.counts;
    const keep = exp(-ms / memoryMs);
    s[PASSED_MS] += ms;
    s[WEEKS] = s[WEEKS] * keep + ms / WEEK_MS;
    if (s[COUNT] === 0) return;
    s[COUNT] *= keep;
    for (let b = 0; b < numbers.length; b++) numbers[b] *= keep;
  }

  private change(novelty: number, weight: number): void {
    const { s, counts } = this;
    const b = bucketOf(novelty);
    if (b >= counts.numbers.length) counts.grow(b + 1);
    counts.numbers[b] = Math.max(0, counts.numbers[b] + weight);
    s[COUNT] = Math.max(0, s[COUNT] + weight);
  }
}
