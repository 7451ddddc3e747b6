import { cos, log } from './elementary.ts';

/**
 * Seeded pseudo-random numbers: the same seed gives the same sequence, the same bits on every machine.
 *
 * The generator is sfc32 (C. Doty-Humphrey, PractRand, 2010), period at least 2^32 for every seed.
 * It sets initial weights and drives the simulated plant; nothing secret depends on it.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** `seed`: any integer; only its low 32 bits count. */
  constructor(seed: number) {
    this.a = seed | 0;
    this.b = 0x9e3779b9 | 0;
    this.c = 0x243f6a88 | 0;
    // sfc32 needs about a dozen rounds until every state bit depends on every seed bit.
    for (let i = 0; i < 15; i++) this.next();
  }

  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number {
    return (this.next() >>> 0) / 4294967296;
  }

  /** Uniform integer in [0, n), n at most 2^32. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal deviate (Box & Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * log(1 - this.uniform()));
    return radius * cos(2 * Math.PI * this.uniform());
  }

  private next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }
}
