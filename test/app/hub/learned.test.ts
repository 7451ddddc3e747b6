import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choose } from '../../../src/app/hub/learned/choose.ts';
import { roomFor } from '../../../src/app/hub/learned/room.ts';
import type { LearnedRow } from '../../../src/io/hub/learned.ts';

const row = (subject: string, more: Partial<LearnedRow> = {}): LearnedRow => {
  const [site, stream] = subject.split('/');
  const about = { version: 1, shape: '', series: '[]', units: '[]', sha256: '' };
  return { site, stream, stored_at: 1, at: 1, samples: 100, size: 10, ...about, ...more };
};

describe('room for a state', () => {
  const drop = (...args: Parameters<typeof roomFor>): string[] | null =>
    roomFor(...args)?.map(({ stream, stored_at }) => `${stream} ${stored_at}`) ?? null;
  const stored = [
    row('n/a', { stored_at: 1 }),
    row('n/a', { stored_at: 3 }),
    row('n/b', { stored_at: 2 }),
    row('n/b', { stored_at: 4 }),
  ];

  test('a third version of a stream replaces its oldest one', () => {
    expect(drop({ stream: 'a', size: 10 }, stored, { versions: 2, bytes: 100 })).toEqual(['a 1']);
    expect(drop({ stream: 'c', size: 10 }, stored, { versions: 2, bytes: 100 })).toEqual([]);
  });

  test('a full site drops the oldest state of which there is a newer one, and never the newest of another stream', () => {
    expect(drop({ stream: 'c', size: 10 }, stored, { versions: 2, bytes: 40 })).toEqual(['a 1']);
    expect(drop({ stream: 'c', size: 10 }, stored, { versions: 2, bytes: 30 })).toEqual(['a 1', 'b 2']);
    expect(drop({ stream: 'c', size: 10 }, stored, { versions: 2, bytes: 29 })).toBeNull();
    expect(drop({ stream: 'a', size: 20 }, stored, { versions: 2, bytes: 30 })).toEqual(['a 1', 'b 2', 'a 3']);
  });

  test('after any requests no limit is exceeded', () => {
    const requests = fc.array(
      fc.record({ stream: fc.constantFrom('a', 'b', 'c'), size: fc.integer({ min: 1, max: 60 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        requests,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 20, max: 200 }),
        (all, versions, bytes) => {
          let kept: LearnedRow[] = [];
          all.forEach(({ stream, size }, at) => {
            const dropped = roomFor({ stream, size }, kept, { versions, bytes });
            const newest = new Set(kept.map((each) => each.stream));
            if (dropped !== null)
              kept = [...kept.filter((each) => !dropped.includes(each)), row(`n/${stream}`, { size, stored_at: at })];
            expect(kept.reduce((sum, each) => sum + each.size, 0)).toBeLessThanOrEqual(bytes);
            for (const name of newest) expect(kept.some((each) => each.stream === name)).toBe(true);
            for (const name of ['a', 'b', 'c'])
              expect(kept.filter((each) => each.stream === name).length).toBeLessThanOrEqual(versions);
          });
        },
      ),
    );
  });
});

describe('the choice of states', () => {
  const stored = [
    row('north/pump-1', { samples: 500 }),
    row('north/pump-1', { samples: 900, stored_at: 0 }),
    row('west/pump-1', { samples: 700 }),
    row('west/pump-9', { samples: 800 }),
    row('south/pump-1', { samples: 9_999 }),
    row('west/boiler', { samples: 50 }),
  ];
  const pumps = [{ name: 'pumps', series: ['*/pump-*'] }];
  const from = (streams: string[], more: object = {}, classes = pumps) =>
    choose({ site: 'south', streams, from: null, map: {}, ...more }, stored, classes).map(
      ({ donor }) => donor && `${donor.site}/${donor.stream} ${donor.samples}`,
    );

  test('the stream of the same name that has learned most, by its newest state; its own only when it is named', () => {
    expect(from(['pump-1', 'boiler', 'door'])).toEqual(['west/pump-1 700', 'west/boiler 50', null]);
    expect(from(['pump-1'], { from: 'north' })).toEqual(['north/pump-1 500']);
    expect(from(['pump-1'], { from: 'south' })).toEqual(['south/pump-1 9999']);
  });

  test('without one of its name a like asset; without a class nothing', () => {
    expect(from(['pump-77'])).toEqual(['west/pump-9 800']);
    expect(from(['pump-77'], {}, [])).toEqual([null]);
  });

  test('a map comes first, also where what it names is not there', () => {
    expect(from(['pump-1'], { map: { 'pump-1': 'boiler' } })).toEqual(['west/boiler 50']);
    expect(from(['pump-1'], { map: { 'pump-1': 'north/pump-1' } })).toEqual(['north/pump-1 500']);
    expect(from(['pump-1'], { map: { 'pump-1': 'north/boiler' } })).toEqual([null]);
  });
});
