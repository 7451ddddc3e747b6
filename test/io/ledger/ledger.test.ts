import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../src/io/sqlite/database.ts';
import { AlertOutbox } from '../../../src/io/ledger/alert-outbox.ts';
import { Ledger } from '../../../src/io/ledger/ledger.ts';
import type { Message, Receipt } from '../../../src/stream/message.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-ledger-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;
const newPath = (): string => join(directory, `${files++}.db`);

const T = Date.UTC(2026, 0, 5);
const FROM = { input: 0, field: 0 };

/** What it did, in order: acknowledgements by packet identifier, notes, alerts, and what tests add. */
function open(path = newPath(), everyMs = 60_000) {
  const db = openDatabase(path);
  const did: string[] = [];
  const ledger = new Ledger(db, {
    everyMs,
    acknowledge: (receipts) => did.push(`ack ${receipts.map(({ id }) => id).join()}, ${rowsIn(path)} rows`),
    log: (level, _, message) => did.push(`${level}: ${message}`),
    makeRoom: () => {
      did.push('room wanted');
      return false;
    },
    onUnusable: (error) => did.push(`unusable: ${(error as Error).message}`),
  });
  opened.push({ ledger, db });
  return { path, db, did, ledger, ...hearing(ledger) };
}
const opened: { readonly ledger: Ledger; readonly db: Database }[] = [];
afterEach(() => {
  for (const { ledger, db } of opened.splice(0)) {
    ledger.close();
    db.close();
  }
});

/** As another program sees them. */
function rowsIn(path: string): number {
  const db = new Sqlite(path, { readonly: true });
  const rows = db.prepare<[], number>('SELECT count(*) FROM journal').pluck().get()!;
  db.close();
  return rows;
}

const messageOf = (id: number | null, value: number, rest: Partial<Message> = {}): Message => ({
  topic: 's/a',
  payload: Buffer.from(String(value)),
  receivedAt: T + value,
  retained: false,
  redelivered: false,
  receipt: id === null ? undefined : { id, connection: 1 },
  ...rest,
});

const hearing = (ledger: Ledger) => ({
  /** A message with one reading; false when it was taken for a redelivery. */
  hear: (id: number | null, value: number, rest: Partial<Message> = {}): boolean => {
    const message = messageOf(id, value, rest);
    if (!ledger.admit(message)) return false;
    const { receivedAt } = message;
    ledger.recordReadings(1, [{ series: 'a', at: receivedAt, value, receivedAt }], () => FROM);
    return true;
  },
});

/** Values of all messages in the journal. */
const valuesIn = (ledger: Ledger): number[] =>
  [...ledger.entries()].flatMap(({ entry }) =>
    entry.kind === 'message' ? entry.readings.map(({ value }) => value) : [],
  );

/** No page more can be written than there are, or as many as one likes. */
const fill = (db: Database): void => {
  db.pragma('incremental_vacuum');
  db.pragma('max_page_count = 1');
};
const free = (db: Database): unknown => db.pragma('max_page_count = 1000000');

/** Takes several pages. */
const LONG = Array.from({ length: 300 }, (_, i) => ({ series: `s${i}`, at: T, value: 0.1, receivedAt: T }));

describe('the order', () => {
  test('a message is acknowledged when its row can be read by others, not before', () => {
    const { ledger, hear, did } = open();
    hear(5, 1);
    hear(6, 2);
    expect(did).toEqual([]);
    expect(ledger.commit()).toBe(true);
    expect(did).toEqual(['ack 5,6, 1 rows']);
    expect(ledger.commit()).toBe(true);
    expect(did).toHaveLength(1);
  });

  test('a message of QoS 0 is written and waits for nobody', () => {
    const { ledger, hear, did, path } = open();
    hear(null, 1);
    ledger.commit();
    expect([did, rowsIn(path)]).toEqual([[], 1]);
  });

  test('what follows from a message is in its transaction, and `then` after the acknowledgement', () => {
    const { ledger, hear, did, db } = open();
    db.exec('CREATE TABLE consequence (a)');
    hear(1, 1);
    ledger.write(
      () => did.push(`written ${db.inTransaction}`),
      () => did.push(`then ${db.inTransaction}`),
    );
    ledger.commit();
    expect(did).toEqual(['written true', 'ack 1, 1 rows', 'then false']);
  });

  test('it is written when the interval is over, the broker sends no more, or an alert is due', async () => {
    const slow = open(newPath(), 50);
    slow.hear(null, 1);
    await sleep(120);
    expect(rowsIn(slow.path)).toBe(1);

    const full = open();
    for (let id = 1; id <= 256; id++) full.hear(id, id);
    expect(full.did).toEqual([]);
    await turn();
    expect(full.did).toHaveLength(1);

    const urgent = open();
    urgent.hear(1, 1);
    urgent.ledger.write(
      () => undefined,
      () => urgent.did.push('alert'),
      true,
    );
    await turn();
    expect(urgent.did).toEqual(['ack 1, 1 rows', 'alert']);
  });

  test('time that goes by without news is no reason to write', async () => {
    const { ledger, path, hear } = open(newPath(), 20);
    ledger.recordTick(T);
    await sleep(60);
    expect(rowsIn(path)).toBe(0);
    hear(null, 1);
    ledger.commit();
    expect([...ledger.entries()].map(({ entry }) => entry.kind)).toEqual(['tick', 'message']);
  });
});

