import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, startMosquitto, type Mosquitto } from './programs/mosquitto.ts';
import { directory, eventually, startProgram, type Program } from './programs/program.ts';

const deploy = resolve(import.meta.dirname, '../../deploy');
const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

interface Answer {
  readonly status: string;
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
  };
}

let broker: Mosquitto;
let client: MqttClient;
let program: Program;
let http: string;
let prometheus: string;
let health: Record<string, unknown> = {};

/** The instant vector of an expression, by Prometheus. */
const query = async (expression: string): Promise<Answer> => {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`);
  return (await response.json()) as Answer;
};

/** The value of an expression with one series; null while there is none. */
const valueOf = async (expression: string): Promise<number | null> => {
  const { data } = await query(expression);
  return data.result.length === 0 ? null : Number(data.result[0].value[1]);
};

beforeAll(async () => {
  broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const [servicePort, prometheusPort] = [await freePort(), await freePort()];
  http = `http://127.0.0.1:${servicePort}`;
  prometheus = `http://127.0.0.1:${prometheusPort}`;
  const { path, remove } = directory({
    'site.yaml': `site: works
database: zankyo.db
mqtt: { url: '${broker.url}' }
http: { listen: '127.0.0.1:${servicePort}', series_metrics: 1 }
inputs:
  - { topic: 's/+', name: '{1}', range: [0, 100] }
  - { topic: never, name: never }
tuning: { network: false }
publish: { state_every: 1s }
`,
    'prometheus.yml': readFileSync(join(deploy, 'prometheus/prometheus.yml'), 'utf8')
      .replace('scrape_interval: 30s', 'scrape_interval: 1s\n  evaluation_interval: 1s')

      .replaceAll('127.0.0.1:8787', `127.0.0.1:${servicePort}`),
    'alerts.yml': readFileSync(join(deploy, 'prometheus/alerts.yml'), 'utf8'),
  });
  cleanUps.push(remove);
  program = startProgram(['run', '-c', 'site.yaml'], path);
  cleanUps.push(() => {
    program.child.kill('SIGKILL');
    return program.ended;
  });
  client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
  client.on('message', (_, payload) => (health = JSON.parse(payload.toString()) as Record<string, unknown>));
  await program.logged('listening');
  const child = spawn(
    'prometheus',
    [
      '--config.file=prometheus.yml',
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      `--storage.tsdb.path=${join(path, 'data')}`,
    ],
    { cwd: path, stdio: 'ignore' },
  );
  const ended = new Promise((done) => child.once('exit', done));
  cleanUps.push(() => {
    child.kill('SIGKILL');
    return ended;
  });
  const send = (name: string, payload: string) => client.publishAsync(`s/${name}`, payload, { qos: 1 });
  for (let n = 0; n < 20; n++) await send(n % 2 === 0 ? 'hall' : 'attic', String(20 + n));
  await send('hall', 'warm');
  await send('attic', '500'); // out of range: an alarm
});

describe('a real Prometheus', () => {
  test('scrapes the service: a query gives the number of readings', async () => {
    await eventually(async () => (await valueOf('zankyo_readings_total').catch(() => null)) === 21);
    expect(await valueOf('zankyo_messages_total{input="s/+"}')).toBe(22);
    expect(await valueOf('zankyo_messages_total{input="never"}')).toBe(0);
    expect(await valueOf('zankyo_messages_rejected_total{reason="not_a_number"}')).toBe(1);
    expect(await valueOf('zankyo_streams{phase="learning"}')).toBe(2);
    expect(await valueOf('zankyo_alarms_open{kind="sensor"}')).toBe(1);
    expect(await valueOf('sum(zankyo_anomalies_total{kind="sensor"})')).toBe(1);
    expect(await valueOf('zankyo_mqtt_connected')).toBe(1);
    expect(await valueOf('sum(zankyo_problem)')).toBe(0);
    expect(await valueOf('zankyo_written_bytes_total > 0')).not.toBeNull();
    expect(await valueOf('sum(zankyo_processing_seconds_count)')).toBe(22);
    expect(
      await valueOf('histogram_quantile(0.5, zankyo_processing_seconds_bucket{learning="full"}) > 0'),
    ).not.toBeNull();
    expect(await valueOf('process_resident_memory_bytes{job="zankyo"} > 30e6')).not.toBeNull();
  });

  test('series_metrics bounds the series that have gauges', async () => {
    expect(await valueOf('count(zankyo_series_value)')).toBe(1);
    expect(await valueOf('zankyo_series_value')).toBe(38); // hall was first; its last reading
  });

  test('has loaded the alert rules without an error', async () => {
    const response = await fetch(`${prometheus}/api/v1/rules`);
    const { data } = (await response.json()) as {
      data: { groups: { name: string; rules: { name: string; lastError?: string }[] }[] };
    };
    const [{ name, rules }] = data.groups;
    expect([name, rules.length, rules.filter(({ lastError }) => lastError !== undefined)]).toEqual(['zankyo', 7, []]);
  });

  test('understands every query of the Grafana dashboard, and each metric in it exists', async () => {
    const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/dashboard.json'), 'utf8')) as Dashboard;
    const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const exposed = await (await fetch(`${http}/metrics`)).text();
    for (const expression of queries) {
      const plain = expression.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m');
      expect([expression, (await query(plain)).status]).toEqual([expression, 'success']);
      for (const [name] of plain.matchAll(/\b(?:zankyo|process|nodejs)_\w+/g)) expect(exposed).toContain(`\n${name}`);
    }
    expect(queries.length).toBeGreaterThan(15);
  });
});

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string; readonly refId: string }[];
  }[];
}

