import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Subject } from 'rxjs';
import { afterAll, describe, expect, test } from 'vitest';
import { pipeline } from '../../src/app/pipeline.ts';
import type { Site } from '../../src/config/schema/site.ts';
import { AnomalyLog } from '../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase, type Database } from '../../src/io/sqlite/database.ts';
import { loadKernel } from '../../src/io/files/kernel-file.ts';
import { AlertOutbox } from '../../src/io/ledger/alert-outbox.ts';
import { Ledger } from '../../src/io/ledger/ledger.ts';
import { alertsOver } from '../../src/io/mqtt/alerts.ts';
import { SnapshotStore } from '../../src/io/sqlite/snapshots/snapshot-store.ts';
import { Random } from '../../src/math/random.ts';
import type { Message } from '../../src/stream/message.ts';
import { siteOf } from '../app/world.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-resume-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;
const newPath = (): string => join(directory, `${files++}.db`);

const T = Date.UTC(2026, 0, 5);
const SECOND = 1000;
const kernel = loadKernel();

/** Sends in order, so many ahead of the acknowledgements; after a new connection once more what was not acknowledged. */
class FakeBroker {
  readonly #queue: Omit<Message, 'receipt' | 'redelivered'>[];
  readonly #window: number;
  readonly #inFlight = new Map<number, Omit<Message, 'receipt' | 'redelivered'>>();
  #id = 0;
  #connection = 0;
  #again: number[] = [];

  constructor(messages: readonly Omit<Message, 'receipt' | 'redelivered'>[], window: number) {
    this.#queue = [...messages];
    this.#window = window;
  }

  connect(): void {
    this.#connection++;
    this.#again = [...this.#inFlight.keys()];
  }

  get done(): boolean {
    return this.#queue.length === 0 && this.#inFlight.size === 0;
  }

  /** The next message, if it may be sent. */
  next(): Message | null {
    const id = this.#again.shift();
    if (id !== undefined) return this.#as(id, true);
    if (this.#inFlight.size === this.#window || this.#queue.length === 0) return null;
    this.#id = (this.#id % 500) + 1; // identifiers are used again
    this.#inFlight.set(this.#id, this.#queue.shift()!);
    return this.#as(this.#id, false);
  }

  acknowledge(receipts: readonly { readonly id: number; readonly connection: number }[]): void {
    for (const { id, connection } of receipts) {
      expect(connection).toBe(this.#connection);
      expect(this.#inFlight.delete(id)).toBe(true);
    }
  }

  #as(id: number, redelivered: boolean): Message {
    return { ...this.#inFlight.get(id)!, redelivered, receipt: { id, connection: this.#connection } };
  }
}

/** What one process is, between two kills. */
class Run {
  readonly #db: Database;
  readonly #messages$ = new Subject<Message>();
  readonly #ledger: Ledger;
  readonly #subscription;
  #failure: unknown = null;

  constructor(path: string, site: Site, broker: FakeBroker, alerts: string[]) {
    const db = (this.#db = openDatabase(path));
    const note = (level: string, fields: unknown, message: string): void => {
      if (level === 'error') throw new Error(`${message} ${JSON.stringify(fields)}`);
    };
    const ledger = (this.#ledger = new Ledger(db, {
      everyMs: 1_000_000,
      acknowledge: (receipts) => {
        broker.acknowledge(receipts);
      },
      log: note,
      makeRoom: () => false,
      onUnusable: (error) => {
        throw new Error('unusable', { cause: error });
      },
    }));
    const outbox = new AlertOutbox(db, ledger, (_, payload, gone) => {
      alerts.push(payload);
      gone();
    });
    const ports = {
      messages$: this.#messages$,
      alerts: alertsOver(outbox, { publish: () => undefined }, 'zankyo', 'test'),
      anomalyLog: new AnomalyLog(db, { quarantineRows: 10 }),
      snapshots: new SnapshotStore(db),
      ledger,
    };
    this.#subscription = pipeline(site, ports, { log: note, kernel }).subscribe({
      error: (error: unknown) => {
        this.#failure = error;
      },
    });
    outbox.resume();
    broker.connect();
  }

  hear(message: Message): void {
    this.#messages$.next(message);
    if (this.#failure !== null) throw new Error('the pipeline failed', { cause: this.#failure });
  }

  /** Also by itself at the end of a turn, when an alert is due. */
  commit(): void {
    this.#ledger.commit();
  }

  /** As SIGKILL does: nothing more is written. */
  kill(): void {
    this.#ledger.close();
    this.#db.close();
  }

  stop(): void {
    this.#subscription.unsubscribe();
    this.#ledger.commit();
    this.#ledger.commit();
    this.kill();
  }
}

/** Messages of a plant: a group of two in one topic, a third by itself, faults of process and sensor, and some nonsense. */
function plant(seconds: number): Omit<Message, 'receipt' | 'redelivered'>[] {
  const random = new Random(3);
  const messages: Omit<Message, 'receipt' | 'redelivered'>[] = [];
  const send = (topic: string, payload: unknown, at: number): void => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    messages.push({ topic, payload: new TextEncoder().encode(text), receivedAt: at, retained: false });
  };
  for (let i = 0; i < seconds; i++) {
    const at = T + i * 10 * SECOND;
    const wave = Math.sin(i / 20);
    const fault = i >= 600 && i < 640 ? 8 : 0;
    send(
      'plant/pump',
      { at: (at - 300) / 1000, flow: 10 + wave + 0.2 * random.normal() + fault, current: 3 + 0.3 * wave },
      at,
    );
    if (i % 3 !== 0) send('plant/tank', { level: i === 500 ? 900 : 50 + 5 * wave + random.normal() }, at + SECOND);
    if (i % 97 === 0) send('plant/pump', '{"flow":', at + 2 * SECOND);
    if (i % 89 === 0) send('plant/pump', { at: (at - 5000) / 1000, flow: 1, current: 1 }, at + 3 * SECOND);
  }
  return messages;
}

