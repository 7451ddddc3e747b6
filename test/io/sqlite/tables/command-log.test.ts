import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { AnomalyLog } from '../../../../src/io/sqlite/tables/anomaly-log.ts';
import { CommandLog } from '../../../../src/io/sqlite/tables/command-log.ts';
import { openDatabase } from '../../../../src/io/sqlite/database.ts';
import type { CommandRecord, Label, Snapshot } from '../../../../src/stream/ports/ports.ts';
import { anomaly } from '../../../cli/anomaly.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-commands-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;
const opened = () => {
  const db = openDatabase(join(directory, `${files++}.db`));
  return { db, log: new CommandLog(db) };
};

const T = 1_700_000_000_000;

const record = (rest: Partial<CommandRecord> = {}): CommandRecord => ({
  row: null,
  id: 'a1',
  at: T,
  source: 'mqtt',
  by: 'ada',
  command: 'freeze',
  series: 'hall',
  request: '{"command":"freeze"}',
  status: 'done',
  code: null,
  reply: '{"text":"done"}',
  undo: '{}',
  ...rest,
});

test('a command is found by its id, with its answer, and whether it was undone', () => {
  const { db, log } = opened();
  log.record(record());
  expect(log.find('a2')).toBeNull();
  expect(log.find('a1')).toMatchObject({ request: '{"command":"freeze"}', reply: '{"text":"done"}', undoneBy: null });
  log.setUndone('a1', 'a2');
  expect(log.find('a1')).toMatchObject({ undoneBy: 'a2' });
  expect(db.prepare('SELECT id, time, by, result, undone_by FROM v_commands').all()).toEqual([
    { id: 'a1', time: T / 1000, by: 'ada', result: 'done', undone_by: 'a2' },
  ]);
});

test('a command of the command line waits, in order, and is then settled in its row', () => {
  const { log } = opened();
  for (const id of ['b', 'a']) expect(log.enqueue({ id, at: T, by: 'pi', request: '{}' })).toBe(true);
  expect(() => log.enqueue({ id: 'a', at: T, by: 'pi', request: '{}' })).toThrow('UNIQUE');
  expect(log.waiting().map(({ n }) => n)).toEqual([1, 2]);
  expect(log.find('b')).toBeNull(); // it was not carried out
  log.record(record({ row: 1, id: null, source: 'cli', by: null, status: 'refused', code: 'not_json' }));
  expect(log.waiting().map(({ n }) => n)).toEqual([2]);
  expect(log.stored('b')).toMatchObject({ status: 'refused', by: 'pi', source: 'cli', code: 'not_json' });
  expect(log.list(1)).toMatchObject([{ id: 'a', status: 'waiting', reply: null }]);
});

test('at most 100 wait, and 20 are read at once', () => {
  const { log } = opened();
  const sent = Array.from({ length: 120 }, (_, i) => log.enqueue({ id: `c${i}`, at: T, by: 'pi', request: '{}' }));
  expect(sent.filter(Boolean)).toHaveLength(100);
  expect(log.waiting()).toHaveLength(20);
});

test('of refused commands the newest 1,000 are kept, beside all that were carried out', () => {
  const { db, log } = opened();
  log.record(record());
  db.transaction(() => {
    for (let i = 0; i < 1_100; i++) log.record(record({ id: null, status: 'refused', at: T + i }));
  })();
  const counts = db.prepare('SELECT status, count(*) AS n, max(at) AS last FROM command GROUP BY status').all();
  expect(counts).toEqual([
    { status: 'done', n: 1, last: T },
    { status: 'refused', n: 1000, last: T + 1099 },
  ]);
});

test('the last episode of a stream, or of a series that leads', () => {
  const { db, log } = opened();
  const episodes = new AnomalyLog(db, { quarantineRows: 0 });
  const at = (id: string, startAt: number, series: string) => {
    episodes.record({ anomaly: anomaly({ id, startAt, stream: 'pump', series }), at: startAt, receivedAt: startAt });
  };
  at('pump-p1', T, 'flow');
  at('pump-p2', T + 1, 'current');
  expect(log.episode('pump-p1')?.series).toBe('flow');
  expect([log.episode('pump-p3'), log.lastEpisode('hall', null)]).toEqual([null, null]);
  expect([log.lastEpisode('pump', null)?.id, log.lastEpisode('pump', 'flow')?.id]).toEqual(['pump-p2', 'pump-p1']);
});

test('mutes, held alerts and labels', () => {
  const { log } = opened();
  log.setMute({ scope: '', until: T });
  log.setMute({ scope: '', until: T + 1 });
  expect(log.mutes()).toEqual([{ scope: '', until: T + 1 }]);
  log.removeMute('');
  expect(log.mutes()).toEqual([]);
  log.setHeldBack('a', 'opened');
  log.setHeldBack('b', 'updated');
  log.setHeldBack('a', null);
  expect(log.heldBack()).toEqual([{ id: 'b', what: 'updated' }]);
  const label: Label = {
    id: 'l2',
    stream: 'pump',
    series: 'flow',
    kind: 'missed',
    from: T,
    until: T + 1,
    event: null,
    note: 'a <leak>',
  };
  log.addLabel(label);
  log.addLabel({ ...label, id: 'l1', stream: 'hall', series: 'hall', from: T - 1 });
  expect(log.labels().map(({ id }) => id)).toEqual(['l1', 'l2']);
  expect([log.labels('pump'), log.labels('flow'), log.labels('attic')]).toEqual([[label], [label], []]);
  log.removeLabel('l2');
  expect(log.labels('pump')).toEqual([]);
});

test('the state from before a command: the last three of each stream, if they are whole', () => {
  const { db, log } = opened();
  const before: Snapshot = { stream: 'hall', at: T, seq: 3, version: 1, shape: 'gru', bytes: Uint8Array.of(1, 2, 3) };
  log.keepState('c1', before);
  log.keepState('c1-pump', { ...before, stream: 'pump' });
  expect(log.stateBefore('c1')).toMatchObject({ stream: 'hall', seq: 3, bytes: Buffer.of(1, 2, 3) });
  for (const n of [2, 3, 4]) log.keepState(`c${n}`, { ...before, seq: 2 + n });
  expect([log.stateBefore('c1'), log.stateBefore('c2')?.seq]).toEqual([null, 4]);
  expect(log.stateBefore('c1-pump')).toMatchObject({ stream: 'pump' });
  expect([log.keptAfter('c2'), log.keptAfter('c1-pump')]).toEqual([['c3', 'c4'], []]);
  log.dropStates('c3');
  expect([log.keptAfter('c2'), log.stateBefore('c4')]).toEqual([[], null]);
  db.exec("UPDATE command_state SET bytes = x'010203ff' WHERE stream = 'hall'");
  expect(log.stateBefore('c2')).toBeNull();
});
