import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRule } from '../../../src/config/calendar/read-rule.ts';
import { occurrences } from '../../../src/config/calendar/occurrences.ts';

const wall = (text: string): number => Date.parse(`${text}Z`);
const shown = (at: number): string => new Date(at).toISOString().slice(0, 16);

/** The first occurrences of a rule from a moment on. */
const of = (rule: string, start: string, from = start, until = '2032-01-01T00:00', most = 12): string[] =>
  occurrences(readRule(rule), wall(start), { from: wall(from), until: wall(until), most }).map(shown);

// [rule, start, since, at most twelve occurrences until 2032] by python-dateutil; recurrence.py writes them.
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../vectors/recurrence.json'), 'utf8'),
) as readonly (readonly [string, string, string, readonly string[]])[];

test('400 rules have the occurrences that python-dateutil gives', () => {
  expect(vectors).toHaveLength(400);
  for (const [rule, start, since, expected] of vectors)
    expect({ rule, start, since, found: of(rule, start, since) }).toEqual({ rule, start, since, found: expected });
});

test('the first Saturday of each month, the last working day, and 29 February', () => {
  expect(of('FREQ=MONTHLY;BYDAY=1SA', '2026-01-03T06:00', undefined, undefined, 3)).toEqual([
    '2026-01-03T06:00',
    '2026-02-07T06:00',
    '2026-03-07T06:00',
  ]);
  expect(
    of('RRULE:freq=monthly;byday=mo,tu,we,th,fr;bysetpos=-1', '2026-01-01T22:00', undefined, undefined, 2),
  ).toEqual(['2026-01-30T22:00', '2026-02-27T22:00']);
  expect(of('FREQ=YEARLY', '2024-02-29T00:00')).toEqual(['2024-02-29T00:00', '2028-02-29T00:00']);
});

test('a rule that ical.js never returns from ends with the span', () => {
  expect(of('FREQ=DAILY;INTERVAL=7;BYDAY=FR', '2026-01-01T06:00')).toEqual([]);
  expect(of('FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01T06:00')).toEqual([]);
  expect(of('FREQ=YEARLY;BYDAY=1MO;BYMONTH=3;BYSETPOS=2', '2026-01-01T06:00')).toEqual([]);
});

test('a count begins with the start, wherever the span begins; an end in UTC is judged in UTC', () => {
  expect(of('FREQ=DAILY;COUNT=3', '2026-01-01T06:00', '2026-01-03T00:00')).toEqual(['2026-01-03T06:00']);
  const rule = readRule('FREQ=DAILY;UNTIL=20260102T050000Z');
  const span = { from: 0, until: wall('2026-02-01T00:00') };
  // One hour ahead of UTC, as Berlin in winter.
  const isLater = (at: number): boolean => at - 3_600_000 > rule.until!.at;
  expect(occurrences(rule, wall('2026-01-01T06:00'), span, isLater).map(shown)).toEqual([
    '2026-01-01T06:00',
    '2026-01-02T06:00',
  ]);
});

describe('refused', () => {
  test.each([
    ['', 'parts NAME=VALUE with semicolons between them, the first is FREQ'],
    ['FREQ=SECONDLY', 'FREQ must be DAILY, WEEKLY, MONTHLY, YEARLY; for several times a day use BYHOUR'],
    ['INTERVAL=2', 'FREQ must be DAILY, WEEKLY, MONTHLY, YEARLY; for several times a day use BYHOUR'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL must be from 1 to 1000'],
    ['FREQ=DAILY;COUNT=99999', 'COUNT must be from 1 to 10000'],
    ['FREQ=DAILY;COUNT=3;UNTIL=20260101', 'COUNT and UNTIL exclude each other'],
    ['FREQ=DAILY;UNTIL=20260230', 'UNTIL must be a date such as 20261231, or a time such as 20261231T220000Z'],
    ['FREQ=DAILY;FOO=1', 'FOO is not supported'],
    ['FREQ=DAILY;FREQ=DAILY', 'FREQ is there twice'],
    ['FREQ=YEARLY;BYWEEKNO=20', 'BYWEEKNO is not supported'],
    ['FREQ=WEEKLY;BYDAY=XX', 'BYDAY must be days such as MO,TU, or 1SA and -1SU for the first and last of a month'],
    ['FREQ=WEEKLY;BYDAY=1MO', 'BYDAY with a number goes with FREQ=MONTHLY or YEARLY only'],
    ['FREQ=MONTHLY;BYMONTHDAY=32', 'BYMONTHDAY must be from 1 to 31, or negative from the end'],
    ['FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=0,5,10,15,20,25,30,35,40', 'at most 24 times a day'],
  ])('%s', (rule, message) => {
    expect(() => readRule(rule)).toThrow(new RangeError(message));
  });
});

test('any text is a rule with occurrences in order, or a RangeError', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'FREQ=DAILY',
      'FREQ=WEEKLY',
      'FREQ=MONTHLY',
      'FREQ=YEARLY',
      'INTERVAL=1000',
      'COUNT=10000',
      'BYDAY=-1SU',
    ),
    fc.constantFrom(
      'BYMONTH=2',
      'BYMONTHDAY=30',
      'BYHOUR=0,12',
      'BYSETPOS=-3',
      'WKST=SU',
      'UNTIL=99991231',
      'BYYEARDAY=366',
    ),
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), fc.integer({ min: -2e12, max: 4e12 }), (parts, start) => {
      let rule;
      try {
        rule = readRule(parts.join(';'));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      const found = occurrences(rule, start, { from: 1.7e12, until: 1.8e12 });
      expect(found).toEqual(found.toSorted((a, b) => a - b));
      expect(found.every((at) => at >= Math.max(start, 1.7e12) && at <= 1.8e12)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
