import type { Memory } from '../../math/memory.ts';
import type { Reading } from '../reading.ts';

/** Readings in a row with a wrong time that are a fault: a device that has just started may not have set its clock yet. */
const PATIENCE = 5;

/** Is the clock of the device right? If not, its readings are still valid, and are timed by their arrival. */
export class ClockWatch {
  private readonly s: Float64Array; // wrong times in a row, how far the last one was ahead (ms)

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('clock', 2);
  }

  /** How far the clock is ahead, ms; negative when it is behind. */
  get aheadMs(): number {
    return this.s[1];
  }

  /** Wrong times in a row over those that are a fault. Changes nothing. */
  score(): number {
    return this.s[0] / PATIENCE;
  }

  update({ saidAt, receivedAt }: Reading): void {
    const { s } = this;
    s[0] = saidAt === undefined ? 0 : s[0] + 1;
    if (saidAt !== undefined) s[1] = saidAt - receivedAt;
  }
}
