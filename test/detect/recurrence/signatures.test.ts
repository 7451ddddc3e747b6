import { describe, expect, test } from 'vitest';
import { Excursion } from '../../../src/detect/recurrence/excursion.ts';
import { FAULT, NORMAL } from '../../../src/detect/recurrence/signature-slots.ts';
import { PLACES, Signatures } from '../../../src/detect/recurrence/signatures.ts';
import { Memory } from '../../../src/math/memory.ts';
import { DAY_MS, HOUR_MS } from '../../../src/math/time.ts';

const MINUTE_MS = 60_000;
const STEP = 0.5;

interface Event {
  readonly at?: number;
  readonly from?: number;
  readonly to?: number;
  /** From the first to the last raised reading. */
  readonly minutes?: number;
  /** At `to`; then it is near `from` again. */
  readonly away?: number;
  readonly evidence?: number;
}

/** An excursion of one reading a minute that goes to `to` at once and is back after its last reading, or before. */
const excursionOf = ({ at = 0, from = 80, to = 20, minutes = 30, away = minutes, evidence = 2 }: Event): Excursion => {
  const excursion = new Excursion(new Memory(), 0.5);
  const valueAt = (m: number): number => (m < 0 || m > away ? from : to);
  for (let m = 0; m <= minutes; m++) excursion.follow(at + m * MINUTE_MS, valueAt(m), valueAt(m - 1), evidence);
  return excursion;
};

class Table {
  readonly signatures = new Signatures(new Memory());

  /** Adds an event that has ended; its place. */
  add(event: Event): number {
    return this.signatures.add(excursionOf(event), STEP, MINUTE_MS, this.dayOf(event), DAY_MS);
  }

  /** Past spells like an event that may be still open. */
  like(event: Event): number {
    return this.signatures.spellsLike(excursionOf(event), STEP, MINUTE_MS, this.dayOf(event));
  }

  private dayOf({ at = 0 }: Event): number {
    return (at % DAY_MS) / DAY_MS;
  }
}

describe('an event that was seen once, 80 to 20 for half an hour,', () => {
  const table = new Table();
  table.add({});

  test.each<[string, Event]>([
    ['the same', {}],
    ['its beginning', { minutes: 3 }],
    ['a fifth further', { to: 9 }],
    ['a fifth less far', { to: 31 }],
    ['half as long again', { minutes: 45 }],
    ['two fifths larger', { evidence: 2.8 }],
  ])('is like %s', (_, event) => {
    expect(table.like(event)).toBe(1);
  });

  test.each<[string, Event]>([
    ['one that goes further', { to: 0 }],
    ['one that starts elsewhere', { from: 50 }],
    ['one that rises', { to: 140 }],
    ['one twice as long', { minutes: 65 }],
    ['one half as large again', { evidence: 3 }],
    ['one that does not go so far, for all of its time', { to: 60 }],
    ['one that begins where it ends', { from: 20, to: 80 }],
  ])('is not like %s', (_, event) => {
    expect(table.like(event)).toBe(0);
  });
});

test('a wash of two hours that heats for 25 minutes: one that heats for 30 is like it, one that heats for 60 is not', () => {
  const table = new Table();
  const wash = { from: 1, to: 2000, minutes: 120 };
  expect([25, 20, 60, 30].map((away, day) => table.add({ ...wash, away, at: day * DAY_MS }))).toEqual([0, 0, 1, 0]);
  expect(table.like({ ...wash, away: 30 })).toBe(4); // it may be still open, so it may become the one of 60 too
  expect(table.like({ ...wash, away: 60 })).toBe(1);
});

test('like events share a place, which has the mean of their values and the geometric mean of their duration', () => {
  const table = new Table();
  expect([
    table.add({}),
    table.add({ at: DAY_MS, to: 22, minutes: 20 }),
    table.add({ at: 2 * DAY_MS, to: 60 }),
  ]).toEqual([0, 0, 1]);
  expect(table.signatures.at(0)).toMatchObject({
    from: 80,
    to: 21,
    events: 2,
    firstAt: 0,
    lastAt: DAY_MS + 20 * MINUTE_MS,
  });
  expect(table.signatures.at(0).awayMs / MINUTE_MS).toBeCloseTo(Math.sqrt(31 * 21), 9);
});

test('events within a day of the first are one spell', () => {
  const table = new Table();
  const spells = [0, 6, 12, 18, 24, 30].map((hour) => {
    const place = table.add({ at: hour * HOUR_MS });
    return [table.signatures.spells(place), table.signatures.beganSpell(place, excursionOf({ at: hour * HOUR_MS }))];
  });
  expect(spells).toEqual([
    [1, true],
    [1, false],
    [1, false],
    [1, false],
    [2, true],
    [2, false],
  ]);
});

test('at its time of day an event counts fully, at another one little, if it never came there', () => {
  const table = new Table();
  for (let day = 0; day < 10; day++) table.add({ at: day * DAY_MS + 8 * HOUR_MS });
  // 8:00 is in the third of eight parts, 14:00 in the fifth. There: 10 (8 x 0 + 3) / (10 + 3).
  expect(table.like({ at: 20 * DAY_MS + 8 * HOUR_MS })).toBe(10);
  expect(table.like({ at: 20 * DAY_MS + 14 * HOUR_MS })).toBeCloseTo((10 * 3) / 13, 12);
  // 10:00 is in the part after it: a quarter of them counts there.
  expect(table.like({ at: 20 * DAY_MS + 10 * HOUR_MS })).toBe(10);
});

test('where the operator has named all 32, the one with the fewest spells gives way', () => {
  const table = new Table();
  for (let n = 0; n < PLACES; n++) {
    const place = table.add({ to: 100_000 * 2 ** n });
    if (n !== 7) table.add({ at: 2 * DAY_MS, to: 100_000 * 2 ** n });
    table.signatures.setState(place, n % 2 === 0 ? FAULT : NORMAL);
  }
  expect(table.add({ to: 20 })).toBe(7);
});

test('there are 32 places: a new signature takes that with the fewest spells, never one that the operator named', () => {
  const table = new Table();
  table.signatures.setState(table.add({ to: 10_000 }), FAULT);
  table.signatures.setState(table.add({ to: 20_000 }), NORMAL);
  for (let day = 0; day < 3; day++) table.add({ at: day * DAY_MS, to: 30_000 });
  for (let n = 0; n < 3 * PLACES; n++) table.add({ at: n * HOUR_MS, to: 100_000 * 2 ** n });
  expect(table.signatures.state(0)).toBe(FAULT);
  expect(table.like({ to: 20_000 })).toBe(Infinity);
  expect(table.signatures.at(2)).toMatchObject({ to: 30_000, events: 3 });
  const places = Array.from({ length: PLACES }, (_, place) => table.signatures.at(place).to);
  expect(new Set(places).size).toBe(PLACES);
});

test('a fault is like nothing, what is normal comes infinitely often', () => {
  const table = new Table();
  const place = table.add({});
  table.signatures.setState(place, FAULT);
  expect(table.like({})).toBe(0);
  table.signatures.setState(place, NORMAL);
  expect(table.like({})).toBe(Infinity);
});
