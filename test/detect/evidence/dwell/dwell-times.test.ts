import { expect, test } from 'vitest';
import { DwellTails, DwellTimes } from '../../../../src/detect/evidence/dwell/dwell-times.ts';
import { Memory } from '../../../../src/math/memory.ts';

const NOON = 0.5;
const NIGHT = 0.1;
const make = (): { memory: Memory; times: DwellTimes } => {
  const memory = new Memory();
  return { memory, times: new DwellTimes(memory, 'dwells', 2, new DwellTails(memory)) };
};

test('the rate of exits is that of all that has happened until now, however often it was asked for', () => {
  const { memory, times } = make();
  const restored = make();
  expect([times.rate(0, NOON), restored.times.rate(0, NOON)]).toEqual([0, 0]);
  const spent = new Float64Array(24);
  spent[12] = 2;
  times.end({ state: 0, hours: 2, exits: 0, interval: 0.01 }, NOON, spent, true);
  // One exit in two hours at noon; the rate of the whole day, 2 hours for one exit more, counts as one exit.
  expect([times.rate(0, NOON), times.rate(0, NIGHT), times.rate(0, NOON), times.rate(1, NOON)]).toEqual([
    2 / 3,
    1,
    2 / 3,
    0,
  ]);
  restored.memory.fromBytes(memory.toBytes());
  expect(restored.times.rate(0, NOON)).toBe(2 / 3);
  times.forget(0);
  expect(times.rate(0, NOON)).toBe(0);
});
