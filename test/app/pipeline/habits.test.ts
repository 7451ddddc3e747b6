import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/math/time.ts';
import { FIRST_STROKE, strokes } from '../../strokes.ts';
import { siteOf, Tape, World } from '../world.ts';

const site = siteOf({ inputs: [{ topic: 's/+', name: '{1}', unit: '%' }], tuning: { network: false } });
const readings = strokes(20);

const feed = (world: World, from: number, until: number): World => {
  for (const { at, value } of readings.slice(from, until)) world.send('s/sump', String(value), { receivedAt: at });
  return world;
};
const steady = feed(new World(site), 0, readings.length);

describe('a pump that runs four times a day', () => {
  test('is a habit after a few days: its row is written, then it is published and logged, once', () => {
    const [habit, ...more] = steady.habits;
    expect(more).toEqual([]);
    expect(habit).toMatchObject({ stream: 'sump', series: 'sump', unit: '%', since: FIRST_STROKE });
    expect(habit.at - FIRST_STROKE).toBeLessThan(5 * DAY_MS);
    expect(habit.reason).toBe(
      'sump drops from 80 % to 20 % about 4 times a day; zankyo treats this as normal from now on.',
    );
    expect(steady.journal.filter((line) => line.includes('habit'))).toEqual([
      `row ${habit.id}, habit`,
      'alert habit sump',
    ]);
    expect(steady.notes.filter(({ message }) => message.startsWith('habit'))).toEqual([
      { level: 'info', fields: { series: 'sump', id: habit.id }, message: `habit: ${habit.reason}` },
    ]);
  });

  test('is no alarm from then on', () => {
    expect(steady.events.filter(({ phase }) => phase === 'opened').length).toBeGreaterThan(0);
    expect(steady.events.filter(({ phase, at }) => phase === 'opened' && at > steady.habits[0].at)).toEqual([]);
  });

  test('with each snapshot, the rows of the stream are its habits of that moment', () => {
    const [row, ...more] = steady.habitRows.get('sump')!;
    expect(more).toEqual([]);
    expect(row.id).toBe(steady.habits[0].id);
    expect(row.lastAt).toBeGreaterThan(readings.at(-1)!.at - 2 * DAY_MS);
    expect(row.perWeek).toBeCloseTo(28, -1);
  });
});

test('a restart, with the journal or a snapshot, does not announce a habit again', () => {
  const habitAt = readings.findIndex(({ at }) => at >= steady.habits[0].at);
  const tape = new Tape();
  const before = feed(new World(site, { ledger: tape }), 0, habitAt + 1);
  expect(before.habits).toHaveLength(1);

  const replayed = new World(site, { ledger: tape });
  feed(replayed, habitAt + 1, readings.length);
  before.stop();
  const restored = feed(new World(site, {}, before.snapshots.values()), habitAt + 1, readings.length);
  for (const after of [replayed, restored]) {
    expect(after.habits).toEqual([]);
    const [{ id, from, to, lengthMs, lastAt }] = steady.habitRows.get('sump')!;
    expect(after.habitRows.get('sump')).toMatchObject([{ id, from, to, lengthMs, lastAt }]);
  }
});

test('a reading of another series of the group does not announce it again', () => {
  const pair = siteOf({
    inputs: [{ topic: 's/+', name: '{1}', unit: '%' }],
    tuning: { network: false },
    groups: { pair: { series: ['sump', 'other'] } },
  });
  const world = new World(pair);
  for (const { at, value } of readings) {
    if (world.habits.length === 0) world.send('s/sump', String(value), { receivedAt: at });
    world.send('s/other', String(5 + Math.sin(at / HOUR_MS)), { receivedAt: at + 1 });
  }
  expect(world.habits).toMatchObject([{ stream: 'pair', series: 'sump' }]);
});
