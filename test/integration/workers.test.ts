import { createHash } from 'node:crypto';
import { connectAsync } from 'mqtt';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Subject, type Subscription } from 'rxjs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { pipeline } from '../../src/app/pipeline.ts';
import { ServiceHistory } from '../../src/app/service/history.ts';
import type { ThreadHandlers } from '../../src/app/pipeline/threads.ts';
import { TICK } from '../../src/app/workers/rows.ts';
import { ServiceThreads } from '../../src/app/service/threads.ts';
import { Shards } from '../../src/app/workers/shards.ts';
import { loadKernel } from '../../src/io/files/kernel-file.ts';
import { AlertOutbox } from '../../src/io/ledger/alert-outbox.ts';
import { Ledger } from '../../src/io/ledger/ledger.ts';
import { alertsOver } from '../../src/io/mqtt/alerts.ts';
import { AnomalyLog } from '../../src/io/sqlite/tables/anomaly-log.ts';
import { CommandLog } from '../../src/io/sqlite/tables/command-log.ts';
import { openDatabase, type Database } from '../../src/io/sqlite/database.ts';
import { SnapshotStore } from '../../src/io/sqlite/snapshots/snapshot-store.ts';
import { Random } from '../../src/math/random.ts';
import type { PipelineControl, Resumed } from '../../src/app/pipeline/control.ts';
import type { Stream } from '../../src/app/pipeline/stream.ts';
import type { Message } from '../../src/stream/message.ts';
import type { CommandRequest, Ports } from '../../src/stream/ports/ports.ts';
import { siteOf } from '../app/world.ts';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory as directoryOf, eventually, startService, warningsOf } from './programs/program.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-workers-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;
const newPath = (): string => join(directory, `${files++}.db`);

const T = Date.UTC(2026, 0, 5);
const SECOND = 1000;
const kernel = loadKernel();
const ROOMS = 3;

const site = siteOf({
  timezone: 'Europe/Berlin',
  holidays: { dates: ['2026-01-06'] },
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
    { topic: 'rooms/+', path: 'c', name: 'room-{1}' },
  ],
  groups: { pump: { series: ['flow', 'current'] } },
  // A small network: nothing that is compared here depends on its size.
  tuning: { hidden_size: 4, warmup: 150, cool_down: '2m' },
  snapshots: { every: '20m' },
});

/** Messages of a plant: a group of two in one topic, a tank, rooms; faults of processes and sensors, and some nonsense. */
function plant(steps: number): readonly Message[] {
  const random = new Random(3);
  const messages: Message[] = [];
  const send = (topic: string, payload: unknown, receivedAt: number): void => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    messages.push({ topic, payload: new TextEncoder().encode(text), receivedAt, retained: false, redelivered: false });
  };
  for (let i = 0; i < steps; i++) {
    const at = T + i * 10 * SECOND;
    const wave = Math.sin(i / 20);
    const fault = i >= 300 && i < 340 ? 8 : 0;
    const pump = { at: (at - 300) / 1000, flow: 10 + wave + 0.2 * random.normal() + fault, current: 3 + 0.3 * wave };
    send('plant/pump', pump, at);
    if (i % 3 !== 0) send('plant/tank', { level: i === 250 ? 900 : 50 + 5 * wave + random.normal() }, at + SECOND);
    for (let k = 0; k < ROOMS; k++) {
      const silent = k === 2 && i > 200 && i < 260;
      const hot = k === 1 && i >= 305 && i < 350 ? 6 : 0;
      if (!silent) send(`rooms/${k}`, { c: 20 + k + wave + 0.1 * random.normal() + hot }, at + (2 + k) * 100);
    }
    if (i % 97 === 0) send('plant/pump', '{"flow":', at + 2 * SECOND);
    if (i % 89 === 0) send('plant/pump', { at: (at - 5000) / 1000, flow: 1, current: 1 }, at + 3 * SECOND);
  }
  return messages;
}

/** What is told to the outside, in order. */
interface Told {
  readonly alerts: string[];
  readonly states: string[];
}

type Workers = number | 'off' | 'auto';

/** What one process is, between two starts. */
class Run {
  readonly #db: Database;
  readonly #messages$ = new Subject<Message>();
  readonly #requests$ = new Subject<CommandRequest>();
  readonly #ledger: Ledger;
  readonly #threads: ServiceThreads;
  #utilisation = 0;
  #subscription: Subscription;
  readonly answers: string[] = [];
  readonly #begin: (resumed?: Resumed) => Subscription;
  #control!: PipelineControl;
  #failure: unknown = null;

