import { log, log2 } from '../../math/elementary.ts';
import type { Memory } from '../../math/memory.ts';
import { DAY_MS } from '../../math/time.ts';

/** A series that has changed less often is a switch, not a stuck sensor. */
const MIN_CHANGES = 50;
const MIN_RUN = 20;
/** A run that has lasted for less is no fault: at a reading a second, twenty equal readings of a slow process are nothing unusual. */
const MIN_RUN_MS = 15 * 60_000;
/** A run of this many times the longest run is a fault; a fault raises the longest run by at most the second factor. */
const RUN_FACTOR = 2;
const LEARN_FACTOR = 1.25;
/** Rise of the score for a run twice as long: a sensor that is stuck for weeks is no worse than a dead one. */
const SCORE_PER_DOUBLING = 0.05;
/** ln 10^9: chance alone may give a run of the limit once in 10^9 readings. */
const LOG_CHANCE = 9 * Math.LN10;
/** Fewest readings over which the share of repeats is measured: a share of 1 % is then known to a tenth. */
const MIN_SPAN = 10_000;

// Slots.
const VALUE = 0;
const RUN = 1;
const LONGEST = 2; // run
const LONGEST_AT_LIMIT = 3; // run at the lowest or highest value so far
const CHANGES = 4;
const REPEATS = 5; // among the last readings between the lowest and the highest value
const READINGS = 6; // number of those readings
const MIN = 7;
const MAX = 8;
const FIRST_AT = 9;
const AT = 10;
const RUN_AT = 11; // beginning of the run
const SLOTS = 12;

/**
 * Is the sensor stuck? The number of equal readings in a row that is a fault is learned. It is above twice the longest run so far, above
 * 20, and above the run that chance can give: where a share r of the readings of the last week, and at least 10,000, repeats the one
 * before, as in a coarse sensor, a run of n has a probability of r^n, which must be below 10^-9:
 *
 *   limit = max(20, 2 longest, 9 ln 10 / -ln r)
 *
 * and the run must have lasted for a quarter of an hour.
 *
 * At the lowest or the highest value so far a series may rest: the sun is down, the valve is open. Runs there have a longest run of
 * their own, so that a sensor which is constant at night is found stuck by day. They have no limit on the first day. A run that was
 * a fault raises the longest run by at most a quarter, so equal faults are reported several times before they are usual.
 */
export class StuckDetector {
  private readonly s: Float64Array;
  private readonly after: number | 'auto' | 'never';

  /** `after`: equal readings in a row that are a fault; or 'auto' for the learned limit, or 'never'. */
  constructor(memory: Pick<Memory, 'take'>, after: number | 'auto' | 'never') {
    this.s = memory.take('stuck', SLOTS);
    this.s[MIN] = Infinity;
    this.s[MAX] = -Infinity;
    this.after = after;
  }

  /** Equal readings so far. */
  get run(): number {
    return this.s[RUN];
  }

  /** The present run over the limit, logarithmic above 1: then the sensor is stuck. Changes nothing. */
  score(): number {
    const { s } = this;
    const lasted = this.after === 'auto' ? (s[AT] - s[RUN_AT]) / MIN_RUN_MS : Infinity;
    const x = Math.min(s[RUN] / this.limit, lasted);
    return x <= 1 ? x : 1 + SCORE_PER_DOUBLING * log2(x);
  }

  /** Adds a value. `learning`: warm-up, in which no run is a fault. `span`: readings of a week. */
  update(value: number, at: number, learning: boolean, span = MIN_SPAN): void {
    const { s } = this;
    const first = s[RUN] === 0;
    if (first) s[FIRST_AT] = at;
    const repeated = !first && value === s[VALUE];
    if (!repeated) {
      this.endRun(learning);
      s[RUN_AT] = at;
    }
    if (!first && !this.atLimit && this.score() <= 1) this.count(repeated, span);
    s[VALUE] = value;
    s[MIN] = Math.min(s[MIN], value);
    s[MAX] = Math.max(s[MAX], value);
    s[RUN]++;
    s[AT] = at;
  }

  private get atLimit(): boolean {
    const { s } = this;
    return s[VALUE] <= s[MIN] || s[VALUE] >= s[MAX];
  }

  private endRun(learning: boolean): void {
    const { s } = this;
    const longest = this.atLimit ? LONGEST_AT_LIMIT : LONGEST;
    const maxRun = !learning && this.score() > 1 ? LEARN_FACTOR * Math.max(s[longest], MIN_RUN / RUN_FACTOR) : Infinity;
    const run = Math.min(s[RUN], maxRun);
    s[longest] = Math.max(s[longest], run);
    s[CHANGES]++;
    s[RUN] = 0;
  }

  private count(repeated: boolean, span: number): void {
    const { s } = this;
    if (repeated) s[REPEATS]++;
    if (++s[READINGS] < Math.max(MIN_SPAN, span)) return;
    s[REPEATS] /= 2;
    s[READINGS] /= 2;
  }

  private get limit(): number {
    if (this.after === 'never') return Infinity;
    if (this.after !== 'auto') return this.after;
    const { s } = this;
    if (s[CHANGES] < MIN_CHANGES) return Infinity;
    if (this.atLimit)
      return s[AT] - s[FIRST_AT] < DAY_MS ? Infinity : Math.max(MIN_RUN, RUN_FACTOR * s[LONGEST_AT_LIMIT]);
    const chanceRun = s[REPEATS] === 0 ? 0 : LOG_CHANCE / -log(s[REPEATS] / (s[READINGS] + 1));
    return Math.max(MIN_RUN, RUN_FACTOR * s[LONGEST], chanceRun);
  }
}
