import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { AnomalyLog } from '../../io/sqlite/tables/anomaly-log.ts';
import { openDatabase } from '../../io/sqlite/database.ts';
import { DAY_MS, MINUTE_MS, WEEK_MS } from '../../math/time.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { Log } from '../../log.ts';
import { startService } from '../service.ts';
import { startEmbeddedBroker } from './broker.ts';
import { cycleSchedule } from './cycle-faults.ts';
import { CYCLE_SERIES } from './cycles.ts';
import { schedule } from './schedule.ts';
import { demoSite, WARMUP_DAYS } from './site.ts';
import { habitOf, tally, type Alert, type HabitResult, type Tally } from './tally.ts';
import { faultAt, Waterworks, type AnyFault } from './waterworks.ts';

export interface DemoOptions {
  readonly seed: number;
  /** Limits of simulated days and of real time; the first one that is reached ends the demo. */
  readonly days: number;
  readonly realMs: number;
  readonly log: Log;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  readonly onAlert: (alert: DemoAlert) => void;
  /** Port of the dashboard, on the loopback interface; null: none. */
  readonly port: number | null;
  /** Called with the result while everything still runs; the demo ends when it is done. Absent: it ends at once. */
  readonly stayUp?: (result: DemoResult) => Promise<void>;
  /** Called for each simulated hour. */
  readonly onProgress: (progress: { readonly days: number; readonly warmup: number }) => void;
}

/** An alert as the subscriber read it from the wire. */
export interface DemoAlert extends Alert {
  readonly severity: string;
  readonly reason: string;
  /** The fault of its machine at this moment, only for the display; the detector has no information about it. */
  readonly fault: AnyFault | null;
}

export interface DemoResult extends Tally {
  readonly habits: readonly HabitResult[];
  readonly simulatedDays: number;
  readonly readings: number;
  /** Episodes that opened, as counted over MQTT and in the database; they should be equal. */
  readonly alertsHeard: number;
  readonly rowsLogged: number;
  readonly realMs: number;
}

/** A Monday at midnight. */
const START_AT = Date.UTC(2026, 0, 5);
/** Longest time that a demo which stays up waits for its last alerts. */
const SETTLE_MS = 5_000;

/**
 * The whole path at a speed that a viewer can follow: a broker, the pump station publishing over real MQTT, the service as its
 * subscriber, and a client that receives the alerts. The detector has no information about the faults.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const ends: (() => Promise<unknown>)[] = [];
  try {
    return await demo(options, ends);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** `ends`: to be called in the reverse order, also where something does not begin. */
