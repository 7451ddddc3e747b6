import { expect, test } from 'vitest';
import { countAlarms } from '../../../src/math/metrics/alarm-counts.ts';

test('an event is found by the first alarm in it, alarms in none are false', () => {
  const events = [
    [10, 19],
    [30, 30],
    [40, 49],
  ] as const;
  expect(countAlarms(events, [9, 12, 15, 20, 49, 50])).toEqual({ events: 3, found: 2, false: 3, delays: [2, 9] });
  expect(countAlarms(events, [])).toEqual({ events: 3, found: 0, false: 0, delays: [] });
  expect(countAlarms([], [1, 2])).toEqual({ events: 0, found: 0, false: 2, delays: [] });
});
