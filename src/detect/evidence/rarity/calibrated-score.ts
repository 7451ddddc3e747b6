import type { Pieces } from '../../../math/memory.ts';
import { Tail } from './tail.ts';

/**
 * A quantity that is large when a reading is anomalous, smoothed over `span` readings (exponentially weighted; 1: not smoothed)
 * and calibrated by its own history.
 *
 * Memory (2): smoothed value, number of readings.
 */
export class CalibratedScore {
  private readonly s: Float64Array;
  private readonly span: number;
  private readonly tail: Tail;

  constructor(memory: Pieces, name: string, span: number) {
    this.s = memory.take(name, 2);
    this.span = span;
    this.tail = new Tail(memory, name);
  }

  /** Rarity of v, smoothed with the values before it: -log10 P. Changes nothing. */
  rarity(v: number): number {
    return this.tail.rarity(Math.abs(this.smoothed(v)));
  }

  /** Adds v to the smoothed value and, if `normal`, the result to the history that gives the rarity. `span`: readings of a week. */
  add(v: number, normal: boolean, span?: number): void {
    this.s[0] = this.smoothed(v);
    this.s[1]++;
    if (normal) this.tail.add(Math.abs(this.s[0]), span);
  }

  /** The smoothed quantity after a reading of v; signed if v is. Changes nothing. */
  smoothed(v: number): number {
    return this.s[0] + Math.max(1 / this.span, 1 / (this.s[1] + 1)) * (v - this.s[0]);
  }
}
