import { expect, test } from 'vitest';
import { AlarmThreshold } from '../../../../src/detect/evidence/rarity/alarm-threshold.ts';
import { Memory } from '../../../../src/math/memory.ts';

const [SECOND, MINUTE, DAY] = [1000, 60_000, 86_400_000];

/** The line of D series after samples at these times. */
function lineOf(series: number, times: Iterable<number>): AlarmThreshold {
  const line = new AlarmThreshold(new Memory(), series);
  for (const at of times) line.update(at);
  return line;
}
const every = (ms: number, count = 20): number[] => Array.from({ length: count }, (_, i) => 1e12 + i * ms);

test('one series every five minutes: 1', () => {
  expect(lineOf(1, every(5 * MINUTE)).height).toBeCloseTo(1, 12);
});

test('ten series have ten times the chances: 0.3 more', () => {
  expect(lineOf(10, every(5 * MINUTE)).height).toBeCloseTo(1.3, 12);
});

test('ten times the rate: 0.3 / 4 more; a tenth of it is no less', () => {
  expect(lineOf(1, every(30 * SECOND)).height).toBeCloseTo(1.075, 12);
  expect(lineOf(1, every(50 * MINUTE)).height).toBe(1);
});

test('before there is an interval only the series count', () => {
  expect(lineOf(1, []).height).toBe(1);
  expect(lineOf(10, [1e12]).height).toBeCloseTo(1.3, 12);
});

test('however rarely a stream reports, not under 1', () => {
  expect(lineOf(1, every(1e6 * DAY)).height).toBe(1);
});

test('samples that share a time, or go back in it, leave the line finite', () => {
  const height = 1 + 0.075 * Math.log10(300_000); // as if they came every millisecond
  expect(lineOf(1, every(0)).height).toBeCloseTo(height, 12);
  expect(lineOf(1, every(-MINUTE)).height).toBeCloseTo(height, 12);
});

test('a pause of a month in a reading a minute counts as ten minutes', () => {
  const times = every(MINUTE, 100);
  const line = lineOf(1, [...times, times[99] + 30 * DAY]);
  // The newest interval weighs a fiftieth (time-gap.ts): 1 + (10 - 1) / 50 minutes.
  expect(line.height).toBeCloseTo(1 + 0.075 * Math.log10(5 / 1.18), 12);
});
