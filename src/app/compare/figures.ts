import { sizeOf } from './conclusions.ts';
import type { ContenderResult } from './run-contender.ts';

/** A column of figures, of which less is better. */
export interface Figure {
  readonly name: string;
  readonly of: (result: ContenderResult) => number;
  readonly text: (x: number) => string;
}

/** What contenders are told apart by; how many anomalies are right nobody knows without labels. */
export const FIGURES: readonly Figure[] = [
  { name: 'log-loss', of: ({ loss }) => loss, text: (x) => x.toFixed(3) },
  { name: 'last half', of: ({ lateLoss }) => lateLoss, text: (x) => x.toFixed(3) },
  { name: 'µs/reading', of: ({ microseconds }) => microseconds, text: (x) => x.toFixed(1) },
  { name: 'memory', of: ({ bytes }) => bytes, text: sizeOf },
];

/** The least of a figure; Infinity where none is known. */
export const bestOf = ({ of }: Figure, results: readonly ContenderResult[]): number =>
  Math.min(...results.map(of).filter((x) => !Number.isNaN(x)));
