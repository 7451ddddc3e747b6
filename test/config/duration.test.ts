import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../src/config/duration.ts';

test.each([
  ['0s', 0],
  ['30s', 30_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  ['1h30m', 5_400_000],
  ['90m', 5_400_000],
  ['1w2d3h4m5s', 604_800_000 + 172_800_000 + 10_800_000 + 240_000 + 5000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

describe('is no duration:', () => {
  test.each(['', '5', 's', '1.5h', '-5s', '5 s', '5S', '5ms', '1m1h', '1h1h', '1y', '1234567s', ' 5s', '5s '])(
    '"%s"',
    (text) => {
      expect(() => parseDuration(text)).toThrow(RangeError);
    },
  );
});

test('the parts add up, and no duration that can be written leaves the safe integers', () => {
  const count = fc.nat(999_999);
  fc.assert(
    fc.property(count, count, count, count, count, (w, d, h, m, s) => {
      const ms = parseDuration(`${w}w${d}d${h}h${m}m${s}s`);
      expect(ms).toBe(((((w * 7 + d) * 24 + h) * 60 + m) * 60 + s) * 1000);
      expect(Number.isSafeInteger(ms)).toBe(true);
    }),
  );
});