describe('redeliveries', () => {
  test('of a message that waits or is written are acknowledged and not read again; after a restart too', () => {
    const { path, ledger, hear, did } = open();
    expect(hear(7, 1)).toBe(true);
    const again = { redelivered: true, receipt: { id: 7, connection: 2 } };
    expect(hear(7, 1, again)).toBe(false);
    ledger.commit();
    expect(did).toEqual(['ack 7, 1 rows']);

    const next = open(path);
    expect(valuesIn(next.ledger)).toEqual([1]);
    expect(next.hear(7, 1, again)).toBe(false);
    expect(next.hear(8, 1, { redelivered: true })).toBe(true); // the mark alone may be on the first copy
    expect(next.hear(7, 2, again)).toBe(true); // the number of another message
  });

  test('an equal reading of a constant sensor under a packet identifier used again is a new message', () => {
    const { path, ledger, hear, did } = open();
    // A broker that gives the lowest free identifier, a sensor that sends 20 every second.
    for (let n = 0; n < 3; n++) {
      expect(hear(1, 20)).toBe(true);
      ledger.commit();
    }
    expect(did).toEqual(['ack 1, 1 rows', 'ack 1, 2 rows', 'ack 1, 3 rows']);
    expect(valuesIn(open(path).ledger)).toEqual([20, 20, 20]);
  });

  test('of what could not be read are known as well', () => {
    const { path, ledger } = open();
    expect(ledger.admit(messageOf(3, 9))).toBe(true);
    ledger.recordReadings(1, [], () => FROM);
    ledger.commit();
    const next = open(path);
    expect(valuesIn(next.ledger)).toEqual([]);
    expect(next.ledger.admit(messageOf(3, 9, { redelivered: true }))).toBe(false);
  });

  test('where the broker has forgotten us there are none, here or after a restart', () => {
    const { path, ledger, hear } = open();
    hear(7, 1);
    ledger.newSession();
    expect(hear(7, 1, { redelivered: true })).toBe(true);
    ledger.commit();
    ledger.newSession();
    hear(1, 2);
    ledger.commit();
    const next = open(path);
    expect(valuesIn(next.ledger)).toEqual([1, 1, 2]);
    expect(next.hear(7, 1, { redelivered: true })).toBe(true);
  });

  test('only the connection that brought a message takes its acknowledgement', () => {
    const { ledger, hear, did } = open();
    hear(7, 1);
    hear(8, 2, { receipt: { id: 8, connection: 2 } });
    ledger.commit();
    expect(did).toEqual(['ack 8, 1 rows']);
  });

  test('a new connection may be to a broker that sends only 20 ahead: the ledger commits them after a short wait', async () => {
    const { ledger, hear, did } = open();
    for (let id = 1; id <= 256; id++) hear(id, id, { receipt: { id, connection: 1 } });
    await turn();
    hear(1, 300);
    ledger.commit(); // a small one, so that no full window is expected to go on
    expect(did).toHaveLength(2);
    for (let id = 1; id <= 20; id++) hear(id, 1000 + id, { receipt: { id, connection: 2 } });
    // The interval is a minute: only the window of the new connection can end the wait.
    await expect.poll(() => did.length, { timeout: 20_000 }).toBe(3);
    expect(did[2]).toMatch(/^ack 1,2,3,.*,20, 3 rows$/);
  });

  test('are known when their rows have been trimmed', () => {
    const { path, ledger, hear } = open();
    for (let id = 1; id <= 100; id++) {
      hear(id, id);
      ledger.commit();
    }
    ledger.trim(90);
    hear(101, 101);
    ledger.commit();
    expect(rowsIn(path)).toBe(11);
    const next = open(path);
    expect(valuesIn(next.ledger)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101]);
    expect(next.hear(3, 3, { redelivered: true })).toBe(false);
  });
});

