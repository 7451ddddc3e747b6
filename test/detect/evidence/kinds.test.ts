import { describe, expect, test } from 'vitest';
import { Flatline } from '../../../src/detect/evidence/flatline.ts';
import { EVIDENCE_KINDS, NOT_APPLICABLE, type SeriesReading } from '../../../src/detect/evidence/kind.ts';
import { KINDS } from '../../../src/detect/evidence/kinds.ts';
import { Extreme } from '../../../src/detect/evidence/kinds/extreme.ts';
import { FlatlineExit, FlatlineLength } from '../../../src/detect/evidence/kinds/flatline.ts';
import { ForecastLoss } from '../../../src/detect/evidence/kinds/forecast-loss.ts';
import { JumpSize } from '../../../src/detect/evidence/kinds/jump.ts';
import { Sequence } from '../../../src/detect/evidence/kinds/sequence.ts';
import { Alternatives } from '../../../src/detect/forecast/alternatives.ts';
import { Memory } from '../../../src/math/memory.ts';

const READING: SeriesReading = {
  value: 20,
  at: 0,
  day: 0,
  restDay: false,
  readings: 500,
  span: 2000,
  last: 20,
  comparable: true,
  change: 0,
  repeats: true,
  level: 0,
  mean: 20,
  deviation: 5,
  stepDeviation: 1,
  expected: 20,
  loss: 1,
  alternatives: new Alternatives(),
  residual: 0,
  fitted: NaN,
};
const reading = (of: Partial<SeriesReading>): SeriesReading => ({ ...READING, ...of });

test('each kind has its own name, and a weight or a threshold of its own', () => {
  for (const name of EVIDENCE_KINDS) {
    const { weights } = KINDS[name];
    expect(KINDS[name].name).toBe(name);
    expect(Math.max(weights.collective, weights.point, weights.contextual) > 0).toBe(name !== 'mean_shift');
  }
});

test('extreme: the record is the most extreme value before, on the side of the mean where the reading lies', () => {
  const extreme = new Extreme(new Memory());
  for (const value of [20, 30, 12]) extreme.learn(reading({ value }), true);
  extreme.measure(reading({ value: 35 }));
  expect(extreme.detail()).toBe(30);
  extreme.measure(reading({ value: -5 }));
  expect(extreme.detail()).toBe(12);
  expect([extreme.deviation(reading({ value: 35 })), extreme.reference(READING)]).toEqual([15, 20]);
});

test('forecast_error and sequence: the first asks nothing of a reading without a step, the second goes on', () => {
  const [error, sequence] = [new ForecastLoss(new Memory()), new Sequence(new Memory())];
  const after = reading({ comparable: false, value: 23, expected: 21 });
  expect([error.measure(after), sequence.measure(after) >= 0]).toEqual([NOT_APPLICABLE, true]);
  expect([error.measure(READING) >= 0, sequence.measure(READING) >= 0]).toEqual([true, true]);
  expect([error.deviation(after), error.reference(after)]).toEqual([2, 21]);
});

test('sequence: the rarity is at most 17 nats, 7.4, however wrong the forecasts were', () => {
  const sequence = new Sequence(new Memory());
  const right = reading({});
  for (let i = 0; i < 1000; i++) {
    sequence.measure(right);
    sequence.learn(right, true, true);
  }
  const wrong = reading({ alternatives: new Alternatives() });
  wrong.alternatives.ratios[0] = 1000;
  expect(sequence.measure(wrong)).toBeCloseTo(17 * Math.LOG10E, 12);
});

test('jump: the deviation is the step, and 50 steps of 1 make one of 9 a size of 1.5 ln 10', () => {
  const jump = new JumpSize(new Memory());
  for (let i = 0; i < 51; i++) jump.learn(reading({ change: i % 2 === 0 ? 1 : -1 }), true, true);
  jump.measure(reading({ change: -9 }));
  expect(jump.size).toBeCloseTo(1.5 * Math.log(10), 12);
  expect(jump.deviation(reading({ change: -9 }))).toBe(-9);
});

describe('flatline and flatline_exit', () => {
  /** Both kinds after so many equal readings of 20 within a range of 0 to 40. */
  function after(repeats: number) {
    const memory = new Memory();
    const flatline = new Flatline(memory);
    const extreme = new Extreme(memory);
    for (const value of [0, 40]) extreme.learn(reading({ value }), true);
    const jump = new JumpSize(memory);
    const length = new FlatlineLength(flatline, extreme.range, jump);
    for (let i = 0; i < repeats; i++) length.learn(READING, true, true);
    return { length, exit: new FlatlineExit(flatline, jump) };
  }

  test('a flatline counts the reading that goes on with it, and not the one that ends it', () => {
    const { length, exit } = after(9);
    length.measure(READING);
    expect(length.detail()).toBe(11);
    const jump = reading({ value: 25, change: 5, repeats: false });
    length.measure(jump);
    exit.measure(jump);
    expect([length.detail(), exit.detail(), exit.deviation(jump)]).toEqual([10, 20, 5]);
  });

  test('a series may rest at the lowest and at the highest value', () => {
    const { length } = after(9);
    for (const [last, applies] of [
      [0, false],
      [20, true],
      [40, false],
    ] as const)
      expect(length.measure(reading({ last, value: last })) >= 0).toBe(applies);
  });
});