test('the dashboard: panels that Grafana has, each in its place, with ids and queries of their own', () => {
  const { panels, schemaVersion, uid, templating } = JSON.parse(
    readFileSync(join(deploy, 'grafana/dashboard.json'), 'utf8'),
  ) as Dashboard;
  expect([uid, schemaVersion, templating.list.map(({ name }) => name)]).toEqual([
    'zankyo',
    39,
    ['datasource', 'instance'],
  ]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const taken = new Set<string>();
  for (const { type, title, gridPos, targets } of panels) {
    expect(['stat', 'timeseries', 'table']).toContain(type);
    expect(title).not.toBe('');
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    const { x, y, w, h } = gridPos;
    expect(x + w).toBeLessThanOrEqual(24);
    for (let column = x; column < x + w; column++)
      for (let row = y; row < y + h; row++) {
        const cell = `${column},${row}`;
        expect(taken.has(cell)).toBe(false);
        taken.add(cell);
      }
  }
});

test('promtool accepts the rules, and they fire when they should', () => {
  const run = (...args: string[]): string =>
    execFileSync('promtool', args, { cwd: join(deploy, 'prometheus'), encoding: 'utf8', stdio: 'pipe' });
  expect(run('check', 'rules', 'alerts.yml')).toContain('7 rules found');
  expect(run('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  expect(run('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
});

describe('health', () => {
  const get = async (path: string) => {
    const response = await fetch(`${http}${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('over MQTT and /healthz: version, memory, streams by phase, open alarms, broker, queues', async () => {
    await client.subscribeAsync('zankyo/works/health', { qos: 1 });
    await eventually(() => 'version' in health);
    const { version } = JSON.parse(readFileSync(join(deploy, '../package.json'), 'utf8')) as { version: string };
    expect(health).toMatchObject({ version, learning: 'full', queues: { database: 0, notify: 0 }, problems: [] });
    const { status, body } = await get('/healthz');
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['ok', 'checks', ...Object.keys(health)]);
    expect(body).toMatchObject({
      ok: true,
      checks: { event_loop: true, database: true },
      broker: 'connected',
      readings: 21,
      streams: { learning: 2, ready: 0, silent: 0 },
      alarms: { process: 0, drift: 0, sensor: 1 },
      rejected: { not_a_number: 1 },
    });
  });

  test('/readyz is 503 without the broker, and 200 again with it; /healthz stays 200', async () => {
    expect(await get('/readyz')).toEqual({
      status: 200,
      body: { ok: true, checks: { config: true, journal: true, broker: true } },
    });
    await broker.kill();
    await eventually(async () => (await get('/readyz')).status === 503);
    expect((await get('/readyz')).body).toEqual({ ok: false, checks: { config: true, journal: true, broker: false } });
    expect((await get('/healthz')).status).toBe(200);
    await broker.restart();
    await eventually(async () => (await get('/readyz')).status === 200);
  });

  test('GET changes nothing, and no other method is served', async () => {
    const headers = { 'Content-Type': 'application/json' };
    for (const path of ['/metrics', '/healthz', '/readyz'])
      for (const method of ['POST', 'PUT', 'DELETE'])
        expect((await fetch(`${http}${path}`, { method, headers })).status).toBe(404);
  });

  test('the service ends in order while a scrape is open', async () => {
    expect((await program.end('SIGTERM')).code).toBe(0);
  });
});
