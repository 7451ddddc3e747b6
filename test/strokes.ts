import { DAY_MS, HOUR_MS } from '../src/math/time.ts';
import { Random } from '../src/math/random.ts';
import { MINUTE_MS, START_AT, type Measured } from './room-temperature.ts';

/** The first stroke comes in the third day, after a warm-up of 400 readings. */
export const FIRST_STROKE = START_AT + 2.5 * DAY_MS;

/**
 * A sump at 80 %, a reading every 5 min. From the third day on a pump empties it to 20 % for half an hour, every six hours; in
 * `missing` it does not.
 */
export function strokes(days: number, missing: readonly [number, number] = [Infinity, Infinity]): Measured[] {
  const random = new Random(7);
  return Array.from({ length: days * 288 }, (_, i) => {
    const at = START_AT + 5 * i * MINUTE_MS;
    const due = at >= FIRST_STROKE && (at - FIRST_STROKE) % (6 * HOUR_MS) < 30 * MINUTE_MS;
    const runs = due && !(at >= missing[0] && at < missing[1]);
    return { at, value: Number(((runs ? 20 : 80) + 0.2 * random.normal()).toFixed(2)) };
  });
}
