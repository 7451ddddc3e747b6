import { expect, test } from 'vitest';
import { Recent } from '../../../src/app/dashboard/recent.ts';

test('a question asked again within two seconds is not computed again; eight answers are kept', () => {
  let at = 0;
  let computed = 0;
  const recent = new Recent<number>(() => at);
  const ask = (question: string): number => recent.get(question, () => ++computed);
  expect([ask('a'), ask('a'), ask('b')]).toEqual([1, 1, 2]);
  at = 1999;
  expect(ask('a')).toBe(1);
  at = 2000;
  expect([ask('a'), ask('a')]).toEqual([3, 3]);
  for (let i = 0; i < 8; i++) ask(`c${i}`);
  expect(ask('a')).toBe(12);
});
