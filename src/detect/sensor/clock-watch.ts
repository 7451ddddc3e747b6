import type { Memory } from '../../math/memory.ts';
import type { Reading } from '../reading.ts';

/** So many readings in a row with a wrong time, ... */
const PATIENCE = 5;
/** ... for so long, are a fault: a device that has just started may not have set its clock yet. */
const PATIENCE_MS = 60_000;

/** Is the clock of the device right? If not, its readings are still valid, and are timed by their arrival. */
export class ClockWatch {
  private readonly s: Float64Array; // wrong times in a row, how far the last one was ahead (ms), arrival of the first and the last

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('clock', 4);
  }

  /** How far the clock is ahead, ms; negative when it is behind. */
  get aheadMs(): number {
    return this.s[1];
  }

  /** Wrong times in a row over those that are a fault, or the time for which they have come, whichever is less. Changes nothing. */
  score(): number {
    const { s } = this;
    return Math.min(s[0] / PATIENCE, (s[3] - s[2]) / PATIENCE_MS);
  }

  update({ saidAt, receivedAt }: Reading): void {
    const { s } = this;
    s[0] = saidAt === undefined ? 0 : s[0] + 1;
    if (saidAt === undefined) return;
    s[1] = saidAt - receivedAt;
    if (s[0] === 1) s[2] = receivedAt;
    s[3] = receivedAt;
  }
}
