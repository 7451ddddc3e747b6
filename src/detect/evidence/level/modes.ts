import type { Pieces } from '../../../math/memory.ts';
import { CONSTANTS } from '../../constants.ts';

/** Operating modes that are kept, besides the present one: a pump that is off, or runs at one of three speeds. */
const MODES = 4;
const { ALIKE_DEVIATIONS: NEAR } = CONSTANTS;

/** A level at which a series may stay: its mean, and the deviation of short means from it. */
export interface Mode {
  readonly mean: number;
  readonly spread: number;
  /** Since when it is known, epoch ms; NaN where that is not known. */
  readonly since: number;
  /** How many times the series has come to it. */
  readonly times: number;
}

export interface EarlierMode extends Mode {
  /** When the series left it, epoch ms; NaN where that is not known. */
  readonly leftAt: number;
}

// Slots of a mode.
const MEAN = 0;
const SPREAD = 1;
const USED = 2; // the larger, the later; 0 where there is no mode
const LEFT_AT = 3; // when the series left it, epoch ms; NaN where that is not known
const SINCE = 4;
const TIMES = 5;
const SLOTS = 6;

/**
 * The levels at which a series has stayed before, so that a return to one of them is not a shift. A new mode replaces the one that was left the
 * longest time ago.
 */
export class Modes {
  private readonly s: Float64Array;

  constructor(memory: Pieces, name: string) {
    this.s = memory.take(name, MODES * SLOTS);
  }

  /** The mode in which a mean m is, as an index; -1 where there is none. */
  find(m: number): number {
    const { s } = this;
    for (let o = 0; o < s.length; o += SLOTS)
      if (s[o + USED] > 0 && Math.abs(m - s[o + MEAN]) <= NEAR * s[o + SPREAD]) return o / SLOTS;
    return -1;
  }

  /** Distance from m to the mode that is furthest from it; 0 where there is none. */
  furthest(m: number): number {
    const { s } = this;
    let most = 0;
    for (let o = 0; o < s.length; o += SLOTS) if (s[o + USED] > 0) most = Math.max(most, Math.abs(s[o + MEAN] - m));
    return most;
  }

  mean(k: number): number {
    return this.s[k * SLOTS + MEAN];
  }

  spread(k: number): number {
    return this.s[k * SLOTS + SPREAD];
  }

  at(k: number): EarlierMode {
    const [mean, spread, , leftAt, since, times] = this.s.subarray(k * SLOTS, (k + 1) * SLOTS);
    return { mean, spread, since, times, leftAt };
  }

  /** All of them. */
  list(): EarlierMode[] {
    const places = Array.from({ length: MODES }, (_, k) => k);
    return places.filter((k) => this.s[k * SLOTS + USED] > 0).map((k) => this.at(k));
  }

  /**
   * Keeps a mode, left at `at`, in place of mode k, or of the one left the longest time ago. One without a spread is not known yet.
   */
  keep({ mean, spread, since, times }: Mode, at = NaN, k = this.oldest()): void {
    const { s } = this;
    if (!(spread > 0)) return;
    let last = 0;
    for (let o = 0; o < s.length; o += SLOTS) last = Math.max(last, s[o + USED]);
    s[k * SLOTS + MEAN] = mean;
    s[k * SLOTS + SPREAD] = spread;
    s[k * SLOTS + USED] = last + 1;
    s[k * SLOTS + LEFT_AT] = at;
    s[k * SLOTS + SINCE] = since;
    s[k * SLOTS + TIMES] = times;
  }

  private oldest(): number {
    const { s } = this;
    let oldest = 0;
    for (let k = 1; k < MODES; k++) if (s[k * SLOTS + USED] < s[oldest * SLOTS + USED]) oldest = k;
    return oldest;
  }
}
