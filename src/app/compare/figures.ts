import { sizeOf } from './conclusions.ts';
import type { ContenderResult } from './run-contender.ts';

/** A column of figures where lower is better. */
export interface Figure {
  readonly name: string;
  readonly of: (result: ContenderResult) => number;
  readonly text: (x: number) => string;
}

/** The figures that rank contenders. The number of anomalies is not one: without labels it is unknown how many are right. */
export const FIGURES: readonly Figure[] = [
  { name: 'log-loss', of: ({ loss }) => loss, text: (x) => x.toFixed(3) },
  { name: 'last half', of: ({ lateLoss }) => lateLoss, text: (x) => x.toFixed(3) },
  { name: 'µs/reading', of: ({ microseconds }) => microseconds, text: (x) => x.toFixed(1) },
  { name: 'memory', of: ({ bytes }) => bytes, text: sizeOf },
];

/** The minimum of a figure; Infinity when no value is known. */
export const bestOf = ({ of }: Figure, results: readonly ContenderResult[]): number =>
  Math.min(...results.map(of).filter((x) => !Number.isNaN(x)));
