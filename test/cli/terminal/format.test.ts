import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anomalyLine, count, shortDuration, table } from '../../../src/cli/terminal/format.ts';
import type { Anomaly } from '../../../src/detect/episode/anomaly.ts';
import { shortTime } from '../../../src/detect/episode/short-time.ts';
import { anomaly } from '../anomaly.ts';

const line = (rest?: Partial<Anomaly>): string => stripVTControlCharacters(anomalyLine(anomaly(rest)));

test('an anomaly is one line: when, how long, how bad, why', () => {
  expect(line()).toBe(
    '2026-11-23 08:15  open      major     process    2.35  hall jumped to 30 °C; 20 °C was expected, usually 19 to 21 °C.',
  );
  const endAt = anomaly().startAt + 12.5 * 60_000;
  expect(line({ endAt, severity: 'critical', score: 104 })).toBe(
    '2026-11-23 08:15  12.5 min  critical  process  104.00  hall jumped to 30 °C; 20 °C was expected, usually 19 to 21 °C.',
  );
  expect(line({ endAt: anomaly().startAt, severity: 'minor' })).toBe(
    '2026-11-23 08:15  once      minor     process    2.35  hall jumped to 30 °C; 20 °C was expected, usually 19 to 21 °C.',
  );
});

test('one that is part of another incident says of which', () => {
  expect(line({ kind: 'drift', incident: 'hall-p1' })).toMatch(/major {5}drift {6}2\.35 {2}hall jumped .*21 °C\.$/);
  expect(line({ incident: 'attic-p0' })).toMatch(/21 °C\. \(with attic-p0\)$/);
});

test('times are short and UTC', () => {
  expect(shortTime(Date.UTC(2026, 0, 5, 7, 3, 59, 999))).toBe('2026-01-05 07:03');
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [45_000, '45 s'],
  [90_000, '1.5 min'],
  [1_500_000, '25 min'],
  [27_000_000, '7.5 h'],
  [86_400_000, '1 d'],
  [1_814_400_000, '21 d'],
])('%i ms are %s', (ms, text) => {
  expect(shortDuration(ms)).toBe(text);
});

test('a short duration is off by at most a twentieth of its unit', () => {
  const size = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  fc.assert(
    fc.property(fc.nat(10 ** 10), (ms) => {
      const [number, unit] = shortDuration(ms).split(' ') as [string, keyof typeof size];
      expect(Math.abs(Number(number) * size[unit] - ms)).toBeLessThanOrEqual(size[unit] / 20);
    }),
  );
});

test('things are counted as one would say it', () => {
  expect([0, 1, 2].map((n) => count(n, 'false alarm'))).toEqual(['no false alarms', '1 false alarm', '2 false alarms']);
  expect(count(2, 'series', 'series')).toBe('2 series');
});

test('columns are as wide as their widest cell, numbers stand to the right, no line ends in blanks', () => {
  expect(
    table(
      ['fault', 'delay', 'named'],
      [
        ['spike', '1 min', 'flow'],
        ['level-shift', 'at once', ''],
      ],
      [1],
    ).split('\n'),
  ).toEqual([
    'fault          delay  named',
    '───────────  ───────  ─────',
    'spike          1 min  flow',
    'level-shift  at once',
  ]);
  expect(table(['a', 'b'], [], [])).toBe('a  b\n─  ─');
});
