import type { Memory } from '../../math/memory.ts';
import { Moments } from '../../math/moments.ts';
import { LearningGate } from './learning-gate.ts';
import { Tail } from './tail.ts';

/** Readings in the recent mean, and in the reference. */
export const SHORT_SPAN = 10;
const LONG_SPAN = 2000;
/** A value further out counts as this many deviations from the reference. */
const WINSOR = 6;
/** Readings before the first score; the learning gate begins after twice as many. */
const READY_AFTER = 100;
/** Both limits must be exceeded: |z|, and the rarity of |z| in its own history. */
const Z_LIMIT = 6.4;
const MIN_RARITY = 4;
/** Above this share of the limit of |z| a reading does not change the reference. */
const HELD_FROM = 0.75;
/** A larger |z| counts as this. */
const MAX_ABS_Z = 16.9;

/**
 * EWMA control chart (Roberts 1959): has the mean shifted?
 *
 *   z = (EW10(x) - m) / s,   s^2 = mean square of EW10(x) - m in the past
 *   score = min(|z| / 6.4, rarity of |z| / 4)
 *
 * with m the mean of the last 2,000 readings, exponentially weighted. S. W. Roberts, "Control chart tests based on geometric
 * moving averages", Technometrics 1 (1959). Roberts derives s from the variance of x, for independent x. Here s is the measured
 * deviation of EW10(x), so a series with slow fluctuations has a large s and gives no alarm. On a test rig it finds, after ten
 * readings, a flow that stays 3 deviations low, and not a temperature that rises slowly by 7.
 *
 * A lasting fault must not become the reference: while |z| is above three quarters of its limit, for up to `patience` readings in
 * a row, nothing is learned, and after that every second reading is (learning-gate.ts).
 *
 * Memory (3): EW10(x), s^2, number of readings; moments of the reference; histogram of |z|; learning gate.
 */
export class MeanShift {
  /** Difference of the recent mean from the reference in units of s, signed; of the last `score`. */
  z = 0;
  private readonly s: Float64Array;
  private readonly reference: Moments;
  private readonly tail: Tail;
  private readonly gate: LearningGate;

  constructor(memory: Pick<Memory, 'take'>, patience: number) {
    this.s = memory.take('mean_shift', 3);
    this.reference = new Moments(memory, 'mean_shift.reference', LONG_SPAN, WINSOR);
    this.tail = new Tail(memory, 'mean_shift');
    this.gate = new LearningGate(memory, 'mean_shift.gate', patience);
  }

  /** The mean m that counts as normal, in the unit of the series. */
  get mean(): number {
    return this.reference.mean;
  }

  /** Deviation s of recent means from the reference, in the unit of the series. */
  get spread(): number {
    return Math.sqrt(this.s[1]);
  }

  /** Adds x to the recent mean and returns the score of the shift: above 1 it is an alarm. */
  score(x: number): number {
    const { s, reference } = this;
    const { mean, deviation } = reference;
    const n = ++s[2];
    const reach = WINSOR * deviation;
    const winsorised = n > 50 && reach > 0 ? mean + Math.max(-reach, Math.min(reach, x - mean)) : x;
    s[0] += Math.max(1 / n, 1 / SHORT_SPAN) * (winsorised - s[0]);
    this.z =
      n > READY_AFTER && s[1] > 0 ? Math.max(-MAX_ABS_Z, Math.min(MAX_ABS_Z, (s[0] - mean) / Math.sqrt(s[1]))) : 0;
    if (this.z === 0) return 0;
    return Math.min(Math.abs(this.z) / Z_LIMIT, this.tail.rarity(Math.abs(this.z)) / MIN_RARITY);
  }

  /** Adds x, the reading of the last `score`, to the reference if the learning gate admits it. */
  learn(x: number): void {
    const { s, reference } = this;
    if (!this.gate.admits(Math.abs(this.z) > HELD_FROM * Z_LIMIT && s[2] > 2 * READY_AFTER)) return;
    if (s[2] >= SHORT_SPAN) {
      const d = s[0] - reference.mean;
      s[1] += Math.max(1 / (s[2] - SHORT_SPAN + 1), 1 / LONG_SPAN) * (d * d - s[1]);
      if (s[2] > READY_AFTER) this.tail.add(Math.abs(this.z));
    }
    reference.add(x);
  }

  /** The recent mean is normal from now on. */
  accept(): void {
    this.gate.accept();
    this.reference.moveTo(this.s[0]);
  }
}
