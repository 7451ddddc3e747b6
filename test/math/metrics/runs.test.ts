import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runsOf } from '../../../src/math/metrics/runs.ts';

test('the stretches of marked rows', () => {
  const marks = [1, 0, 1, 1, 0, 0, 1];
  expect(runsOf(7, (row) => marks[row] === 1)).toEqual([
    [0, 0],
    [2, 3],
    [6, 6],
  ]);
  expect(runsOf(0, () => true)).toEqual([]);
});

test('for any marks: the runs hold the marked rows and no other, and do not touch', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), (marks) => {
      const runs = runsOf(marks.length, (row) => marks[row]);
      const inside = marks.map((_, row) => runs.some(([first, last]) => first <= row && row <= last));
      expect(inside).toEqual(marks);
      for (let k = 1; k < runs.length; k++) expect(runs[k][0]).toBeGreaterThan(runs[k - 1][1] + 1);
    }),
  );
});
