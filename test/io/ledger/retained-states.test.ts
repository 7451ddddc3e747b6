import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RetainedStates } from '../../../src/io/ledger/retained-states.ts';
import { openDatabase } from '../../../src/io/sqlite/database.ts';
import { PASSING_LEDGER } from '../../../src/stream/passing-ledger.ts';

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
