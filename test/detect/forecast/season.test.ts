import { expect, test } from 'vitest';
import { Calendar, UTC } from '../../../src/detect/forecast/calendar.ts';
import { Season, SEASONS } from '../../../src/detect/forecast/season.ts';

const HOUR_MS = 3_600_000;
/** Midnight before a Monday. */
const MONDAY = Date.UTC(2024, 0, 1);

function seasonAt(hours: number, calendar = UTC) {
  const season = new Season(calendar);
  season.set(MONDAY + hours * HOUR_MS);
  return { day: season.day, features: [...season.features].map((x) => Number(x.toFixed(12)) + 0) };
}

test('Monday at midnight is the point (0, 1) on both circles', () => {
  expect(seasonAt(0)).toEqual({ day: 0, features: [0, 1, 0, 1] });
});

test('six in the morning is a quarter of the way round the day, and Tuesday at 18 a quarter round the week', () => {
  expect(seasonAt(6)).toMatchObject({ day: 0.25, features: [1, 0, expect.anything(), expect.anything()] });
  expect(seasonAt(42)).toMatchObject({ day: 0.75, features: [-1, 0, 1, 0] });
});

test('it is the clock of the site that counts: an hour ahead of UTC', () => {
  expect(seasonAt(5, new Calendar(() => HOUR_MS))).toEqual(seasonAt(6));
});

test('the next day is the same day, the next week the same in all', () => {
  expect(seasonAt(24 + 5).day).toBeCloseTo(seasonAt(5).day, 12);
  expect(seasonAt(24 + 5).features.slice(0, 2)).toEqual(seasonAt(5).features.slice(0, 2));
  expect(seasonAt(24 + 5).features).not.toEqual(seasonAt(5).features);
  expect(seasonAt(7 * 24 + 5).features).toEqual(seasonAt(5).features);
});

test('has the length it says', () => {
  expect(new Season(UTC).features).toHaveLength(SEASONS);
});
