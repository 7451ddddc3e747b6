import type { Pieces } from '../../math/memory.ts';

/**
 * Decides which readings may be learned as normal, so that a fault is not learned, and a persistent change is learned in the end.
 * A count rises by 1 with each anomalous reading and falls by 1 with each normal one. Up to a count of `patience` anomalous
 * readings are not learned; above it every second one is. So a single normal reading during a fault does not restart the count.
 *
 * Memory (2): the count, 0 to 2 patience; 1 if the last anomalous reading above `patience` was admitted.
 */
export class LearningGate {
  private readonly s: Float64Array;
  private readonly patience: number;

  /** `patience`: anomalous readings that are not learned; 0 admits every reading. */
  constructor(memory: Pieces, name: string, patience: number) {
    this.s = memory.take(name, 2);
    this.patience = patience;
  }

  /** Whether a reading may be learned. Updates the count: call once per reading. */
  admits(anomalous: boolean): boolean {
    const { s, patience } = this;
    if (!anomalous) {
      s[0] = Math.max(0, s[0] - 1);
      return true;
    }
    s[0] = Math.min(s[0] + 1, 2 * patience);
    if (s[0] <= patience) return patience === 0;
    s[1] = 1 - s[1];
    return s[1] === 1;
  }

  /** Restarts the count: the present state is normal from now on. */
  accept(): void {
    this.s.fill(0);
  }
}
