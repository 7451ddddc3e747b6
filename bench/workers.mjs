// One process against worker threads: readings a second from the decoded message to the transaction, and what the threads cost.
// npm run bench:workers [-- --threads 2 --streams 50]
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Subject } from 'rxjs';
import { pipeline } from '../dist/app/pipeline.js';
import { ServiceHistory } from '../dist/app/service/history.js';
import { Shards } from '../dist/app/workers/shards.js';
import { siteSchema } from '../dist/config/schema/site.js';
import { loadKernel } from '../dist/io/files/kernel-file.js';
import { AlertOutbox } from '../dist/io/ledger/alert-outbox.js';
import { Ledger } from '../dist/io/ledger/ledger.js';
import { alertsOver } from '../dist/io/mqtt/alerts.js';
import { AnomalyLog } from '../dist/io/sqlite/tables/anomaly-log.js';
import { openDatabase } from '../dist/io/sqlite/database.js';
import { SnapshotStore } from '../dist/io/sqlite/snapshots/snapshot-store.js';
import { Random } from '../dist/math/random.js';
import { median, printTable } from './contest.mjs';

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    streams: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '9' },
    readings: { type: 'string', default: '400' },
  },
});
const THREADS = Number(values.threads);
const STREAMS = Number(values.streams);
const ROUNDS = Number(values.rounds);
const READINGS = Number(values.readings); // of each stream, a round
const WARM_UP = 2; // rounds
/** Messages that arrive in one turn of the event loop when there are many: about a read of the socket. */
const CROWD = 128;
const T = Date.UTC(2026, 0, 5);

