import type { Memory } from '../../math/memory.ts';

/**
 * Keeps what is odd from being learned as normal, and what is here to stay from being odd for ever. Odd readings are counted, and
 * those in order are taken off the count: up to a count of `patience` the odd ones teach nothing, beyond it every second
 * teaches. So one reading that happens to look normal does not buy a fault another `patience`.
 */
export class LearningGate {
  private readonly s: Float64Array; // odd readings less those in order, 0 at least; whether the last odd one was let in
  private readonly patience: number;

  /** A patience of 0 keeps nothing out. */
  constructor(memory: Pick<Memory, 'take'>, name: string, patience: number) {
    this.s = memory.take(name, 2);
    this.patience = patience;
  }

  /** Whether a reading may teach. To be asked once a reading. */
  admits(odd: boolean): boolean {
    const { s, patience } = this;
    if (!odd) {
      s[0] = Math.max(0, s[0] - 1);
      return true;
    }
    s[0] = Math.min(s[0] + 1, 2 * patience);
    if (s[0] <= patience) return patience === 0;
    s[1] = 1 - s[1];
    return s[1] === 1;
  }

  /** What was odd is so no more: the count begins anew. */
  accept(): void {
    this.s.fill(0);
  }
}
