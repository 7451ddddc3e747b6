import type { Memory } from '../math/memory.ts';

/** Of readings that have been odd for too long to be kept out, one in so many is let in. */
const ONE_IN = 2;

/**
 * Keeps what is odd from being learned as normal, and what is here to stay from being odd for ever: the first `patience` odd
 * readings in a row teach nothing, of those after them every second teaches, and the first that is in order ends the row.
 */
export class Guard {
  private readonly s: Float64Array; // odd readings in a row
  private readonly patience: number;

  /** A patience of 0 keeps nothing out. */
  constructor(memory: Pick<Memory, 'take'>, name: string, patience: number) {
    this.s = memory.take(name, 1);
    this.patience = patience;
  }

  /** Whether a reading may teach. To be asked once a reading. */
  admits(odd: boolean): boolean {
    const { s, patience } = this;
    s[0] = odd ? s[0] + 1 : 0;
    return patience === 0 || s[0] === 0 || (s[0] > patience && (s[0] - patience) % ONE_IN === 0);
  }

  /** What was odd is normal from now on. */
  accept(): void {
    this.s[0] = 0;
  }
}
