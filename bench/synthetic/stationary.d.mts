import type { Random } from '../../src/math/random.ts';

export declare const START_AT: number;
export declare const STATIONARY: readonly {
  readonly name: string;
  readonly intervalMs: number;
  readonly measure: (random: Random) => (at: number) => number;
}[];