describe('a database that cannot be written', () => {
  test('acknowledges nothing, lets alerts out, and writes all when it can be', async () => {
    const { ledger, hear, did, db, path } = open();
    const outbox = new AlertOutbox(db, ledger, (topic, payload) => did.push(`${topic} ${payload}`));
    fill(db);
    ledger.admit(messageOf(1, 1));
    ledger.recordReadings(1, [...LONG, ...LONG], () => FROM);
    outbox.add('alert', 'fire');
    await turn();
    hear(2, 2);
    expect(did).toEqual([
      'error: the database cannot be written: messages are not acknowledged, alerts are published',
      'alert fire',
      'room wanted',
    ]);
    expect(rowsIn(path)).toBe(0);
    expect(ledger.commit()).toBe(false);
    expect(did.splice(3)).toEqual(['room wanted']);
    free(db);
    expect(ledger.commit()).toBe(true);
    expect(did.slice(3)).toEqual(['ack 1,2, 1 rows', 'info: the database can be written again; nothing was lost']);
    expect(db.prepare('SELECT topic, payload FROM outbox').all()).toEqual([{ topic: 'alert', payload: 'fire' }]);
    expect(valuesIn(open(path).ledger)).toEqual([...Array<number>(600).fill(0.1), 2]);
  });

  test('is tried again by itself', async () => {
    const { hear, did, db } = open();
    const other = new Sqlite(db.name);
    other.exec('BEGIN IMMEDIATE');
    const { ledger } = opened[0];
    hear(1, 1);
    expect(ledger.commit()).toBe(false);
    other.exec('COMMIT');
    other.close();
    await sleep(1200);
    expect(did).toContain('ack 1, 1 rows');
  });

  test('when what waits grows too large, all streams are saved instead of it, and redeliveries are still known', () => {
    const { path, ledger, hear, did, db } = open();
    ledger.onOverflow(() => did.push('all saved'));
    fill(db);
    for (let id = 1; id <= 2000; id++) {
      ledger.admit(messageOf(id, id));
      ledger.recordReadings(1, LONG, () => FROM);
    }
    ledger.commit();
    free(db);
    hear(3000, 5);
    ledger.commit();
    expect(did).toContain('all saved');
    const next = open(path);
    expect(valuesIn(next.ledger)).toEqual([5]);
    expect(next.hear(2000, 2000, { redelivered: true })).toBe(false);
  });

  test('while the database works, the writes of a turn wait for its end, however many, and none is dropped', async () => {
    const { ledger, did } = open();
    let written = 0;
    for (let n = 0; n < 1_000; n++) ledger.write(() => written++);
    await turn();
    expect(written).toBe(0); // they wait for the interval
    for (let n = 0; n < 20_000; n++) ledger.write(() => written++, n % 2 === 0 ? undefined : () => undefined);
    await turn();
    expect([written, ledger.waitingWrites, ledger.droppedWrites, did]).toEqual([21_000, 0, 0, []]);
  });

  test('the writes of one turn are limited too', () => {
    const { ledger, did } = open();
    const written: number[] = [];
    for (let n = 0; n < 400_002; n++) ledger.write(() => written.push(n));
    ledger.commit();
    expect([written.length, written[0], ledger.droppedWrites]).toEqual([400_000, 2, 2]);
    expect(did).toEqual(['error: too many writes wait for the database: the oldest are dropped']);
  });

  test('of the writes of a turn 10,000 wait on when the database fails, and who waits for the others waits no more', () => {
    const { ledger, did, db } = open();
    fill(db);
    ledger.recordReadings(1, [...LONG, ...LONG], () => FROM);
    const written: number[] = [];
    const settled: number[] = [];
    for (let n = 0; n < 15_000; n++)
      ledger.write(() => written.push(n), n < 12_000 ? () => settled.push(n) : undefined);
    expect(ledger.commit()).toBe(false);
    expect([ledger.waitingWrites, ledger.droppedWrites]).toEqual([10_000, 5_000]);
    expect([settled.length, settled[0], settled.at(-1)]).toEqual([2_000, 0, 1_999]); // the 3,000 without an afterwards went first
    expect(did).toContain('error: too many writes wait for the database: the oldest are dropped');
    free(db);
    written.length = 0;
    ledger.commit();
    expect([written.length, written[0], written.at(-1)]).toEqual([10_000, 2_000, 11_999]);
  });

  test('at most 10,000 writes wait for a failing database, with or without an afterwards: older ones are dropped, counted and logged', () => {
    const { ledger, did, db } = open();
    fill(db);
    ledger.recordReadings(1, [...LONG, ...LONG], () => FROM);
    ledger.commit();
    did.length = 0;
    const written: number[] = [];
    const settled: number[] = [];
    const write = (n: number, afterwards?: () => void): void => {
      ledger.write(() => written.push(n), afterwards);
    };
    for (let n = 0; n < 10_002; n++) write(n, () => settled.push(n));
    expect(ledger.droppedWrites).toBe(2);
    expect(settled).toEqual([0, 1]); // who waits for them must not wait for ever
    write(10_002);
    write(10_003); // the one without an afterwards goes first
    expect(ledger.droppedWrites).toBe(4);
    free(db);
    ledger.commit();
    expect(written).toHaveLength(10_000);
    expect(written.slice(0, 2)).toEqual([3, 4]);
    expect(written.slice(-2)).toEqual([10_001, 10_003]);
    expect(settled).toHaveLength(10_002);
    expect(did).toEqual([
      'error: too many writes wait for the database: the oldest are dropped',
      'warn: the database can be written again; 4 writes were dropped',
    ]);
  });

  test('the end of a failure says how many writes were dropped in it', () => {
    const { ledger, hear, did, db } = open();
    fill(db);
    ledger.admit(messageOf(1, 1));
    ledger.recordReadings(1, [...LONG, ...LONG], () => FROM);
    for (let n = 0; n < 10_003; n++) ledger.write(() => undefined);
    ledger.commit();
    free(db);
    hear(2, 2);
    ledger.commit();
    expect(did.at(-1)).toBe('warn: the database can be written again; 3 writes were dropped');
  });

  test('a fault of ours in one writing loses that one, and says so', () => {
    const { ledger, hear, did } = open();
    hear(1, 1);
    ledger.write(() => {
      throw new TypeError('no such thing');
    });
    ledger.write(() => did.push('the other'));
    expect(ledger.commit()).toBe(true);
    expect(did).toEqual(['error: internal error: a write to the database was skipped', 'the other', 'ack 1, 1 rows']);
  });

  test('one that is closed under us is of no use: whoever runs us starts anew', () => {
    const { ledger, hear, did, db } = open();
    hear(1, 1);
    db.close();
    expect(ledger.commit()).toBe(false);
    expect(did.at(-1)).toBe('unusable: The database connection is not open');
  });
});

