import { expect, test } from 'vitest';
import { EffectWatch } from '../../../src/detect/monitor/effect-watch.ts';
import { Memory } from '../../../src/math/memory.ts';

const HOUR = 3_600_000;

/** A series of mean 0 and deviation 1 that has read -4 to 4; its statistics can be set, as if it learned. */
const seriesOf = (): { value: number; lowest: number; highest: number; mean: number; deviation: number } => ({
  value: 0,
  lowest: -4,
  highest: 4,
  mean: 0,
  deviation: 1,
});

function watching(series = [seriesOf()]) {
  const memory = new Memory();
  return { memory, series, watch: new EffectWatch(memory, series) };
}

test('nothing deviates: no effect, however far the reading', () => {
  const { watch, series } = watching();
  series[0].value = 100;
  watch.step(0, false);
  expect(watch.of(0, 0, 2)).toBe(0);
});

test('a reading 2 beyond the range is an effect of 1; what the series learns from the deviation changes nothing', () => {
  const { watch, series } = watching();
  watch.step(0, false);
  Object.assign(series[0], { value: 6, highest: 6, mean: 3, deviation: 5 });
  for (const at of [60_000, 120_000]) {
    watch.step(at, true);
    expect(watch.of(0, 60_000, 1)).toBe(1);
  }
});

test('the mean since the beginning counts by the time: 0, 4 and 2 give 2 after nine hours: log2(2) log10(10)', () => {
  const { watch, series } = watching();
  watch.step(0, false);
  for (const [i, value] of [0, 4, 2].entries()) {
    series[0].value = value;
    watch.step(HOUR + 4.5 * HOUR * i, true);
  }
  expect(watch.of(0, 10 * HOUR, 1)).toBeCloseTo(1, 12);
});

test('after a calm reading the next deviation begins anew, with what is normal by then', () => {
  const { watch, series } = watching();
  watch.step(0, false);
  series[0].value = 6;
  watch.step(HOUR, true);
  Object.assign(series[0], { value: 0, highest: 6 });
  watch.step(2 * HOUR, false);
  series[0].value = 6;
  watch.step(3 * HOUR, true);
  expect(watch.of(0, 3 * HOUR, 1)).toBe(0);
});

test('a state that lasts four times as long as ever is an effect of 2', () => {
  const { watch } = watching();
  watch.step(0, false);
  watch.step(HOUR, true);
  expect(watch.of(0, HOUR, 1, 4)).toBe(2);
});

test('a deviation with the first sample, and a missing reading, have an effect too: a number', () => {
  const { watch, series } = watching([seriesOf(), seriesOf()]);
  series[0].value = 5;
  series[1].value = NaN;
  watch.step(0, true);
  expect(watch.of(0, 0, 2)).toBeGreaterThan(0);
  expect(watch.of(1, 0, 2)).toBe(0);
  series[1].value = 0;
  watch.step(HOUR, true);
  expect(watch.of(1, HOUR, 2)).toBe(0);
});

test('restored in the middle it goes on as before', () => {
  const [kept, restored] = [watching(), watching()];
  kept.watch.step(0, false);
  kept.series[0].value = 6;
  kept.watch.step(HOUR, true);
  restored.memory.fromBytes(kept.memory.toBytes());
  for (const { watch, series } of [kept, restored]) {
    series[0].value = 7;
    watch.step(2 * HOUR, true);
  }
  expect(restored.watch.of(0, 2 * HOUR, 2)).toBe(kept.watch.of(0, 2 * HOUR, 2));
});
