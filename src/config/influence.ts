import { inputSize } from '../detect/detector.ts';
import { buildCell } from '../nn/build-cell.ts';
import { learnerOf } from '../nn/build-learner.ts';
import type { Tuning } from './schema/tuning.ts';

export type NetworkTuning = Pick<Tuning, 'network' | 'cell' | 'peepholes' | 'learner' | 'hiddenSize'>;

/** Bytes of influence that one stream may hold; its snapshots are as large. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Numbers in the influence matrix ds/dtheta of the network for so many series: S P, the state by the cell's parameters.
 * 0 where no such matrix is kept: without a network, with another learner, and in the element-wise cell, whose units do not
 * meet.
 */
export function influenceNumbers(tuning: NetworkTuning, series: number): number {
  const { network, cell, peepholes, learner, hiddenSize } = tuning;
  if (!network || learnerOf(cell, learner) !== 'rtrl') return 0;
  const { stateSize, parameterCount } = buildCell(cell, inputSize(series), hiddenSize, peepholes);
  return stateSize * parameterCount;
}

/**
 * Why a network is too large for rtrl, and what would be right; null when it is not. Judged by Float64, which a machine
 * without the SIMD kernel uses: a site file is right or wrong wherever it is read.
 */
export function tooMuchInfluence(tuning: NetworkTuning, series: number): string | null {
  const bytes = (hiddenSize: number): number => 8 * influenceNumbers({ ...tuning, hiddenSize }, series);
  const asked = bytes(tuning.hiddenSize);
  if (asked <= MAX_BYTES) return null;
  let most = tuning.hiddenSize - 1;
  while (most > 0 && bytes(most) > MAX_BYTES) most--;
  const mebibytes = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`;
  const smaller = most > 0 ? `hidden_size of at most ${most}, ` : '';
  return (
    `the influence matrix of rtrl would take ${mebibytes(asked)} for one stream (${mebibytes(asked / 2)} in SIMD), ` +
    `above ${mebibytes(MAX_BYTES)}, with ${cell(tuning)} of ${tuning.hiddenSize} units on ${series} series; ` +
    `expected ${smaller}learner: snap1, or cell: elementwise`
  );
}

const cell = ({ cell: kind, peepholes }: NetworkTuning): string =>
  kind === 'lstm' ? `an lstm${peepholes ? ' with peepholes' : ''}` : kind === 'rnn' ? 'an rnn' : `a ${kind}`;