  constructor(path: string, workers: Workers, told: Told) {
    const db = (this.#db = openDatabase(path));
    const fail = (error: unknown): void => {
      this.#failure ??= error;
    };
    const log = (level: string, fields: unknown, message: string): void => {
      if (level === 'error') fail(new Error(`${message} ${JSON.stringify(fields)}`));
    };
    const threads = (this.#threads = new ServiceThreads({
      ...{ simd: true, log, onLost: fail, cores: 2 },
      utilisation: () => this.#utilisation,
      onBusy: () => {
        this.reload(true, 'auto');
        return true;
      },
    }));
    threads.use({ workers });
    const ledger = (this.#ledger = new Ledger(db, {
      everyMs: 1_000_000,
      acknowledge: () => undefined,
      log,
      makeRoom: () => false,
      onUnusable: fail,
      settle: () => {
        threads.settle();
      },
    }));
    const outbox = new AlertOutbox(db, ledger, (_, payload, gone) => {
      told.alerts.push(payload);
      gone();
    });
    const states = {
      publish: (topic: string, payload: string) => {
        told.states.push(`${topic} ${payload}`);
      },
    };
    const ports: Ports = {
      messages$: this.#messages$,
      alerts: alertsOver(outbox, states, 'zankyo', 'test'),
      anomalyLog: new AnomalyLog(db, { quarantineRows: 10 }),
      snapshots: new SnapshotStore(db),
      ledger,
      commands: { requests$: this.#requests$, log: new CommandLog(db) },
      history: new ServiceHistory(db, log).of(site)!,
    };
    this.#begin = (resumed) =>
      pipeline(site, ports, {
        log,
        kernel,
        ...(threads.current === null ? {} : { threads: threads.current }),
        ...(resumed === undefined ? {} : { resumed }),
        onControl: (control) => (this.#control = control),
      }).subscribe({ error: fail });
    this.#subscription = this.#begin();
    outbox.resume();
    this.#check();
  }

  hear(message: Message): void {
    this.#messages$.next(message);
    this.#check();
  }

  command(at: number, command: Readonly<Record<string, unknown>>): void {
    const payload = new TextEncoder().encode(JSON.stringify(command));
    const reply = (answer: string): void => void this.answers.push(answer);
    this.#requests$.next({ at, source: 'cli', series: null, payload, message: null, row: null, reply });
    this.#check();
  }

  commit(): void {
    this.#ledger.commit();
    this.#check();
  }

  /** The number of threads. */
  get threads(): number {
    return this.#threads.current?.count ?? 0;
  }

  /** The checks of `auto` find a busy event loop, one more than in a minute. */
  busy(): void {
    this.#utilisation = 0.9;
    for (let check = 0; check <= 12; check++) this.#threads.check();
    this.#utilisation = 0;
  }

  /**
   * Another pipeline goes on, with the streams as they are, as after a reload of the site file; `anew`: with streams made anew, in the threads of
   * `workers`.
   */
  reload(anew: boolean, workers?: Workers): void {
    const at = this.#control.now();
    const all = this.#control.keep(site);
    const kept = anew ? { ...all, monitors: new Map<string, Stream>() } : all;
    this.#control.save(at, kept);
    this.commit();
    this.#control.handOver();
    this.#subscription.unsubscribe();
    if (workers !== undefined) this.#threads.use({ workers });
    this.#subscription = this.#begin({ at, seq: this.#ledger.seq, kept });
    this.#check();
  }

  /** As SIGKILL does: nothing more is written. */
  async kill(): Promise<void> {
    this.#ledger.close();
    await this.#threads.close();
    this.#db.close();
  }

  async stop(): Promise<void> {
    this.#subscription.unsubscribe();
    this.commit();
    this.commit();
    await this.kill();
  }

  #check(): void {
    if (this.#failure !== null) throw new Error('the run failed', { cause: this.#failure });
  }
}

