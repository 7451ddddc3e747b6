import type { Memory } from '../../math/memory.ts';

/** How often the network learns, to spare the processor: from one sample of so many, or from none. */
export class TrainingThrottle {
  private readonly s: Float64Array; // one of how many, 0 for none; samples

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('throttle', 2);
    this.s[0] = 1;
  }

  /** Learns from one sample of `every`; from none when that is 0. */
  set(every: number): void {
    this.s[0] = every;
  }

  /** Takes note of a sample; whether the network learns from it. */
  admits(): boolean {
    this.s[1]++;
    return this.s[0] > 0 && this.s[1] % this.s[0] === 0;
  }
}
