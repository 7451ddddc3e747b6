import { expect, test } from 'vitest';
import { MemoryRoom, type MemoryUse } from '../../../src/app/health/memory-room.ts';
import { MemoryShort } from '../../../src/app/health/rules.ts';
import type { VitalSigns } from '../../../src/app/health/vital-signs.ts';
import { warnOfMemory } from '../../../src/app/service/memory-warning.ts';

const MB = 2 ** 20;
const SYSTEMD = { high: 256 * MB, max: 384 * MB };
const use = (rss: number, heap = 20, limits: MemoryUse['limits'] = SYSTEMD): MemoryUse => ({
  ...{ rss: rss * MB, heap: heap * MB, heapLimit: 200 * MB },
  limits,
});

test('there is room up to nine tenths of the lower limit, or of the heap', () => {
  const roomWith = (...given: Parameters<typeof use>): boolean => {
    const { limits, ...measured } = use(...given);
    return new MemoryRoom(
      limits,
      () => 0,
      () => measured,
    ).hasRoom();
  };
  expect(roomWith(230)).toBe(true);
  expect(roomWith(231)).toBe(false);
  expect(roomWith(231, 20, { high: null, max: 384 * MB })).toBe(true);
  expect(roomWith(2310, 20, { high: null, max: null })).toBe(true);
  expect(roomWith(100, 181)).toBe(false);
});

test('a no is kept for 5 s, a yes is asked each time', () => {
  let now = 0;
  let rss = 100;
  const room = new MemoryRoom(
    SYSTEMD,
    () => now,
    () => use(rss),
  );
  expect(room.hasRoom()).toBe(true);
  rss = 240;
  expect(room.hasRoom()).toBe(false);
  rss = 100;
  now = 4_999;
  expect(room.hasRoom()).toBe(false);
  now = 5_000;
  expect(room.hasRoom()).toBe(true);
});

test('the problem names the limit that is met first, and ends below 85 %', () => {
  const rule = new MemoryShort();
  const textOf = (memory: MemoryUse | null): string | undefined =>
    rule.check({ memory } as VitalSigns).map(({ code, text }) => `${code}: ${text}`)[0];
  const rest = 'New series are not admitted. Raise the limit (docs/systemd.md), or read fewer series.';
  expect(textOf(use(230))).toBeUndefined();
  expect(textOf(use(240))).toBe(`memory: The service has 240 MB of memory; above 256 MB the kernel slows it. ${rest}`);
  expect(textOf(use(220))).toContain('220 MB');
  expect(textOf(use(217))).toBeUndefined();
  expect(textOf(use(380, 20, { high: null, max: 384 * MB }))).toBe(
    `memory: The service has 380 MB of memory; above 384 MB the kernel kills it. ${rest}`,
  );
  expect(textOf(use(150, 190))).toBe(
    `memory: The heap of Node.js has 190 of 200 MB (--max-old-space-size); a full one ends the service. ${rest}`,
  );
  expect(textOf(null)).toBeUndefined();
});

test('a start with more streams than fit warns before it restores them', () => {
  const lines: unknown[] = [];
  const log = (...line: unknown[]): void => void lines.push(line);
  warnOfMemory(1_000, SYSTEMD, log);
  warnOfMemory(100_000, { high: null, max: null }, log);
  expect(lines).toEqual([]);
  // 90 MiB and 2,000 times 141 KiB are 365 MiB; (256 - 90) MiB / 141 KiB are 1,205 streams.
  warnOfMemory(2_000, SYSTEMD, log);
  expect(lines).toEqual([
    [
      'warn',
      { streams: 2_000, neededMegabytes: 365, limitMegabytes: 256 },
      'the memory limit is too low for these streams: about 1205 fit. Raise it (docs/systemd.md), or lower max_series',
    ],
  ]);
});