/** All that lasts; but for the rows of the journal, whose number is that of the transactions, which alerts cause at the end of a turn. */
function contents(path: string): Readonly<Record<string, unknown>> {
  const db = openDatabase(path);
  const all = (sql: string): unknown[] => db.prepare(sql).all();
  const found = {
    snapshots: db
      .prepare<[], { stream: string; at: number; bytes: Buffer; shape: string }>(
        'SELECT stream, at, shape, bytes, max(seq) FROM snapshot GROUP BY stream ORDER BY stream',
      )
      .all()
      .map(({ stream, at, shape, bytes }) => [stream, at, shape, createHash('sha256').update(bytes).digest('hex')]),
    anomalies: all('SELECT * FROM anomaly ORDER BY id'),
    incidents: all('SELECT * FROM incident ORDER BY id'),
    habits: all('SELECT * FROM habit ORDER BY 1'),
    modes: all('SELECT * FROM mode ORDER BY 1, 2'),
    quarantine: all('SELECT at, topic, reason FROM quarantine ORDER BY id'),
    // The numbers of the series in the keys follow the order in which they were opened.
    history: all('SELECT hex(bytes) AS bytes FROM history ORDER BY 1'),
    histories: all('SELECT slug, at, bytes FROM history_series ORDER BY slug'),
    outbox: all('SELECT * FROM outbox'),
    commands: all('SELECT * FROM command ORDER BY 1'),
    labels: all('SELECT * FROM label ORDER BY 1'),
    mutes: all('SELECT * FROM mute ORDER BY 1'),
    freezes: all('SELECT * FROM freeze ORDER BY 1'),
  };
  db.close();
  return found;
}

/** What the operator does, after so many messages. */
const COMMANDS: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  300: { command: 'freeze', series: 'room-0', for: '20m' },
  500: { command: 'mute', series: 'room-1', for: '3h' },
  700: { command: 'sensitivity', series: 'level', value: 2 },
  800: { command: 'accept', series: 'room-2' },
  900: { command: 'reset', series: 'current' },
  1700: { command: 'reset', series: 'room-2', id: 'reset-2' },
  1720: { command: 'undo', of: 'reset-2' },
  1740: { command: 'forget', series: 'level', since: new Date(T + 2400 * SECOND).toISOString() },
  1760: { command: 'normal', series: 'room-1' },
  1780: { command: 'freeze' },
  1800: { command: 'resume' },
};

const messages = plant(450);

interface Life {
  /** After so many messages, the threads of the next start. */
  readonly threads: Readonly<Record<number, Workers>>;
  readonly commands?: typeof COMMANDS;
  /** After so many messages: a reload, with streams as they are, made anew, or back in the main thread; or a high load, for `auto`. */
  readonly reloads?: Readonly<Record<number, 'kept' | 'anew' | 'off' | 'busy'>>;
  /** Probability of a kill after a message. */
  readonly kill?: number;
  readonly seed?: number;
}

async function live(path: string, { threads, commands = {}, reloads = {}, kill = 0, seed = 1 }: Life) {
  const random = new Random(seed);
  const told: Told = { alerts: [], states: [] };
  const answers: string[] = [];
  const used = new Set<number>();
  let now = threads[0];
  let run = new Run(path, now, told);
  let kills = 0;
  for (let i = 0; i < messages.length; i++) {
    if (i > 0 && i in threads) {
      await run.stop();
      answers.push(...run.answers);
      now = threads[i];
      run = new Run(path, now, told);
    }
    run.hear(messages[i]);
    if (i in commands) run.command(messages[i].receivedAt, { id: `c${i}`, ...commands[i] });
    if (reloads[i] === 'busy') run.busy();
    else if (reloads[i] === 'off') run.reload(true, 'off');
    else if (i in reloads) run.reload(reloads[i] === 'anew');
    used.add(run.threads);
    if (random.uniform() < 0.02) run.commit();
    if (random.uniform() < 0.1) await turn();
    if (random.uniform() >= kill) continue;
    kills++;
    run.commit();
    // Lost, with all that followed from them in the threads, because nothing commits within a turn.
    for (const message of messages.slice(i + 1, i + 41)) run.hear(message);
    await run.kill();
    run = new Run(path, now, told);
  }
  await run.stop();
  return { ...told, kills, used, answers: [...answers, ...run.answers] };
}

