import { expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { buildCell } from '../../src/nn/build-cell.ts';
import { buildLearner, type LearnerKind } from '../../src/nn/build-learner.ts';

// A GRU of 2 inputs and 3 units: state 3, 63 parameters, a tape of 2 + 5·3 = 17.
test.each<[kind: LearnerKind, layout: string]>([
  ['tbptt', 'state:24 lags:32 tapes:544 errors:96 clock:16'], // horizon 4
  ['rtrl', 'state:24 influence:1512'], // 3 by 63
  ['snap1', 'state:24 influence:504'],
])('%s remembers %s', (kind, layout) => {
  const memory = new Memory();
  const cell = buildCell('gru', 2, 3);
  buildLearner(kind, memory, cell, new Float64Array(63), { horizon: 4, every: 1 });
  expect(memory.layout).toBe(layout);
});

test('the horizon and the interval go to tbptt: nothing is due before the second of two steps', () => {
  const cell = buildCell('rnn', 1, 1);
  const due = (kind: LearnerKind) => {
    const learner = buildLearner(kind, new Memory(), cell, new Float64Array(4), { horizon: 2, every: 2 });
    return [1, 2].map(() => {
      learner.advance(Float64Array.of(1));
      return learner.credit(Float64Array.of(1), new Float64Array(4));
    });
  };
  expect(due('tbptt')).toEqual([false, true]);
  expect(due('rtrl')).toEqual([true, true]);
  expect(due('snap1')).toEqual([true, true]);
});
