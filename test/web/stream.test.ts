import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { HistoryBody } from '../../src/app/dashboard/contract/stream.ts';
import { columnsOf, placeOf, valueRange, type Recent } from '../../src/web/pages/stream/columns.ts';
import { Tiles, tileOf } from '../../src/web/pages/stream/tiles.ts';
import {
  following,
  isLive,
  lastOf,
  MAX_SPAN,
  MIN_SPAN,
  pan,
  spanOf,
  within,
  zoom,
  type View,
} from '../../src/web/pages/stream/view.ts';
import { fuzz } from '../fuzz.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 12);

const anyView: fc.Arbitrary<View> = fc
  .tuple(fc.integer({ min: NOW - 400 * DAY, max: NOW }), fc.integer({ min: MIN_SPAN, max: MAX_SPAN }))
  .map(([from, span]) => ({ from, until: from + span }));

describe('the view', () => {
  test('of the last day shows the present, and follows it with the same length', () => {
    const view = lastOf(DAY, NOW);
    expect([view.from, isLive(view, NOW)]).toEqual([NOW - DAY, true]);
    const later = following(view, NOW + HOUR);
    expect(later.from - view.from).toBeCloseTo(HOUR, 3);
    expect(spanOf(later)).toBeCloseTo(spanOf(view), 3);
  });

  test('keeps the time under the cursor when it zooms', () => {
    fc.assert(
      fc.property(
        anyView,
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (view, factor, share) => {
          const at = view.from + share * spanOf(view);
          const closer = zoom(view, factor, at);
          expect(Math.abs((at - closer.from) / spanOf(closer) - share)).toBeLessThan(1e-6);
          expect(spanOf(closer)).toBeGreaterThanOrEqual(MIN_SPAN - 1);
          expect(spanOf(closer)).toBeLessThanOrEqual(MAX_SPAN + 1);
        },
      ),
      fuzz(200),
    );
  });

  test('never leaves the time that there is', () => {
    fc.assert(
      fc.property(anyView, fc.double({ min: -50, max: 50, noNaN: true }), (view, share) => {
        const kept = within(pan(view, share), NOW - 100 * DAY, NOW);
        expect(kept.from).toBeLessThanOrEqual(NOW);
        expect(kept.until).toBeGreaterThan(NOW - 100 * DAY);
        expect(spanOf(kept)).toBeCloseTo(spanOf(view), 0);
      }),
      fuzz(200),
    );
  });
});

const bodyOf = (window: View, rest: Partial<HistoryBody> = {}): HistoryBody => ({
  ...{ series: 'a', label: null, stream: 'a', unit: '', now: NOW, from: window.from, until: window.until },
  ...{ bucketMs: MINUTE, storedMs: MINUTE, oldest: NOW - DAY, kept: true, at: [], kinds: [] },
  columns: {
    ...{ count: [], min: [], max: [], mean: [], expected: [], lower: [], upper: [], gapFrom: [], gapTo: [] },
    ...{ score: [], kind: [], networkLoss: [], baselineLoss: [] },
  },
  ...rest,
});

describe('the windows', () => {
  test('cover the view with room on each side, and are the same for views nearby', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const tile = tileOf(view);
        expect(tile.from).toBeLessThanOrEqual(view.from);
        expect(tile.until).toBeGreaterThanOrEqual(view.until);
        expect(spanOf(tile)).toBeLessThanOrEqual(3 * Math.SQRT2 * spanOf(view) * (1 + 1e-9));
      }),
      fuzz(300),
    );
    const keys = new Set(Array.from({ length: 20 }, (_, n) => tileOf(pan(lastOf(DAY, NOW), n / 100)).key));
    expect(keys.size).toBeLessThanOrEqual(2);
  });

  test('are asked for once, one at a time; until one is here the nearest is shown', async () => {
    const asked: View[] = [];
    const answers: ((body: HistoryBody) => void)[] = [];
    const tiles = new Tiles((window) => {
      asked.push(window);
      return new Promise((resolve) => answers.push(resolve));
    });
    const onRead = vi.fn();
    const [day, hour] = [lastOf(DAY, NOW), lastOf(HOUR, NOW)];
    expect(tiles.for(day, onRead, onRead)).toBeNull();
    expect(tiles.for(pan(day, 0.01), onRead, onRead)).toBeNull();
    expect(tiles.for(hour, onRead, onRead)).toBeNull(); // one is on its way
    expect(asked).toHaveLength(1);
    answers[0](bodyOf(asked[0]));
    await vi.waitFor(() => {
      expect(onRead).toHaveBeenCalledTimes(1);
    });
    const wide = tiles.for(day, onRead, onRead);
    expect(wide).not.toBeNull();
    expect(tiles.for(hour, onRead, onRead)).toBe(wide);
    expect(asked).toHaveLength(2);
    answers[1](bodyOf(asked[1]));
    await vi.waitFor(() => {
      expect(tiles.for(hour, onRead, onRead)).not.toBe(wide);
    });
    expect(tiles.for(day, onRead, onRead)).toBe(wide);
    expect(asked).toHaveLength(2);
    // What reaches behind its time of reading is read anew, and shown meanwhile.
    tiles.refresh();
    expect(tiles.for(day, onRead, onRead)).toBe(wide);
    expect(asked).toHaveLength(3);
  });

  test('a failure is said, and the next move asks again', async () => {
    let fail = true;
    const tiles = new Tiles((window) => (fail ? Promise.reject(new Error('gone')) : Promise.resolve(bodyOf(window))));
    const onError = vi.fn();
    const view = lastOf(DAY, NOW);
    tiles.for(view, () => undefined, onError);
    await vi.waitFor(() => {
      expect(onError).toHaveBeenCalledWith(new Error('gone'));
    });
    fail = false;
    tiles.for(view, () => undefined, onError);
    await vi.waitFor(() => {
      expect(tiles.for(view, () => undefined, onError)).not.toBeNull();
    });
  });
});