describe('streams in worker threads', async () => {
  const here = newPath();
  const alone = await live(here, { threads: { 0: 'off' } });
  const expected = contents(here);

  test('the run without threads has something to tell', () => {
    const kinds = new Set(alone.alerts.map((alert) => (JSON.parse(alert) as { kind?: string }).kind));
    expect(kinds).toEqual(new Set(['process', 'sensor', undefined]));
    expect(alone.states.length).toBeGreaterThan(1000);
    expect(expected['outbox']).toEqual([]);
    expect(expected['history']).not.toEqual([]);
  });

  test.each([1, 2])('all that lasts is bit for bit the same with %d, and so is all that is told', async (threads) => {
    const path = newPath();
    const { alerts, states } = await live(path, { threads: { 0: threads } });
    expect(alerts).toEqual(alone.alerts);
    expect(states).toEqual(alone.states);
    expect(contents(path)).toEqual(expected);
  });

  test('also with another number of them after each start; commands have the same effect and the same answers', async () => {
    const [path, without] = [newPath(), newPath()];
    const starts = { 0: 2, 950: 'off', 1300: 3, 1600: 1 } as const;
    const there = await live(path, { threads: starts, commands: COMMANDS });
    const local = await live(without, {
      threads: { 0: 'off', 950: 'off', 1300: 'off', 1600: 'off' },
      commands: COMMANDS,
    });
    expect(local.answers.map((answer) => (JSON.parse(answer) as { status: string }).status)).toEqual(
      Object.keys(COMMANDS).map(() => 'done'),
    );
    expect(there.answers).toEqual(local.answers);
    expect(there.alerts).toEqual(local.alerts);
    expect(contents(path)).toEqual(contents(without));
  });

  test('killed at any moment, with messages in the threads: nothing is lost, nothing counted twice', async () => {
    const path = newPath();
    const { alerts, kills } = await live(path, { threads: { 0: 2 }, kill: 0.004, seed: 2 });
    expect(kills).toBeGreaterThan(4);
    // One that was sent just before the kill may be sent again, with the same message_id.
    expect([...new Set(alerts)]).toEqual(alone.alerts);
    // The history has averages of what a pass over the journal computes anew; its last digits are those of the restarts.
    const lasting = Object.keys(expected).filter((name) => !name.startsWith('histor'));
    const found = contents(path);
    for (const name of lasting) expect(found[name], name).toEqual(expected[name]);
  });

  test('auto moves the streams into two threads when the load is high; reloads keep them there, make them anew and move them back', async () => {
    const [path, without] = [newPath(), newPath()];
    const reloads = { 300: 'kept', 500: 'busy', 800: 'kept', 1200: 'anew', 1600: 'off' } as const;
    const there = await live(path, { threads: { 0: 'auto' }, reloads });
    const local = await live(without, { threads: { 0: 'off' }, reloads: { ...reloads, 500: 'anew' } });
    expect([there.used, local.used]).toEqual([new Set([0, 2]), new Set([0])]);
    expect(there.states).toEqual(local.states);
    expect(there.alerts).toEqual(alone.alerts);
    expect(contents(path)).toEqual(expected);
  });
});

/** Messages before any alarm of a process. */
const QUIET = 1300;

test('the transaction of a reading has the alarm that it opens, although a thread finds it later', async () => {
  const told: Told = { alerts: [], states: [] };
  const here = new Run(newPath(), 'off', told);
  let last = -1;
  while (!told.alerts.some((alert) => alert.includes('"kind":"process"'))) {
    here.hear(messages[++last]);
    if (last > QUIET) here.commit();
  }
  await here.kill();
  // With the first commit it would be one of the messages before.
  expect(last).toBeGreaterThan(QUIET + 1);
  const path = newPath();
  const run = new Run(path, 2, { alerts: [], states: [] });
  for (const message of messages.slice(0, last)) run.hear(message);
  // The second one has what the first one was asked to save: it would wait for the threads by itself.
  run.commit();
  run.commit();
  run.hear(messages[last]);
  run.commit();
  await run.kill();
  const { anomalies } = contents(path) as { readonly anomalies: readonly { readonly kind: string }[] };
  expect(anomalies.map(({ kind }) => kind)).toContain('process');
});

test('a thread that fails is reported once, and each call that waits for it throws its error', async () => {
  const lost: unknown[] = [];
  const shards = new Shards({ threads: 1, simd: true, onLost: (error) => lost.push(error) });
  const nothing = (): void => undefined;
  const handlers: ThreadHandlers = {
    ...{ seq: () => Infinity, episode: nothing, habit: nothing, mode: nothing, state: nothing, reject: nothing },
    ...{ history: nothing, counted: nothing, stopped: nothing, log: nothing },
  };
  shards.begin(site, handlers, new Set());
  const series = [{ slug: 'a', unit: '', range: null, only: 'both' }] as const;
  const stream = shards.create({ stream: 'a', series, tuning: site.tuning, source: null, history: null });
  expect(stream.status.samples).toBe(0);
  stream.thread.row(TICK, 99); // there is no such stream
  expect(() => {
    shards.settle();
  }).toThrow(TypeError);
  expect(() => stream.status.samples).toThrow(TypeError);
  expect(lost).toHaveLength(1);
  await shards.close();
});

