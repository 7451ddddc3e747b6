import type { Memory } from '../../math/memory.ts';
import { Moments } from '../../math/moments.ts';
import { Guard } from './learning-gate.ts';
import { Tail } from './tail.ts';

/** Readings in the mean of late, and in the reference. */
export const LATE = 10;
const REFERENCE = 2000;
/** A wilder value moves either mean no more than one at so many deviations. */
const WINSOR = 6;
/** Before so many readings there is no reference to speak of; the guard waits twice as long. */
const SPEAKS_AFTER = 100;
/** The line: so many deviations of the mean of late, rarer than 1 in 1000 of its own past. */
const LINE = 6.4;
const RARITY = 4;
/** From this share of the line on a reading does not move the reference. */
const ODD = 0.75;
/** z beyond this is no further. */
const FURTHEST = 16.9;

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
export class Shift {
  /** Distance of the last mean of late from the reference, in its own deviations; signed. */
  z = 0;
  private readonly s: Float64Array; // mean of late, its mean square distance, readings
  private readonly reference: Moments;
  private readonly tail: Tail;
  private readonly guard: Guard;

  constructor(memory: Pick<Memory, 'take'>, patience: number) {
    this.s = memory.take('shift', 3);
    this.reference = new Moments(memory, 'shift.reference', REFERENCE, WINSOR);
    this.tail = new Tail(memory, 'shift');
    this.guard = new Guard(memory, 'shift.guard', patience);
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
    s[0] += Math.max(1 / n, 1 / LATE) * (cut - s[0]);
    this.z =
      n > SPEAKS_AFTER && s[1] > 0 ? Math.max(-FURTHEST, Math.min(FURTHEST, (s[0] - mean) / Math.sqrt(s[1]))) : 0;
    if (this.z === 0) return 0;
    return Math.min(Math.abs(this.z) / LINE, this.tail.evidence(Math.abs(this.z)) / RARITY);
  }

  /** Learns that x, whose score was asked for last, is normal as far as the guard lets it. */
  learn(x: number): void {
    const { s, reference } = this;
    if (!this.guard.admits(Math.abs(this.z) > ODD * LINE && s[2] > 2 * SPEAKS_AFTER)) return;
    if (s[2] >= LATE) {
      const d = s[0] - reference.mean;
      s[1] += Math.max(1 / (s[2] - LATE + 1), 1 / REFERENCE) * (d * d - s[1]);
      if (s[2] > SPEAKS_AFTER) this.tail.add(Math.abs(this.z));
    }
    reference.add(x);
  }

  /** The mean of late is normal from now on. */
  accept(): void {
    this.guard.accept();
    this.reference.moveTo(this.s[0]);
  }
}