const directory = mkdtempSync(join(tmpdir(), 'zankyo-bench-workers-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const kernel = loadKernel();
const site = siteSchema.parse({
  site: 'bench',
  mqtt: { url: 'mqtt://localhost' },
  inputs: [{ topic: 's/+', name: '{1}', path: 'temperature', time: 'last_seen' }],
  max_series: 20_000,
});

let files = 0;
const fail = (error) => {
  console.error(error);
  process.exit(1);
};

/** The service without a broker, with its own database on the disk. `threads` 0: without threads. */
class Contender {
  cpu = [];
  wall = [];

  constructor(name, threads) {
    this.name = name;
    const log = (level, fields, text) => {
      if (level === 'error') fail(new Error(`${text} ${JSON.stringify(fields)}`));
    };
    this.db = openDatabase(join(directory, `${files++}.db`));
    this.shards = threads === 0 ? null : new Shards({ threads, simd: true, onLost: fail });
    this.ledger = new Ledger(this.db, {
      everyMs: 30_000,
      acknowledge: () => undefined,
      log,
      makeRoom: () => false,
      onUnusable: fail,
      settle: () => this.shards?.settle(),
    });
    const outbox = new AlertOutbox(this.db, this.ledger, (_topic, _payload, gone) => gone());
    this.messages$ = new Subject();
    const ports = {
      messages$: this.messages$,
      alerts: alertsOver(outbox, { publish: () => undefined }, 'zankyo', 'bench'),
      anomalyLog: new AnomalyLog(this.db, { quarantineRows: 10 }),
      snapshots: new SnapshotStore(this.db),
      ledger: this.ledger,
      history: new ServiceHistory(this.db, log).of(site),
    };
    const threadsOption = this.shards === null ? {} : { threads: this.shards };
    this.subscription = pipeline(site, ports, { log, kernel, ...threadsOption }).subscribe({ error: fail });
  }

  /** Passes messages, so many in a turn. Returns CPU and elapsed time, µs per message. */
  async take(messages, crowd) {
    const cpu = process.cpuUsage();
    const startAt = process.hrtime.bigint();
    for (let i = 0; i < messages.length; i++) {
      this.messages$.next(messages[i]);
      if ((i + 1) % crowd === 0) await turn();
    }
    this.ledger.commit();
    const wall = Number(process.hrtime.bigint() - startAt) / 1000 / messages.length;
    const { user, system } = process.cpuUsage(cpu);
    return { cpu: (user + system) / messages.length, wall };
  }

  /** A hash of all that it has learned and found. */
  result() {
    this.subscription.unsubscribe();
    this.ledger.commit();
    const hash = createHash('sha256');
    const all = (sql) => this.db.prepare(sql).all();
    for (const { stream, bytes } of all('SELECT stream, bytes, max(seq) FROM snapshot GROUP BY stream ORDER BY stream'))
      hash.update(stream).update(bytes);
    const episodes = all('SELECT * FROM anomaly ORDER BY id');
    hash.update(JSON.stringify(episodes));
    return { hash: hash.digest('hex'), episodes: episodes.length };
  }

  async close() {
    this.ledger.close();
    await this.shards?.close();
    this.db.close();
  }
}

const random = new Random(7);
/** When the first message arrives, and how many arrive in a second: by this clock states are published and streams are saved. */
const ARRIVAL = T + 400 * 86_400_000;
const A_SECOND = 20_000;
let sent = 0;
/** One reading a minute of each stream, with a day in it and a fault now and then; about 300 bytes. They arrive later, and faster. */
function messagesOf(round, readings = READINGS) {
  const messages = [];
  for (let i = round * READINGS; i < round * READINGS + readings; i++)
    for (let s = 0; s < STREAMS; s++) {
      const at = T + i * 60_000 + s * 100;
      const fault = (i + 37 * s) % 3000 < 12 ? 4 : 0;
      const temperature = 20 + s / 10 + 3 * Math.sin((2 * Math.PI * i) / 1440) + 0.3 * random.normal() + fault;
      const text = JSON.stringify({
        ...{
          battery: 97,
          humidity: 51.3,
          linkquality: 120,
          pressure: 1013.2,
          temperature: Number(temperature.toFixed(3)),
        },
        last_seen: new Date(at).toISOString(),
        update: { installed_version: 4105, latest_version: 4105, state: 'idle' },
        device: { friendlyName: `sensor ${s}`, model: 'WSDCGQ11LM', networkAddress: 4711 + s, powerSource: 'Battery' },
      });
      messages.push({
        topic: `s/t${s}`,
        payload: Buffer.from(text),
        receivedAt: ARRIVAL + Math.floor((sent++ * 1000) / A_SECOND),
        retained: false,
        redelivered: false,
      });
    }
  return messages;
}

const busy = loadavg()[0] > 0.5 ? `; the machine was not idle: load ${loadavg()[0].toFixed(1)}` : '';
console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}${busy}`);
const before = process.memoryUsage().rss;
const idle = new Shards({ threads: THREADS, simd: true, onLost: fail });
idle.begin(site, { seq: () => Infinity }, new Set());
console.log(
  `${THREADS} threads without streams: ${((process.memoryUsage().rss - before) / 1e6).toFixed(0)} MB of memory; without threads: none`,
);
await idle.close();

const contenders = [new Contender('no threads', 0), new Contender(`${THREADS} threads`, THREADS)];
for (let number = 0; number < WARM_UP + ROUNDS; number++) {
  const messages = messagesOf(number);
  // In turn first and second.
  for (const each of number % 2 === 0 ? contenders : contenders.toReversed()) {
    const { cpu, wall } = await each.take(messages, CROWD);
    if (number < WARM_UP) continue;
    each.cpu.push(cpu);
    each.wall.push(wall);
  }
}
const [alone, threaded] = contenders;
console.log('');
console.log(
  `${STREAMS} streams, ${ROUNDS} rounds of ${STREAMS * READINGS} messages, ${CROWD} in a turn; with journal, history and snapshots`,
);
printTable(
  ['', 'readings a second', 'min-max', 'CPU µs a reading', 'times no threads'],
  contenders.map(({ name, wall, cpu }) => {
    const ratios = wall.map((us, i) => alone.wall[i] / us);
    const perSecond = wall.map((us) => 1e6 / us);
    return [
      name,
      median(perSecond).toFixed(0),
      `${Math.min(...perSecond).toFixed(0)}-${Math.max(...perSecond).toFixed(0)}`,
      median(cpu).toFixed(1),
      `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`,
    ];
  }),
);

console.log('');
console.log('CPU time of a reading by how many arrive in one turn: few come together at a low load');
const rows = [];
let number = WARM_UP + ROUNDS;
for (const crowd of [1, 4, 16, 64, 256]) {
  const costs = contenders.map(() => []);
  for (let repeat = 0; repeat < 3; repeat++) {
    const messages = messagesOf(number++, Math.min(READINGS, Math.ceil(4000 / STREAMS)));
    for (const [k, each] of contenders.entries()) costs[k].push((await each.take(messages, crowd)).cpu);
  }
  const [none, some] = costs.map((all) => Math.min(...all));
  rows.push([String(crowd), none.toFixed(1), some.toFixed(1), `${(some / none).toFixed(2)}`]);
}
printTable(['in a turn', 'no threads, µs', `${THREADS} threads, µs`, 'times'], rows);

const [first, second] = [alone.result(), threaded.result()];
console.log('');
console.log(
  `results: ${first.episodes} episodes and the state of ${STREAMS} streams, ${first.hash === second.hash ? 'bit for bit the same' : 'DIFFERENT'}`,
);
for (const each of contenders) await each.close();
process.exit(first.hash === second.hash ? 0 : 1);