describe('the service', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  test('moves its streams into threads, to others and back, and counts each reading once', async () => {
    const broker = await startMosquitto();
    cleanUps.push(() => broker.stop());
    const client = await connectAsync(broker.url);
    cleanUps.push(() => client.endAsync(true));
    const siteFile = (workers: string | number): string =>
      `site: works\ndatabase: zankyo.db\nmqtt: { url: '${broker.url}' }\nworkers: ${workers}\n` +
      `inputs:\n  - { topic: s/+, name: '{1}', path: v, time: at }\ntuning: { hidden_size: 4, warmup: 20 }\n`;
    const { path, remove } = directoryOf({ 'site.yaml': siteFile('off') });
    cleanUps.push(remove);
    const program = await startService(path, cleanUps);
    const random = new Random(5);
    const publish = async (from: number, count: number): Promise<void> => {
      for (let i = from; i < from + count; i++) {
        const at = new Date(T + i * 60_000).toISOString();
        for (const series of ['a', 'b', 'c'])
          await client.publishAsync(`s/${series}`, JSON.stringify({ v: Math.sin(i / 9) + 0.1 * random.normal(), at }), {
            qos: 1,
          });
      }
    };
    await publish(0, 60);
    for (const [k, workers] of [2, 1, 'off', 2].entries()) {
      writeFileSync(join(path, 'site.yaml'), siteFile(workers));
      program.child.kill('SIGHUP');
      await eventually(() => program.log().filter(({ msg }) => msg === 'site file reloaded').length === k + 1);
      await publish(60 + 20 * k, 20);
    }
    const told = program.log().map(({ msg }) => msg);
    expect(told.filter((msg) => msg.startsWith('the streams are in'))).toHaveLength(4);
    expect(warningsOf(program)).toEqual([]);
    // What comes last is new when all the others have arrived.
    await client.publishAsync('s/end', JSON.stringify({ v: 0, at: new Date(T).toISOString() }), { qos: 1 });
    await eventually(() => program.log().some(({ msg, series }) => msg === 'new series' && series === 'end'));
    expect((await program.end('SIGTERM')).code).toBe(0);
    // Each reading is in the state once.
    const again = await startService(path, cleanUps);
    const restored = again.log().filter(({ msg }) => msg === 'learned state restored');
    expect(restored.map(({ stream, samples }) => [stream, samples])).toEqual([
      ['a', 140],
      ['b', 140],
      ['c', 140],
      ['end', 1],
    ]);
    expect((await again.end('SIGTERM')).code).toBe(0);
  });

  test('ends with code 1 when a thread fails, says why, and the next start goes on from all that was acknowledged', async () => {
    const broker = await startMosquitto();
    cleanUps.push(() => broker.stop());
    const client = await connectAsync(broker.url);
    cleanUps.push(() => client.endAsync(true));
    const { path, remove } = directoryOf({
      'site.yaml':
        `site: works\ndatabase: zankyo.db\nmqtt: { url: '${broker.url}' }\nworkers: 2\n` +
        `inputs:\n  - { topic: s/+, name: '{1}', path: v, time: at }\ntuning: { hidden_size: 4, warmup: 20 }\n`,
      // In each thread: an error that nobody expects, when the file is there.
      'fail.cjs': `const { isMainThread } = require('node:worker_threads');
if (!isMainThread) setInterval(() => { if (require('node:fs').existsSync('fail')) throw new Error('no memory left'); }, 20).unref();`,
    });
    cleanUps.push(remove);
    const program = await startService(path, cleanUps, { NODE_OPTIONS: `--require ${join(path, 'fail.cjs')}` });
    const publish = async (from: number, count: number): Promise<void> => {
      for (let i = from; i < from + count; i++) {
        const payload = JSON.stringify({ v: i % 7, at: new Date(T + i * 60_000).toISOString() });
        for (const series of ['a', 'b']) await client.publishAsync(`s/${series}`, payload, { qos: 1 });
      }
    };
    await publish(0, 30);
    await eventually(() => program.log().some(({ msg, series }) => msg === 'new series' && series === 'b'));
    writeFileSync(join(path, 'fail'), '');
    const { code, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('a worker thread failed: no memory left');
    rmSync(join(path, 'fail'));
    // These wait at the broker, with those that were not acknowledged.
    await publish(30, 10);
    await client.publishAsync('s/end', JSON.stringify({ v: 0, at: new Date(T).toISOString() }), { qos: 1 });
    const again = await startService(path, cleanUps);
    await eventually(() => again.log().some(({ msg, series }) => msg === 'new series' && series === 'end'));
    expect((await again.end('SIGTERM')).code).toBe(0);
    const last = await startService(path, cleanUps);
    const restored = last.log().filter(({ msg }) => msg === 'learned state restored');
    expect(restored.map(({ stream, samples }) => [stream, samples])).toEqual([
      ['a', 40],
      ['b', 40],
      ['end', 1],
    ]);
    expect((await last.end('SIGTERM')).code).toBe(0);
  });
});
