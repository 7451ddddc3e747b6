import type { Memory } from '../../math/memory.ts';
import { Tail } from './tail.ts';

/**
 * One kind of evidence: a quantity that is large when something is odd, smoothed over `span` readings
 * (exponentially weighted; 1 = as it is) and calibrated by its own past.
 */
export class CalibratedScore {
  private readonly s: Float64Array; // smoothed value, readings seen
  private readonly span: number;
  private readonly tail: Tail;

  constructor(memory: Pick<Memory, 'take'>, name: string, span: number) {
    this.s = memory.take(name, 2);
    this.span = span;
    this.tail = new Tail(memory, name);
  }

  /** How rare is v, smoothed with those before it, as -log10 P. Changes nothing. */
  rarity(v: number): number {
    return this.tail.rarity(Math.abs(this.smoothed(v)));
  }

  /** Takes v in; only what is `normal` says how rare such values are. */
  add(v: number, normal: boolean): void {
    this.s[0] = this.smoothed(v);
    this.s[1]++;
    if (normal) this.tail.add(Math.abs(this.s[0]));
  }

  /** The smoothed quantity after a reading of v; signed when v is. */
  smoothed(v: number): number {
    return this.s[0] + Math.max(1 / this.span, 1 / (this.s[1] + 1)) * (v - this.s[0]);
  }
}
