import type { Memory } from '../../math/memory.ts';
import { Tail } from './tail.ts';

/** Of a tail's axis, 256 buckets from 0 to 17, a repeat takes four: so many of them are counted apart, and more are no more. */
const REPEAT_WIDTH = 17 / 64;
const MAX_REPEATS = 63;
/** Of a longer rest only so many readings are counted: a switch that stood for a week would take as long to count as it stood. */
const MAX_COUNTED = 500;
/** A repeat of what never repeated is two decades rare at most, and each further one a decade more. */
const FIRST_REPEAT_RARITY = 1;
/** A rest is rarer than this at most: alone it is no alarm, but the matter of the sensor (sensor/stuck-detector.ts). */
const MAX_RARITY = 7;
/** Fewer steps out of a rest say nothing of what is usual. */
const MIN_EXITS = 100;

const lengthOf = (repeats: number): number => REPEAT_WIDTH * Math.min(MAX_REPEATS, repeats);

/**
 * How long does the value stand, and how far does it leap from there?
 *
 * A logger that lost its sensor says the last value again, and a sensor that is lifted out to be cleaned comes back to another.
 * So the evidence is twofold: a run of equal readings that is rare for the series, -log10 P(run >= n) by its own past, and the
 * step that ends a run, rare among the steps that ended one: those of a coarse sensor are a notch.
 *
 * A rest is learned when it has ended in a step. One that ends in a fault, or goes on for ever, so never becomes usual.
 */
export class Flatline {
  private readonly s: Float64Array; // repeats so far, rests that have ended in a step
  private readonly lengths: Tail;
  private readonly steps: Tail;

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('flatline', 2);
    this.lengths = new Tail(memory, 'flatline.lengths');
    this.steps = new Tail(memory, 'flatline.exits');
  }

  /** Equal readings so far after the first of them. */
  get repeats(): number {
    return this.s[0];
  }

  /** How rare is a rest as long as the one that the reading goes on with (`repeats`) or ends, as -log10 P? Changes nothing. */
  lengthRarity(repeats: boolean): number {
    const length = this.s[0] + (repeats ? 1 : 0);
    return length === 0 ? 0 : Math.min(MAX_RARITY, FIRST_REPEAT_RARITY + length, this.lengths.rarity(lengthOf(length)));
  }

  /** How rare is a step of this size (jump.ts) out of a rest, as -log10 P? 0 where the reading ends none. Changes nothing. */
  exitRarity(repeats: boolean, size: number): number {
    const [length, rests] = this.s;
    return repeats || length === 0 || rests < MIN_EXITS ? 0 : this.steps.rarity(size);
  }

  /** Takes a reading in, and the rest that it ended when that was `normal`. */
  learn(repeats: boolean, size: number, normal: boolean): void {
    const { s, lengths, steps } = this;
    if (repeats) {
      s[0]++;
      return;
    }
    if (normal) {
      for (let n = 0; n <= Math.min(MAX_COUNTED, s[0]); n++) lengths.add(lengthOf(n));
      if (s[0] > 0) {
        steps.add(size);
        s[1]++;
      }
    }
    s[0] = 0;
  }

  /** The next reading has nothing to do with the last. */
  restart(): void {
    this.s[0] = 0;
  }
}