describe('the journal', () => {
  test('never uses a number twice, also when all rows are gone and only a snapshot knows them', () => {
    const { path, ledger, hear, db } = open();
    for (let i = 1; i <= 70; i++) {
      hear(null, i);
      ledger.commit();
    }
    expect(ledger.seq).toBe(70);
    db.exec(`DELETE FROM journal;
      INSERT INTO snapshot (stream, slot, at, seq, version, shape, sha256, bytes) VALUES ('a', 0, 0, 70, 1, '', x'00', x'00')`);
    const next = open(path);
    expect(next.ledger.seq).toBe(70);
    next.hear(null, 1);
    expect(next.ledger.seq).toBe(71);
  });

  test('a row that is not what was written is left out and told; the others are read', () => {
    const { path, ledger, hear, db } = open();
    for (const value of [1, 2, 3]) {
      hear(null, value);
      ledger.commit();
    }
    const bytes = db.prepare<[], Buffer>('SELECT entries FROM journal WHERE seq = 2').pluck().get()!;
    bytes[10] ^= 1;
    db.prepare('UPDATE journal SET entries = ? WHERE seq = 2').run(bytes);
    const next = open(path);
    expect(valuesIn(next.ledger)).toEqual([1, 3]);
    expect(next.did).toEqual(['error: 1 journal row failed the checksum; its readings are lost']);
  });

  test('tells where a series came from, as it was last', () => {
    const { path, ledger, hear } = open();
    hear(null, 1);
    ledger.commit();
    ledger.admit(messageOf(null, 2));
    ledger.recordReadings(1, [{ series: 'a', at: T, value: 2, receivedAt: T }], () => ({ input: 3, field: 1 }));
    ledger.commit();
    const next = open(path);
    expect(valuesIn(next.ledger)).toEqual([1, 2]);
    expect(next.ledger.originOf('a')).toMatchObject({ input: 3, field: 1 });
    expect(next.ledger.originOf('b')).toBeNull();
  });
});

