import type { Pieces } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';

const { RECURS } = CONSTANTS;

/**
 * Decides whether a rare event may be learned as normal. One or two in the recent past are exceptions, faults perhaps, and are not;
 * events that come more often belong to the normal life of the series. An event lasts as long as `rare` does.
 *
 * Memory (3): recent events, each fading by 1 - 1/span with each call; 1 during an event; calls in it.
 */
export class RecurrenceGate {
  private readonly s: Float64Array;
  private readonly longest: number;

  /** `longest`: calls after which an event is learned in any case. */
  constructor(memory: Pieces, name: string, longest: number) {
    this.s = memory.take(name, 3);
    this.longest = longest;
  }

  /** Whether to learn now. `span`: calls for which an event is recent. Updates the count: call once per reading or dwell. */
  admits(rare: boolean, span: number): boolean {
    const { s } = this;
    s[0] *= 1 - 1 / Math.max(2, span);
    if (!rare) {
      s[1] = s[2] = 0;
      return true;
    }
    if (s[1] === 0) s[0]++;
    s[1] = 1;
    return s[0] > RECURS - 0.5 || ++s[2] > this.longest;
  }
}
