import type { Memory } from '../../math/memory.ts';

/** Trains the network on 1 of every n samples, or on none, to limit CPU load. */
export class TrainingThrottle {
  private readonly s: Float64Array; // n, 0 for none; number of samples

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('throttle', 2);
    this.s[0] = 1;
  }

  /** Learns from one sample of `every`; from none when that is 0. */
  set(every: number): void {
    this.s[0] = every;
  }

  /** Counts a sample. Returns whether the network learns from it. */
  admits(): boolean {
    this.s[1]++;
    return this.s[0] > 0 && this.s[1] % this.s[0] === 0;
  }
}