describe('the outbox', () => {
  const publishing = () => {
    const sent: { readonly payload: string; readonly gone: () => void }[] = [];
    return { sent, publish: (_: string, payload: string, gone: () => void) => sent.push({ payload, gone }) };
  };

  test('an alert goes out after it is written, and its row goes when the broker has it', async () => {
    const { ledger, db } = open();
    const { sent, publish } = publishing();
    const outbox = new AlertOutbox(db, ledger, publish);
    outbox.add('t', 'one');
    outbox.add('t', 'two');
    expect(sent).toEqual([]);
    await turn();
    expect(sent.map(({ payload }) => payload)).toEqual(['one', 'two']);
    sent[0].gone();
    ledger.commit();
    expect(db.prepare('SELECT payload FROM outbox').pluck().all()).toEqual(['two']);
  });

  test('a run after a crash sends what the broker does not have, in order, and goes on counting', async () => {
    const { path, ledger, db } = open();
    const before = new AlertOutbox(db, ledger, () => undefined);
    before.add('t', 'one');
    before.add('t', 'two');
    await turn();
    const next = open(path);
    const { sent, publish } = publishing();
    const outbox = new AlertOutbox(next.db, next.ledger, publish);
    outbox.resume();
    outbox.add('t', 'three');
    await turn();
    expect(sent.map(({ payload }) => payload)).toEqual(['one', 'two', 'three']);
    for (const { gone } of sent) gone();
    next.ledger.commit();
    expect(next.db.prepare('SELECT count(*) FROM outbox').pluck().get()).toBe(0);
  });
});

test('receipts are what the broker is told, one by one', () => {
  const told: Receipt[] = [];
  const db = openDatabase(newPath());
  const ledger = new Ledger(db, {
    everyMs: 60_000,
    acknowledge: (receipts) => told.push(...receipts),
    log: () => undefined,
    makeRoom: () => false,
    onUnusable: () => undefined,
  });
  opened.push({ ledger, db });
  hearing(ledger).hear(9, 1);
  ledger.commit();
  expect(told).toEqual([{ id: 9, connection: 1 }]);
});

test('lateMs: negative while a transaction waits for its time, 0 while none waits, positive when no timer began it', async () => {
  const { ledger, hear } = open(newPath(), 20);
  expect(ledger.lateMs).toBe(0);
  hear(null, 1);
  expect(ledger.lateMs).toBeLessThan(0);
  ledger.commit();
  expect(ledger.lateMs).toBe(0);
  ledger.recordTick(T); // waits for the next message, and is never late
  expect(ledger.lateMs).toBe(0);
  hear(null, 2);
  ledger.close(); // stops the timers
  await sleep(40);
  expect(ledger.lateMs).toBeGreaterThan(0);
});

test('lateMs: a transaction that fails is repeated, and is not late', () => {
  const { ledger, db, hear } = open();
  hear(null, 1);
  db.exec('DROP TABLE journal');
  expect(ledger.commit()).toBe(false);
  expect(ledger.lateMs).toBeLessThan(0);
});

describe('where readings are processed elsewhere', () => {
  /** `settle` is what the ledger waits with. */
  function openWith(settle: (ledger: Ledger) => void) {
    const db = openDatabase(newPath());
    const did: string[] = [];
    const ledger: Ledger = new Ledger(db, {
      everyMs: 60_000,
      acknowledge: (receipts) => did.push(`ack ${receipts.map(({ id }) => id).join()}`),
      log: (level, _, message) => did.push(`${level}: ${message}`),
      makeRoom: () => false,
      settle: () => {
        settle(ledger);
      },
      onUnusable: (error) => did.push(`unusable: ${(error as Error).message}`),
    });
    opened.push({ ledger, db });
    return { did, ledger, ...hearing(ledger) };
  }

  test('a transaction has what follows from its readings, however late that is known', () => {
    const { did, ledger, hear } = openWith((late) => {
      late.write(() => did.push('row'));
    });
    hear(1, 1);
    expect(ledger.commit()).toBe(true);
    expect(did).toEqual(['row', 'ack 1']);
  });

  test('where they are lost, nothing is written and nothing is acknowledged', () => {
    const { did, ledger, hear } = openWith(() => {
      throw new Error('lost');
    });
    hear(1, 1);
    ledger.write(() => did.push('row'));
    expect(ledger.commit()).toBe(false);
    expect(did).toEqual(['unusable: lost']);
  });
});