describe('the columns', () => {
  const recent: Recent = {
    at: [NOW - 30_000, NOW + 10_000, NOW + 20_000],
    value: [1, 2, null],
    expected: [1, 2, 3],
    lower: [0, 1, 2],
    upper: [2, 3, 4],
    gapFrom: [null, 1.5, null],
    gapTo: [null, 2.5, null],
    score: [0, 0, 0],
  };
  const at = [NOW - 60 * MINUTE, NOW - 59 * MINUTE, NOW - 58 * MINUTE, NOW - 2 * MINUTE, NOW - MINUTE / 4];
  const numbers = at.map((_, k) => 20 + k);
  const window = lastOf(HOUR, NOW);
  const body = bodyOf(window, {
    at,
    columns: {
      ...bodyOf(window).columns,
      ...{
        mean: numbers,
        min: numbers,
        max: numbers,
        expected: numbers,
        lower: numbers.map((x) => x - 1),
        upper: numbers.map((x) => x + 1),
      },
    },
  });

  test('ascend in time, have a gap in a pause, and behind the history the newer readings, each once', () => {
    const columns = columnsOf(body, recent);
    expect(columns.at).toEqual([...columns.at].sort((a, b) => a - b));
    expect(new Set(columns.at).size).toBe(columns.at.length);
    expect(columns.mean).toEqual([20, 21, 22, null, 23, 24, 2, null]);
    expect(columns.at.slice(-3)).toEqual([NOW, NOW + 10_000, NOW + 20_000]);
    expect([columns.twoIntervals, columns.gapFrom.at(-2), columns.gapTo.at(-2)]).toEqual([true, 1.5, 2.5]);
    // A band of one interval has its halves side by side.
    expect([columns.gapFrom[0], columns.gapTo[0]]).toEqual([20, 20]);
  });

  test('without a history begin with the first reading', () => {
    expect(columnsOf(null, recent).mean).toEqual([1, 2, null]);
  });

  test.each([0, 20, -5, 1e9, 1e-7])('a series that stays at %d has a chart with a height', (value) => {
    const still = bodyOf(window, {
      at: at.slice(0, 1),
      columns: {
        ...body.columns,
        min: [value],
        max: [value],
        mean: [value],
        expected: [value],
        lower: [value],
        upper: [value],
      },
    });
    const columns = columnsOf(still, { ...recent, at: [] });
    const [low, high] = valueRange(columns, 0, 1);
    expect(high - low).toBeGreaterThan(1e-6 * Math.abs(value));
    expect(high - low).toBeGreaterThan(0.5);
  });

  test('a band that is far wider than the values leaves them half of the height', () => {
    const columns = columnsOf(
      bodyOf(window, {
        at: at.slice(0, 3),
        columns: {
          ...body.columns,
          min: [0, 1, 2],
          max: [0, 1, 2],
          mean: [0, 1, 2],
          lower: [-500, -1, 1],
          upper: [1, 2, 900],
        },
      }),
      { ...recent, at: [] },
    );
    const [low, high] = valueRange(columns, 0, placeOf(columns.at, NOW));
    expect(high - low).toBeLessThan(60);
    expect([low < 0, high > 2]).toEqual([true, true]);
  });
});
