import type { Pieces } from '../../../math/memory.ts';
import { CONSTANTS } from '../../constants.ts';

/** States that are distinguished. */
export const STATES = 8;
const {
  SURE_AFTER: READY_AFTER,
  MOVEMENT: USUAL_CHANGES,
  MIN_SHARE: RELEVANT,
  LEVEL_TOLERANCE: SAME_LEVEL,
  ALIKE_DEVIATIONS: SAME_CHANGES,
  RECENT_SPAN,
} = CONSTANTS;
/** At first the usual change within a state is this share of the step to it, so that half of that step leaves it. */
const FIRST_CHANGE = 0.5 / USUAL_CHANGES;
/** With each change of state the weights of all states fade by this factor; below `UNUSED` a state may be replaced. */
const FADE = 1 - 1 / READY_AFTER;
/** Share of the newest dwell in the level of a state, at least. */
const LEVEL_SHARE = 1 / RECENT_SPAN;
/** Factor by which the usual change, a median, follows the changes with each reading. */
const FOLLOW = 1 + 1 / RECENT_SPAN;
/** A state with a weight below half a dwell counts as unused. */
const UNUSED = 0.5;

// Fields of a state.
const LEVEL = 0; // mean of the first readings in it
const DIRECTION = 1; // of the step that leads to it: 1 or -1
const WEIGHT = 2; // dwells in it, fading; 0 where the place is free
const CHANGE = 3; // median change within it
const FIELDS = 4;

// Slots of the series.
const PRESENT = 0; // 1 + the present state
const LAST = 1;
const LAST_BUT_ONE = 2;
const USUAL = 3; // median change in all states
const READINGS = 4;
const STEP = 5; // of the last reading, if that began a state; else 0
const OTHER = 6; // median change in a state that is not in the table
const SLOTS = 7;

/**
 * The states of a series that switches. A state is a level and the direction from which it is reached. A reading begins a state when
 * it differs from the one before by more than
 *
 *   max(15 median |change| in the present state, 15 median |change| in all states, 0.25 deviation of all values)
 *
 * where |change| is the smaller of the differences from the last two readings: that of noise is much the same, and a pulse of one
 * reading, which comes back to where it was, has none. So a motor with 20 W of noise at 2 kW and none at 0 W has two states, and
 * noise has one.
 *
 * Memory: level, direction, weight and median change of each state; state, last readings and step, median changes and readings of the
 * series.
 */
export class DwellStates {
  /** The state that the reading measured last begins, or -1 where it stays in its state. */
  next = -1;
  /** Whether `next` is new: its place was free or belonged to a state that was not used any more. */
  isNew = false;
  private readonly table: Float64Array;
  private readonly s: Float64Array;

  constructor(memory: Pieces) {
    this.table = memory.take('duration.states', STATES * FIELDS);
    this.s = memory.take('duration.series', SLOTS);
  }

  /** The present state; -1 before the first switch. */
  get present(): number {
    return this.s[PRESENT] - 1;
  }

  /** Median change between readings in all states; Infinity while it is not known: it grows from near 0 by 8 % a reading. */
  get usualChange(): number {
    return this.s[READINGS] < 2 * READY_AFTER ? Infinity : this.s[USUAL];
  }

  /** Level of the present state, in the unit of the series. */
  get level(): number {
    return this.present < 0 ? NaN : this.table[this.present * FIELDS + LEVEL];
  }

  /** Finds `next` for a reading that differs from the one before by `change`. `deviation`: of all values. Changes no memory. */
  measure(value: number, change: number, deviation: number): void {
    const { table, s, present } = this;
    this.next = -1;
    this.isNew = false;
    if (s[READINGS] < READY_AFTER) return;
    const usual = Math.max(s[USUAL], present < 0 ? s[OTHER] : table[present * FIELDS + CHANGE]);
    const size = Math.abs(change);
    if (!(size > Math.max(USUAL_CHANGES * usual, RELEVANT * deviation))) return;
    const direction = Math.sign(change);
    let nearest = -1;
    let distance = Infinity;
    let least = 0;
    for (let k = 0; k < STATES; k++) {
      const o = k * FIELDS;
      if (table[o + WEIGHT] < table[least * FIELDS + WEIGHT]) least = k;
      const d = Math.abs(value - table[o + LEVEL]);
      if (table[o + WEIGHT] === 0 || table[o + DIRECTION] !== direction || d >= distance) continue;
      distance = d;
      nearest = k;
    }
    const same = SAME_LEVEL * Math.min(size, deviation);
    const near = nearest >= 0 && distance <= Math.max(SAME_CHANGES * table[nearest * FIELDS + CHANGE], same);
    // Where all places are in use, the nearest state takes the level, and where none has the direction, the least used gives way.
    this.isNew = !near && (nearest < 0 || table[least * FIELDS + WEIGHT] < UNUSED);
    this.next = this.isNew ? least : nearest;
  }

  /** Follows the reading measured last. While it does not `teach`, the states stay as they are, and a new one is none of them. */
  learn(value: number, change: number, teaches: boolean): void {
    const { s, next } = this;
    const usual = s[READINGS] < 2 ? 0 : Math.min(Math.abs(change), Math.abs(value - s[LAST_BUT_ONE]));
    if (teaches) this.learnChange(usual, change);
    else if (this.present < 0 && next < 0) s[OTHER] = followMedian(s[OTHER], usual);
    s[LAST_BUT_ONE] = s[LAST];
    s[LAST] = value;
    s[STEP] = next < 0 ? 0 : change;
    if (next < 0) return;
    if (teaches) this.enter(next, value, change);
    if (teaches || !this.isNew) s[PRESENT] = next + 1;
    else {
      s[PRESENT] = 0;
      s[OTHER] = FIRST_CHANGE * Math.abs(change);
    }
  }

  private learnChange(usual: number, change: number): void {
    const { table, s, present } = this;
    s[USUAL] = followMedian(s[USUAL], usual);
    s[READINGS]++;
    // A step that goes on for several readings is one, and none of them a change within a state.
    if (s[STEP] * change > 0 && this.next >= 0) return;
    if (present >= 0) table[present * FIELDS + CHANGE] = followMedian(table[present * FIELDS + CHANGE], usual);
    else if (this.next < 0) s[OTHER] = followMedian(s[OTHER], usual);
  }

  private enter(state: number, value: number, change: number): void {
    const { table } = this;
    for (let k = 0; k < STATES; k++) table[k * FIELDS + WEIGHT] *= FADE;
    const o = state * FIELDS;
    if (this.isNew) {
      table[o + LEVEL] = value;
      table[o + DIRECTION] = Math.sign(change);
      table[o + WEIGHT] = 0;
      table[o + CHANGE] = FIRST_CHANGE * Math.abs(change);
    }
    table[o + WEIGHT]++;
    table[o + LEVEL] += Math.max(LEVEL_SHARE, 1 / table[o + WEIGHT]) * (value - table[o + LEVEL]);
  }
}

/** A median that rises by FOLLOW with each larger value and falls with each smaller one; the first one above 0 begins it. */
const followMedian = (median: number, x: number): number =>
  median === 0 ? 1e-3 * x : median * (x > median ? FOLLOW : 1 / FOLLOW);