async function demo(options: DemoOptions, ends: (() => Promise<unknown>)[]): Promise<DemoResult> {
  const { seed, days, log, kernel, port, stayUp } = options;
  const listen = port === null ? null : `127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'zankyo-demo-'));
  ends.push(() => rm(folder, { recursive: true }));
  const database = join(folder, 'zankyo.db');
  const broker = await startEmbeddedBroker();
  ends.push(() => broker.stop());
  const pumpFaults = schedule(seed, START_AT, days, WARMUP_DAYS);
  const cycleFaults = cycleSchedule(seed, START_AT, days, WARMUP_DAYS);
  const faults = [...pumpFaults, ...cycleFaults].sort((a, b) => a.at - b.at);
  const works = new Waterworks(seed, START_AT, pumpFaults, cycleFaults);
  const alerts: Alert[] = [];
  let now = START_AT;

  const listener = await connectAsync(broker.url, { clientId: 'demo-listener' });
  ends.push(() => listener.endAsync());
  listener.on('message', (_, payload) => {
    const alert = readAlert(payload, faults);
    alerts.push(alert);
    options.onAlert(alert);
  });
  await listener.subscribeAsync('zankyo/demo/series/+/event', { qos: 1 });
  const transmitter = await connectAsync(broker.url, { clientId: 'demo-plant' });
  ends.push(() => transmitter.endAsync());
  const service = startService(demoSite(broker.url, database, listen), { log, kernel, now: () => now });
  ends.push(() => service.stop());
  // Stored and polled: a race against a promise that never settles would keep all other promises of each race in memory.
  const failures: unknown[] = [];
  service.failure.catch((error: unknown) => failures.push(error));
  const startedAt = performance.now();

  await until(() => service.connection === 'connected', failures);
  let sent = 0;
  const minutes = Math.round((days * DAY_MS) / MINUTE_MS);
  let minute = 0;
  for (; minute < minutes && performance.now() - startedAt < options.realMs; minute++) {
    const { at, values } = works.next();
    now = at;
    for (const { series, value } of values) {
      if (value === null) continue;
      transmit(transmitter, series, at, value);
      sent++;
    }
    // The service reads the clock as messages arrive: with minutes under way, the gaps between readings would depend on the machine.
    await until(() => service.readings >= sent, failures);
    if (minute % 60 === 0)
      options.onProgress({ days: minute / 1440, warmup: Math.min(1, minute / 1440 / WARMUP_DAYS) });
  }
  const times = { startAt: START_AT, warmAt: START_AT + WARMUP_DAYS * DAY_MS, until: now };
  const resultNow = (): DemoResult => ({
    ...tally(faults, alerts, now, START_AT + WEEK_MS),
    habits: CYCLE_SERIES.map((series) => habitOf(series, works.times(series), faults, alerts, times)),
    simulatedDays: minute / 1440,
    readings: service.readings,
    alertsHeard: alerts.filter(({ phase }) => phase === 'opened').length,
    rowsLogged: rowsIn(database),
    realMs,
  });
  const realMs = performance.now() - startedAt;
  if (stayUp !== undefined) {
    await settled(resultNow);
    await stayUp(resultNow());
  }
  await service.stop();
  // This message arrives after everything that the service published.
  await quiesce(listener);
  return resultNow();
}

const transmit = (client: MqttClient, series: string, at: number, value: number): void => {
  client.publish(`plant/${series}`, JSON.stringify({ at: new Date(at).toISOString(), value }), { qos: 0 });
};

/** Runs other tasks until the condition holds. */
async function until(condition: () => boolean, failures: readonly unknown[]): Promise<void> {
  while (!condition()) {
    if (failures.length > 0) throw new Error('the service failed', { cause: failures[0] });
    await turn();
  }
}

/** Alerts are on their way, and rows wait for their transaction, while a service runs. */
async function settled(result: () => DemoResult): Promise<void> {
  for (let waited = 0; waited < SETTLE_MS; waited += 100) {
    await sleep(100);
    const { alertsHeard, rowsLogged } = result();
    if (alertsHeard === rowsLogged && waited >= 1_000) return;
  }
}

async function quiesce(client: MqttClient): Promise<void> {
  const echoed = new Promise<void>((resolve) => {
    client.once('packetreceive', function wait(packet) {
      if (packet.cmd === 'pingresp' || packet.cmd === 'puback') resolve();
      else client.once('packetreceive', wait);
    });
  });
  await client.publishAsync('demo/end', '', { qos: 1 });
  await echoed;
}

function readAlert(payload: Uint8Array, faults: readonly AnyFault[]): DemoAlert {
  const news = JSON.parse(Buffer.from(payload).toString()) as {
    id: string;
    event_type: string;
    at: string;
    series: string;
    severity: string;
    reason: string;
  };
  const at = Date.parse(news.at);
  return {
    id: news.id,
    phase: news.event_type,
    at,
    series: news.series,
    severity: news.severity,
    reason: news.reason,
    fault: faultAt(faults, news.series, at),
  };
}

function rowsIn(database: string): number {
  const db = openDatabase(database, { readonly: true });
  try {
    return [...new AnomalyLog(db, { quarantineRows: 0 }).list()].length;
  } finally {
    db.close();
  }
}
