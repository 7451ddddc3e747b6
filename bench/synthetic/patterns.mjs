import { Random } from '../../dist/math/random.js';

const times = (count, value) => Array.from({ length: count }, () => value);
/** Each value held for so many readings. */
const held = (values, count) => values.flatMap((value) => times(count, value));
/** One reading of 1, and rest until the next, so many readings later. */
const pulses = (gaps) => gaps.flatMap((gap) => [1, ...times(gap - 1, 0)]);
/** Two readings at each place, and two at home after it. */
const visits = (places) => places.flatMap((place) => [place / 3, place / 3, 0, 0]);
const SLOW_RISE = [0, 0.33, 0.67, 1, 0.5, 0];
const FAST_RISE = [0, 0.5, 1, 0.67, 0.33, 0];

/**
 * Machines that do the same thing over and over, and now and then the same values with the same steps in another order: no
 * value is rare, no step is, and the recent mean equals the long-term mean.
 */
export const PATTERNS = [
  { name: 'order', usual: held([0, 1, 0, -1, 0, 1, 0, -1], 2), odd: held([0, -1, 0, 1, 0, -1, 0, 1], 2) },
  { name: 'duty', usual: held([1, 0], 6), odd: held([1, 0, 1, 0], 3) },
  { name: 'rhythm', usual: pulses([5, 5, 9]), odd: pulses([9, 5, 5]) },
  { name: 'places', usual: visits([1, 2, 3, 1, 2, 3]), odd: visits([2, 1, 3, 3, 2, 1]) },
  {
    name: 'shapes',
    usual: [...SLOW_RISE, ...FAST_RISE, ...SLOW_RISE, ...FAST_RISE],
    odd: [...FAST_RISE, ...FAST_RISE, ...SLOW_RISE, ...SLOW_RISE],
  },
  { name: 'beat', usual: [1, 0.5, ...times(10, 0)], odd: [...times(5, 0), 1, 0.5, ...times(5, 0)] },
];

const START_AT = Date.UTC(2024, 0, 1);
/** A day is not a whole number of any cycle, so the time of day does not help to predict. */
const INTERVAL_MS = 61_000;

/**
 * A recording of a pattern: `readings` of { at, value }, and `events`, the first and last index of each unusual cycle. The
 * noise is 0.03 to 0.05; a step is 0.33 or more. The first `learning` readings have no unusual cycle; then there is one in
 * every 1,200 to 2,400 readings.
 */
export function record({ usual, odd }, { count, learning, seed }) {
  const random = new Random(seed);
  const noise = 0.03 + 0.02 * random.uniform();
  const readings = [];
  const events = [];
  const later = () => readings.length + 1200 + random.below(1200);
  const play = (cycle) => {
    for (const value of cycle)
      readings.push({ at: START_AT + readings.length * INTERVAL_MS, value: value + noise * random.normal() });
  };
  let next = learning + random.below(300);
  while (readings.length < count) {
    const start = readings.length;
    if (start < next) play(usual);
    else {
      next = later();
      play(odd);
      if (start + odd.length < count) events.push([start, start + odd.length - 1]);
    }
  }
  readings.length = count;
  return { readings, events };
}
