import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RetainedStates } from '../../../src/io/ledger/retained-states.ts';
import { openDatabase } from '../../../src/io/sqlite/database.ts';
import { PASSING_LEDGER } from '../../../src/stream/ports/passing-ledger.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-retained-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test('topics of published states outlive the process, until the broker has cleared them', () => {
  const db = openDatabase(join(directory, 'zankyo.db'));
  const published: string[] = [];
  const clearing = new Map<string, () => void>();
  const broker = {
    publishState: (topic: string, payload: string) => published.push(`${topic} ${payload}`),
    clearState: (topic: string, onCleared: () => void) => clearing.set(topic, onCleared),
  };
  const first = new RetainedStates(db, PASSING_LEDGER, broker);
  first.publish('s/a/state', '1');
  first.publish('s/a/state', '2');
  first.publish('s/b/state', '1');
  expect(published).toEqual(['s/a/state 1', 's/a/state 2', 's/b/state 1']);

  const second = new RetainedStates(db, PASSING_LEDGER, broker);
  expect(second.topics).toEqual(['s/a/state', 's/b/state']);
  second.clear('s/a/state');
  expect(new RetainedStates(db, PASSING_LEDGER, broker).topics).toEqual(['s/a/state', 's/b/state']);
  clearing.get('s/a/state')!();
  expect(second.topics).toEqual(['s/b/state']);
  expect(new RetainedStates(db, PASSING_LEDGER, broker).topics).toEqual(['s/b/state']);
  db.close();
});

test('ten thousand new topics are one write of the next transaction, and the newest state of a topic counts', () => {
  const db = openDatabase(join(directory, 'many.db'));
  const writes: { task: () => void; afterwards: () => void }[] = [];
  const ledger = {
    write: (task: () => void, afterwards: () => void = () => undefined) => writes.push({ task, afterwards }),
  };
  const broker = {
    publishState: () => undefined,
    clearState: (_topic: string, onCleared: () => void) => {
      onCleared();
    },
  };
  const states = new RetainedStates(db, ledger, broker);
  for (let i = 0; i < 10_000; i++) states.publish(`s/${i}/state`, '1');
  states.clear('s/1/state');
  states.clear('s/2/state');
  states.publish('s/2/state', '2');
  expect(writes).toHaveLength(1);
  const commit = db.transaction(() => {
    for (const { task, afterwards } of writes.splice(0)) {
      task();
      afterwards();
    }
  });
  commit();
  const stored = new RetainedStates(db, ledger, broker).topics;
  expect(stored).toHaveLength(9_999);
  expect([stored.includes('s/1/state'), stored.includes('s/2/state')]).toEqual([false, true]);
  states.clear('s/2/state');
  commit();
  expect(new RetainedStates(db, ledger, broker).topics).toHaveLength(9_998);
  db.close();
});
