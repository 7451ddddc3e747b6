import type { Memory } from '../../math/memory.ts';
import { Moments } from '../../math/moments.ts';
import { LearningGate } from './learning-gate.ts';
import { Tail } from './tail.ts';

/** Readings in the mean of late, and in the reference. */
export const SHORT_SPAN = 10;
const LONG_SPAN = 2000;
/** A wilder value moves either mean no more than one at so many deviations. */
const WINSOR = 6;
/** Before so many readings there is no reference to speak of; the guard waits twice as long. */
const READY_AFTER = 100;
/** The line: so many deviations of the mean of late, rarer than 1 in 1000 of its own past. */
const Z_LIMIT = 6.4;
const MIN_RARITY = 4;
/** From this share of the line on a reading does not move the reference. */
const HELD_FROM = 0.75;
/** z beyond this is no further. */
const MAX_ABS_Z = 16.9;

/**
 * Has the mean moved?
 *
 *   z = (EW10(x) - m) / s,   s^2 = mean square of EW10(x) - m in the past
 *
 * with m the mean of the last 2,000 readings. As s is the deviation of such means themselves, a series that wanders by nature
 * has a large s and is not accused of it, and one that returns to its mean is held to it: on a test rig a flow that
 * stays 3 deviations low is found after ten readings, a temperature that creeps by 7 is not.
 *
 * A fault that lasts must not become the reference: while z is beyond three quarters of the line, at most `patience` readings in a row, nothing
 * is learned, and then from every second reading (learning-gate.ts).
 */
export class MeanShift {
  /** Distance of the last mean of late from the reference, in its own deviations; signed. */
  z = 0;
  private readonly s: Float64Array; // mean of late, its mean square distance, readings
  private readonly reference: Moments;
  private readonly tail: Tail;
  private readonly gate: LearningGate;

  constructor(memory: Pick<Memory, 'take'>, patience: number) {
    this.s = memory.take('mean_shift', 3);
    this.reference = new Moments(memory, 'mean_shift.reference', LONG_SPAN, WINSOR);
    this.tail = new Tail(memory, 'mean_shift');
    this.gate = new LearningGate(memory, 'mean_shift.gate', patience);
  }

  /** The mean that is taken for normal, in the unit of the series. */
  get mean(): number {
    return this.reference.mean;
  }

  /** Deviation of means of late from what is taken for normal, in the unit of the series. */
  get spread(): number {
    return Math.sqrt(this.s[1]);
  }

  /** Takes x into the mean of late and gives the score of the shift: above 1 it is an alarm. */
  score(x: number): number {
    const { s, reference } = this;
    const { mean, deviation } = reference;
    const n = ++s[2];
    const far = WINSOR * deviation;
    const cut = n > 50 && far > 0 ? mean + Math.max(-far, Math.min(far, x - mean)) : x;
    s[0] += Math.max(1 / n, 1 / SHORT_SPAN) * (cut - s[0]);
    this.z =
      n > READY_AFTER && s[1] > 0 ? Math.max(-MAX_ABS_Z, Math.min(MAX_ABS_Z, (s[0] - mean) / Math.sqrt(s[1]))) : 0;
    if (this.z === 0) return 0;
    return Math.min(Math.abs(this.z) / Z_LIMIT, this.tail.rarity(Math.abs(this.z)) / MIN_RARITY);
  }

  /** Learns that x, whose score was asked for last, is normal as far as the guard lets it. */
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

  /** The mean of late is normal from now on. */
  accept(): void {
    this.gate.accept();
    this.reference.moveTo(this.s[0]);
  }
}
