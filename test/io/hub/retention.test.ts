import { expect, test } from 'vitest';
import { forgetOld } from '../../../src/io/hub/retention.ts';
import { hubDatabase } from '../../app/hub/database.ts';

const DAY = 86_400_000;
const BEFORE = 1_000 * DAY;

test('rows that ended before the time are deleted; open ones and newer ones stay', async () => {
  const db = await hubDatabase();
  const insert = async (table: string, row: Readonly<Record<string, string | number | null>>): Promise<void> => {
    const columns = Object.keys(row);
    const places = columns.map((_, i) => `$${i + 1}`);
    await db.write([
      {
        text: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`,
        values: Object.values(row),
      },
    ]);
  };
  const [old, young] = [BEFORE - 1, BEFORE];
  for (const [id, at, closed] of [
    ['old', old, 1],
    ['open', old, 0],
    ['young', young, 1],
  ] as const) {
    const own = { site: 'n', id, at, closed, severity: 'minor', start_at: old, reason: '' };
    await insert('hub_alarm', { ...own, stream: 'p', series: 'p', kind: 'process', opened_at: old, unit: '' });
    await insert('hub_incident', { ...own, episodes: 1, open: 1, series: '[]' });
    const closedAt = closed === 1 ? at : null;
    await insert('hub_alert', {
      ...{ id, about: 'site', subject: 'n', opened_at: old, closed_at: closedAt, reason: '', unsent: 0 },
    });
  }
  for (const [id, at] of [
    ['old', old],
    ['young', young],
  ] as const)
    await insert('hub_command', { id, site: 'n', command: 'mute', sender: 'Ada', at });
  for (const day of [999, 1000]) await insert('hub_day', { site: 'n', slug: 'p', day, count: 1, sum: 1, squares: 1 });

  await forgetOld(db, BEFORE);
  const ids = async (table: string): Promise<readonly unknown[]> =>
    (await db.read<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);
  expect(await ids('hub_alarm')).toEqual(['open', 'young']);
  expect(await ids('hub_incident')).toEqual(['open', 'young']);
  expect(await ids('hub_alert')).toEqual(['open', 'young']);
  expect(await ids('hub_command')).toEqual(['young']);
  expect(await db.read('SELECT day FROM hub_day')).toEqual([{ day: 1000 }]);
});
