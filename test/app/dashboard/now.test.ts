import { afterEach, describe, expect, test } from 'vitest';
import { dueOf } from '../../../src/app/dashboard/now/habits.ts';
import { rowsOf } from '../../../src/app/dashboard/now/rows.ts';
import { SPARK_MS, Sparks } from '../../../src/app/dashboard/now/sparks.ts';
import { Now } from '../../../src/app/dashboard/routes/now.ts';
import type { PipelineView } from '../../../src/app/pipeline/view.ts';
import { siteOf, World } from '../world.ts';
import { opened } from './database.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A running pipeline, and how it gets a reading of a series at a time. */
const plant = () => {
  const world = new World(
    siteOf({ tuning: { network: false, warmup: 100 }, groups: { pump: { series: ['p-a', 'p-b'] } } }),
  );
  cleanUps.push(() => {
    world.stop();
  });
  const send = (series: string, value: number, at: number): void => {
    world.send(`s/${series}`, String(value), { receivedAt: at });
  };
  return { send, view: (): PipelineView => world.view! };
};

describe('a row', () => {
  test('is one for each stream; a group has the values of its leading series', () => {
    const { send, view } = plant();
    for (let i = 0; i < 10; i++) send('boiler', 20 + (i % 3), i * MINUTE);
    const rows = rowsOf(view());
    expect(rows.map(({ stream, series, state }) => [stream, series, state])).toEqual([
      ['pump', 2, 'learning'],
      ['boiler', 1, 'learning'],
    ]);
    expect(rows[1]).toMatchObject({ value: 20, warmup: expect.closeTo(0.1, 1) as number, muted: false, frozen: false });
    expect(rows[0]).toMatchObject({ value: null, leading: 'p-a' });
  });
});

test('a sparkline has a point in two minutes, as long as there is a stream', () => {
  const { send, view } = plant();
  let now = 0;
  const sparks = new Sparks(view, () => now);
  cleanUps.push(() => {
    sparks.stop();
  });
  send('boiler', 20, 0);
  sparks.look();
  send('boiler', 21, MINUTE);
  now = SPARK_MS - 1;
  sparks.look();
  expect(sparks.of('boiler')).toEqual([20]);
  now = SPARK_MS;
  sparks.look();
  expect(sparks.of('boiler')).toEqual([20, 21]);
  for (let i = 0; i < 100; i++) {
    now += SPARK_MS;
    sparks.look();
  }
  expect(sparks.of('boiler')).toHaveLength(60);
  expect(sparks.of('nothing')).toEqual([]);
});

test('a habit that comes 7 times a week is due a day after it came last', () => {
  expect(dueOf({ lastAt: 3 * DAY, perWeek: 7 })).toBe(4 * DAY);
});

test('after the whole state only rows that have changed are sent', () => {
  const { send, view } = plant();
  const now = new Now({ db: opened(), now: () => 0, pipeline: view });
  cleanUps.push(() => {
    now.close();
  });
  send('boiler', 20, 0);
  send('hall', 20, 0);
  const source = now.channel.open('')!;
  source.change();
  expect(source.change()).toBeNull();
  send('hall', 21, MINUTE);
  const change = source.change() as { readonly rows: readonly { readonly stream: string; readonly value: number }[] };
  expect(change.rows.map(({ stream, value }) => [stream, value])).toEqual([['hall', 21]]);
  expect(Object.keys(change)).toEqual(['rows']);
  expect(source.change()).toBeNull();
  const whole = source.whole() as { readonly rows: readonly unknown[]; readonly cases: readonly unknown[] };
  expect([whole.rows.length, whole.cases]).toEqual([3, []]);
});
