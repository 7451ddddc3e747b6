import type { Memory } from '../../math/memory.ts';
import { DAY_MS } from '../../math/time.ts';

/** A series that has changed less often is a switch, not a stuck sensor. */
const MIN_CHANGES = 50;
const MIN_RUN = 20;
/** How many times the longest run so far is a fault, and how far one that was a fault raises the longest. */
const RUN_FACTOR = 2;
const LEARN_FACTOR = 1.25;
/** What a run that is twice as long adds to the score: a sensor that is stuck for weeks is no worse than a dead one. */
const SCORE_PER_DOUBLING = 0.05;
/** ln 10^9: a run that luck alone makes once in so many readings. */
const LOG_CHANCE = 9 * Math.LN10;
/** Readings that the share of repeats looks back on. */
const SPAN = 10_000;

// Slots.
const VALUE = 0;
const RUN = 1;
const LONGEST = 2; // run
const LONGEST_AT_LIMIT = 3; // run at the lowest or highest value so far
const CHANGES = 4;
const REPEATS = 5; // of the last readings that were no rest
const READINGS = 6; // the same
const MIN = 7;
const MAX = 8;
const FIRST_AT = 9;
const AT = 10;
const SLOTS = 11;

/**
 * Does the sensor move? How many equal readings in a row are a fault is learned: more than twice the longest run so
 * far, than 20, and than luck would bring. Where a share r of readings repeats the one before, as those of a coarse sensor
 * do, a run of n has a chance of r^n, and n is out of the question where that is 10^-9:
 *
 *   limit = max(20, 2 longest, 9 ln 10 / -ln r)
 *
 * A run at the lowest or the highest value so far is rest: the sun is down, the valve is open. Rest has a longest run of
 * its own, so that a sensor which sleeps at night is found stuck by day; and it is judged from the second day on.
 * A run that was a fault raises the longest by a quarter at most: the next one is a fault as well, the tenth a habit.
 */
export class StuckDetector {
  private readonly s: Float64Array;
  private readonly after: number | 'auto' | 'never';

  /** `after`: equal readings in a row that are a fault, or learned, or never. */
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

  /** The present run over the run that is a fault, bent above 1, where the sensor is stuck. Changes nothing. */
  score(): number {
    const x = this.s[RUN] / this.limit;
    return x <= 1 ? x : 1 + SCORE_PER_DOUBLING * Math.log2(x);
  }

  /** Takes note of a value. `learning`: habits are still forming, nothing is a fault yet. */
  update(value: number, at: number, learning: boolean): void {
    const { s } = this;
    const first = s[RUN] === 0;
    if (first) s[FIRST_AT] = at;
    const repeated = !first && value === s[VALUE];
    if (!repeated) this.endRun(learning);
    if (!first && !this.atLimit && this.score() <= 1) this.count(repeated);
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
    const most = !learning && this.score() > 1 ? LEARN_FACTOR * Math.max(s[longest], MIN_RUN / RUN_FACTOR) : Infinity;
    const run = Math.min(s[RUN], most);
    s[longest] = Math.max(s[longest], run);
    s[CHANGES]++;
    s[RUN] = 0;
  }

  private count(repeated: boolean): void {
    const { s } = this;
    if (repeated) s[REPEATS]++;
    if (++s[READINGS] < SPAN) return;
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
    const luck = s[REPEATS] === 0 ? 0 : LOG_CHANCE / -Math.log(s[REPEATS] / (s[READINGS] + 1));
    return Math.max(MIN_RUN, RUN_FACTOR * s[LONGEST], luck);
  }
}