const site = siteOf({
  inputs: [
    {
      topic: 'plant/pump',
      time: 'at',
      fields: [
        { path: 'flow', name: 'flow' },
        { path: 'current', name: 'current' },
      ],
    },
    { topic: 'plant/tank', path: 'level', name: 'level', range: [0, 100] },
  ],
  groups: { pump: { series: ['flow', 'current'] } },
  tuning: { warmup: 200, cool_down: '2m' },
  snapshots: { every: '20m' },
});

/** All that lasts: what is learned, episode by episode, and what was refused. */
function contents(path: string): unknown {
  const db = openDatabase(path);
  const newest = 'SELECT stream, at, bytes, max(seq) AS seq FROM snapshot GROUP BY stream ORDER BY stream';
  const all = {
    snapshots: db
      .prepare<[], { stream: string; at: number; bytes: Buffer }>(newest)
      .all()
      .map(({ stream, at, bytes }) => [stream, at, bytes.toString('base64')]),
    anomalies: db.prepare('SELECT * FROM anomaly ORDER BY id').all(),
    incidents: db.prepare('SELECT * FROM incident ORDER BY id').all(),
    quarantine: db.prepare('SELECT at, topic, reason FROM quarantine ORDER BY id').all(),
    outbox: db.prepare('SELECT * FROM outbox').all(),
  };
  db.close();
  return all;
}

/** Flips a bit in the newest snapshot of each stream that has an older one. How many these are. */
function damage(path: string): number {
  const db = openDatabase(path);
  const newest = db
    .prepare<[], { stream: string; slot: number; bytes: Buffer }>(
      'SELECT stream, slot, bytes, max(seq) FROM snapshot GROUP BY stream HAVING count(*) > 1',
    )
    .all();
  for (const { stream, slot, bytes } of newest) {
    bytes[bytes.length >> 1] ^= 4;
    db.prepare('UPDATE snapshot SET bytes = ? WHERE stream = ? AND slot = ?').run(bytes, stream, slot);
  }
  db.close();
  return newest.length;
}

interface Chance {
  readonly kill: number;
  readonly commit: number;
  readonly seed: number;
  readonly damaging?: boolean;
}

/** Feeds all messages, killed and committed as `chance` has it. */
async function live(path: string, window: number, chance: Chance) {
  const broker = new FakeBroker(plant(900), window);
  const random = new Random(chance.seed);
  const alerts: string[] = [];
  let run = new Run(path, site, broker, alerts);
  let kills = 0;
  let damaged = 0;
  while (!broker.done) {
    const message = broker.next();
    if (message === null) run.commit();
    else run.hear(message);
    if (random.uniform() < chance.commit) run.commit();
    if (random.uniform() < 0.5) await turn();
    if (random.uniform() >= chance.kill) continue;
    kills++;
    run.kill();
    if (chance.damaging === true) damaged += damage(path);
    run = new Run(path, site, broker, alerts);
  }
  run.stop();
  return { alerts, kills, damaged };
}

describe('killed at any moment and started again', async () => {
  const path = newPath();
  const whole = await live(path, 64, { kill: 0, commit: 0.05, seed: 1 });
  const uninterrupted = contents(path);

  test('the run that is not killed has something to tell', () => {
    const kinds = new Set(whole.alerts.map((alert) => (JSON.parse(alert) as { kind?: string }).kind));
    expect(kinds).toEqual(new Set(['process', 'sensor', undefined]));
    expect(uninterrupted).toMatchObject({ outbox: [] });
  });

  test.each([
    [20, 0.01, 0.05, 2],
    [64, 0.05, 0.02, 3],
    [7, 0.02, 0.3, 4],
    [200, 0.004, 0, 5],
  ])(
    'the state, the episodes and the refusals are bit for bit the same, and no alert is lost: window %d, kills %d, commits %d',
    async (window, kill, commit, seed) => {
      const killed = newPath();
      const { alerts, kills } = await live(killed, window, { kill, commit, seed });
      expect(kills).toBeGreaterThan(3);
      expect(contents(killed)).toEqual(uninterrupted);
      // One that was sent just before the kill may be sent again, with the same message_id.
      expect([...new Set(alerts)]).toEqual(whole.alerts);
    },
  );

  test('also when the newest snapshots are damaged each time: the ones before and the journal lead to the same', async () => {
    const killed = newPath();
    const { damaged } = await live(killed, 64, { kill: 0.005, commit: 0.05, seed: 6, damaging: true });
    expect(damaged).toBeGreaterThan(5);
    expect(contents(killed)).toEqual(uninterrupted);
  });
});
