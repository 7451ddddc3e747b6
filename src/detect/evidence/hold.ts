import type { Memory } from '../../math/memory.ts';

export interface HoldOptions {
  /** How long a series may stay anomalous before its present state becomes the normal one, ms. */
  readonly holdForMs: number;
  /** Score up to which a reading is calm. */
  readonly hysteresis: number;
  /** Calm readings in a row that end a hold. */
  readonly closeAfter: number;
}

/** What a reading does: it begins a hold, stays in it, ends it because the series is calm, or because it has lasted too long. */
export type HoldStep = 'free' | 'begun' | 'held' | 'over' | 'expired';

// Slots of the memory.
const HELD = 0; // 1 while the series is held
const CALM = 1; // calm readings in a row
const AGE = 2; // how long the series has been held, ms
const LAST = 3; // time of the last reading
const BY_NOW = 4; // 1 where the series is calm as soon as its last readings are, though a long mean is not yet

/**
 * Whether a series is held, so that what judges it learns nothing. A score above 1 begins a hold. `closeAfter` calm readings in a
 * row end it, as they end an episode, and so does its age: the time in which readings came.
 *
 * Memory (5): see the slots.
 */
export class Hold {
  private readonly s: Float64Array;
  private readonly options: HoldOptions;

  constructor(memory: Pick<Memory, 'take'>, options: HoldOptions) {
    this.s = memory.take('hold', 5);
    this.options = options;
  }

  get held(): boolean {
    return this.s[HELD] === 1;
  }

  /**
   * Adds a reading with its score, and that of the last readings alone, `now`: a hold that began with the latter is over with it, and
   * what is left of it in the long mean begins no other.
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
      s[CALM] = s[AGE] = 0;
      return 'begun';
    }
    s[AGE] += elapsed;
    s[CALM] = (s[BY_NOW] === 1 ? now : score) > hysteresis ? 0 : s[CALM] + 1;
    if (s[CALM] < closeAfter && s[AGE] < holdForMs) return 'held';
    s[HELD] = 0;
    if (s[CALM] >= closeAfter) return 'over';
    s[BY_NOW] = 0;
    return 'expired';
  }

  /** Ends the hold. */
  end(): void {
    this.s[HELD] = this.s[BY_NOW] = 0;
  }
}
