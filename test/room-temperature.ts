import { Random } from '../src/math/random.ts';

export const MINUTE_MS = 60_000;
/** Long ago on any clock: a time ahead of the clock would be refused. */
export const START_AT = Date.UTC(2024, 0, 1);

export interface Measured {
  readonly at: number;
  readonly value: number;
}

/**
 * A room's temperature, once a minute: 20 °C, 3 °C up and down as the heating comes and goes every four hours, and a
 * wander of its own (AR(1) with 0.8, innovations of 0.2 °C), shown to a hundredth. `offset` is added while
 * `from <= i < until`: somebody put the sensor on the radiator.
 */
export function roomTemperature(
  count: number,
  { seed = 1, from = Infinity, until = Infinity, offset = 9 } = {},
): readonly Measured[] {
  const random = new Random(seed);
  let wander = 0;
  return Array.from({ length: count }, (_, i) => {
    wander = 0.8 * wander + 0.2 * random.normal();
    const course = 20 + 3 * Math.sin((2 * Math.PI * i) / 240) + wander;
    const value = course + (i >= from && i < until ? offset : 0);
    return { at: START_AT + i * MINUTE_MS, value: Math.round(100 * value) / 100 };
  });
}
