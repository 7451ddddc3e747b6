import type { Pieces } from '../../math/memory.ts';
import { Tail } from './rarity/tail.ts';
import { CONSTANTS } from '../constants.ts';

/** A repeat takes four of the 256 buckets of a tail, which cover 0 to 17. So 63 repeats are distinguished; more count as 63. */
const REPEAT_WIDTH = 17 / 64;
const MAX_REPEATS = 63;
/** Readings counted of a longer flatline: the cost of learning one grows with its length, which may be a week. */
const MAX_COUNTED = 500;
const { STEP_WEIGHT, SURE_AFTER: MIN_EXITS } = CONSTANTS;
/** An evidence of 1: by itself a flatline is no alarm, sensor/stuck-detector.ts reports stuck sensors. */
const MAX_RARITY = 1 / STEP_WEIGHT;

const lengthOf = (repeats: number): number => REPEAT_WIDTH * Math.min(MAX_REPEATS, repeats);

/**
 * Length of a run of equal readings (a flatline), and size of the step that ends it.
 *
 * A logger that lost its sensor repeats the last value, and a sensor that was taken out for cleaning returns at another value. So
 * there are two kinds of evidence: the length, -log10 P(run >= n) in the history of the series, and the step that ends the run,
 * compared with earlier steps that ended one. In a coarse sensor such a step is one unit of its resolution.
 *
 * A flatline is learned when it ends in a step. So a flatline that ends in a fault, or does not end, does not become usual.
 * Memory (2): repeats so far, flatlines that have ended in a step.
 */
export class Flatline {
  private readonly s: Float64Array;
  private readonly lengths: Tail;
  private readonly steps: Tail;

  constructor(memory: Pieces) {
    this.s = memory.take('flatline', 2);
    this.lengths = new Tail(memory, 'flatline.lengths');
    this.steps = new Tail(memory, 'flatline.exits');
  }

  /** Equal readings in a row so far, without the first of them. */
  get repeats(): number {
    return this.s[0];
  }

  /** Rarity, -log10 P, of the length of the flatline that the reading continues (`repeats`) or ends. Changes nothing. */
  lengthRarity(repeats: boolean): number {
    const length = this.s[0] + (repeats ? 1 : 0);
    // Of n equal readings each may add one.
    return length === 0 ? 0 : Math.min(MAX_RARITY, 1 + length, this.lengths.rarity(lengthOf(length)));
  }

  /** Rarity, -log10 P, of a step of this size (jump.ts) out of a flatline; 0 where the reading ends none. Changes nothing. */
  exitRarity(repeats: boolean, size: number): number {
    const [length, exits] = this.s;
    return repeats || length === 0 || exits < MIN_EXITS ? 0 : this.steps.rarity(size);
  }

  /** Adds a reading and, if it is `normal`, the flatline that it ended. `span`: readings of a week. */
  learn(repeats: boolean, size: number, normal: boolean, span?: number): void {
    const { s, lengths, steps } = this;
    if (repeats) {
      s[0]++;
      return;
    }
    if (normal) {
      for (let n = 0; n <= Math.min(MAX_COUNTED, s[0]); n++) lengths.add(lengthOf(n), span);
      if (s[0] > 0) {
        steps.add(size);
        s[1]++;
      }
    }
    s[0] = 0;
  }

  /** The next reading cannot be compared with the last. */
  restart(): void {
    this.s[0] = 0;
  }
}
