import { expect, test } from 'vitest';
import { CELL_NAMES, contendersOf, LEARNER_NAMES } from '../../../src/app/compare/contenders.ts';
import { tuningSchema } from '../../../src/config/schema/tuning.ts';

const tuning = tuningSchema.parse({});
const ALL = { cells: CELL_NAMES, learners: LEARNER_NAMES };

test('every cell with every learner, after the baseline; equal pairs are run once', () => {
  const { contenders, leftOut } = contendersOf(tuning, 1, ALL);
  expect(contenders.map(({ id }) => id)).toEqual([
    'baseline',
    ...['rnn', 'lstm', 'peephole-lstm', 'gru'].flatMap((cell) => LEARNER_NAMES.map((learner) => `${cell}-${learner}`)),
    'elementwise-tbptt',
    'elementwise-rtrl',
  ]);
  expect(leftOut).toEqual([
    { label: 'element-wise · SnAp-1', reason: 'is the same as RTRL, because its units have no connections' },
  ]);
});

test('a peephole LSTM differs from the other by its peepholes alone', () => {
  const { contenders } = contendersOf(tuning, 1, { cells: ['lstm', 'peephole-lstm'], learners: ['snap1'] });
  expect(contenders.slice(1).map(({ tuning: own }) => own)).toEqual([
    { cell: 'lstm', peepholes: false, learner: 'snap1' },
    { cell: 'lstm', peepholes: true, learner: 'snap1' },
  ]);
});

test('an exact RTRL that would take too much memory is left out with the reason; a cheap one is not', () => {
  const { contenders, leftOut } = contendersOf({ ...tuning, hiddenSize: 128 }, 5, { ...ALL, learners: ['rtrl'] });
  expect(contenders.map(({ id }) => id)).toEqual(['baseline', 'rnn-rtrl', 'gru-rtrl', 'elementwise-rtrl']);
  expect(leftOut.map(({ label }) => label)).toEqual(['LSTM · RTRL', 'peephole LSTM · RTRL']);
  for (const { reason } of leftOut) expect(reason).toMatch(/influence matrix of rtrl would take \d+ MiB/);
});
