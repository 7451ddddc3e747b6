import type { Pieces } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';

export interface HoldOptions {
  /** How long a series may stay anomalous before its present state becomes the normal one, ms. */
  readonly holdForMs: number;
  /** Score up to which a reading is calm. */
  readonly hysteresis: number;
  /** Calm readings in a row that end a hold, if they last for five minutes too. */
  readonly closeAfter: number;
}

const { CALM_MS } = CONSTANTS;

/** The effect of a reading: it begins a hold, is within it, or ends it because the series is calm or the hold has lasted too long. */
export type HoldStep = 'free' | 'begun' | 'held' | 'over' | 'expired';

// Slots of the memory.
const HELD = 0; // 1 while the series is held
const CALM = 1; // calm readings in a row
const AGE = 2; // how long the series has been held, ms
const LAST = 3; // time of the last reading
const CALM_FOR = 5; // for how long they have lasted, ms
const BY_NOW = 4; // 1 where the series is calm as soon as its last readings are, though a long mean is not yet

/**
 * Whether a series is held, so that what judges it learns nothing. A score above 1 begins a hold. `closeAfter` calm readings in a
 * row, for five minutes, end it, and so does its age: the time in which readings came.
 *
 * Memory (6): see the slots.
 */
export class Hold {
  private readonly s: Float64Array;
  private readonly options: HoldOptions;

  constructor(memory: Pieces, options: HoldOptions) {
    this.s = memory.take('hold', 6);
    this.options = options;
  }

  get held(): boolean {
    return this.s[HELD] === 1;
  }

  /** How much longer the hold lasts if the series does not become calm, ms: 0 where it is not held. */
  get leftMs(): number {
    return this.held ? Math.max(0, this.options.holdForMs - this.s[AGE]) : 0;
  }

  /**
   * Adds a reading with its score, and that of the last readings alone, `now`: a hold that began with the latter is over with it, and
   * its rest in the long mean begins no other.
   * The time since the reading before counts as `mostMs` at most.
   */
  step(at: number, score: number, mostMs: number, now = score): HoldStep {
    const { s } = this;
    const { holdForMs, hysteresis, closeAfter } = this.options;
    const elapsed = Math.max(0, Math.min(mostMs, at - s[LAST]));
    s[LAST] = at;
    if (s[HELD] === 0) {
      if (score <= hysteresis) s[BY_NOW] = 0;
      if (!((s[BY_NOW] === 1 ? now : score) > 1)) return 'free';
      s[HELD] = 1;
      s[BY_NOW] = now > hysteresis ? 1 : 0;
      s[CALM] = s[CALM_FOR] = s[AGE] = 0;
      return 'begun';
    }
    s[AGE] += elapsed;
    const calm = (s[BY_NOW] === 1 ? now : score) <= hysteresis;
    s[CALM] = calm ? s[CALM] + 1 : 0;
    s[CALM_FOR] = calm ? s[CALM_FOR] + elapsed : 0;
    const over = s[CALM] >= closeAfter && s[CALM_FOR] >= CALM_MS;
    if (!over && s[AGE] < holdForMs) return 'held';
    s[HELD] = 0;
    if (over) return 'over';
    s[BY_NOW] = 0;
    return 'expired';
  }

  /**
   * To be called where the hold has ended by its age. `present`: the score of the reading without the means that remember the fault for
   * longer than it lasted. Where it is calm the series is no other than before: the hold is over, and its rest in a long mean begins
   * no other.
   */
  expire(present: number): 'expired' | 'over' {
    if (present > this.options.hysteresis) return 'expired';
    this.s[BY_NOW] = 1;
    return 'over';
  }

  /** Ends the hold. */
  end(): void {
    this.s[HELD] = this.s[BY_NOW] = 0;
  }
}
