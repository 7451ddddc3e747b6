import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { PayloadReader } from '../../src/stream/dialects/sparkplug/payload.ts';
import { encode, type SentMetric } from '../stream/dialects/sparkplug-encoder.ts';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, startService } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const PUMP = 'waterworks/station-1/pump-1';
const SLUG = 'waterworks-station-1-pump-1-flow';
const topic = (type: string): string => `spBv1.0/waterworks/${type}/station-1${type.startsWith('D') ? '/pump-1' : ''}`;

/** An edge node as the specification has it: births on request, aliases alone in its data, a will with its bdSeq. */
class EdgeNode {
  readonly births: number[] = [];
  private birthing: Promise<void> = Promise.resolve();
  private seq = -1;
  private readonly client: MqttClient;

  private constructor(client: MqttClient) {
    this.client = client;
  }

  static async connect(url: string): Promise<EdgeNode> {
    const death = encode({ timestamp: Date.now(), metrics: [{ name: 'bdSeq', type: 8, value: 7 }] });
    const will = { topic: topic('NDEATH'), payload: Buffer.from(death), qos: 1, retain: false } as const;
    const client = await connectAsync(url, { will });
    const node = new EdgeNode(client);
    client.on('message', (_topic, payload) => {
      const reader = new PayloadReader();
      reader.start(payload);
      while (reader.next())
        if (reader.metric.name === 'Node Control/Rebirth' && reader.metric.value === 1) node.birthing = node.birth();
    });
    await client.subscribeAsync(topic('NCMD'), { qos: 1 });
    return node;
  }

  /** Two births: the edge node and its pump. */
  private async birth(): Promise<void> {
    this.births.push(Date.now());
    this.seq = -1;
    const timestamp = Date.now();
    await this.send('NBIRTH', [
      { name: 'bdSeq', timestamp, type: 8, value: 7 },
      { name: 'Node Control/Rebirth', timestamp, type: 11, value: false },
    ]);
    const properties = { engUnit: 'm³/h', engLow: -20, engHigh: 400 };
    await this.send('DBIRTH', [{ name: 'Flow', alias: 4, timestamp, type: 3, value: 180, properties }]);
  }

  /** Not between the two births. */
  async flow(value: number): Promise<void> {
    await this.birthing;
    await this.send('DDATA', [{ alias: 4, timestamp: Date.now(), type: 3, bare: true, value }]);
  }

  /** Loses one message. */
  skip(): void {
    this.seq++;
  }

  /** Falls silent without a farewell: the broker sends the will. */
  die(): void {
    this.client.stream.destroy();
    this.client.end(true);
  }

  private async send(type: string, metrics: readonly SentMetric[]): Promise<void> {
    this.seq = (this.seq + 1) & 255;
    const payload = encode({ timestamp: Date.now(), metrics, seq: this.seq });
    await this.client.publishAsync(topic(type), Buffer.from(payload), { qos: 0 });
  }
}

test('births, data by alias, a gap, a rebirth, a restart with what was born before, and a death', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path, remove } = directory({
    'site.yaml': `site: station
mqtt: { url: '${broker.url}' }
inputs: [{ topic: 'spBv1.0/#' }]
sparkplug: { rebirth: true }
commit: { every: 1s }
publish: { state_every: 1s }
`,
  });
  cleanUps.push(remove);
  const reader = await connectAsync(broker.url);
  cleanUps.push(() => reader.endAsync(true));
  let state: { value?: number; unit?: string } = {};
  const events: { event_type: string; kind?: string; reason?: string; series?: string }[] = [];
  reader.on('message', (to, payload) => {
    if (to.endsWith('/state')) state = JSON.parse(payload.toString()) as typeof state;
    else if (to.endsWith('/event')) events.push(JSON.parse(payload.toString()) as (typeof events)[number]);
  });
  await reader.subscribeAsync([`zankyo/station/series/${SLUG}/state`, 'zankyo/station/series/+/event'], { qos: 1 });
  const reads = (value: number): Promise<void> =>
    eventually(
      () => state.value === value,
      () => `${SLUG} reads ${state.value}, not ${value}`,
    );

  const edge = await EdgeNode.connect(broker.url);
  cleanUps.push(() => {
    edge.die();
  });
  const first = await startService(path, cleanUps);

  // The service was not there for a birth: it asks for one.
  await edge.flow(181);
  await eventually(() => edge.births.length === 1);
  await reads(180);
  await edge.flow(-5); // signed by the data type of the birth
  await reads(-5);
  expect(state.unit).toBe('m³/h');

  // A message is lost: the next one is read, and the edge node is asked again.
  edge.skip();
  await edge.flow(182);
  await eventually(() => edge.births.length === 2);
  expect(await first.logged('sequence number')).toMatchObject({ reason: 'sequence_gap' });
  await edge.flow(183);
  await reads(183);

  // After a restart, the alias of the birth before it is still known.
  await first.end('SIGTERM');
  const second = await startService(path, cleanUps);
  await edge.flow(184);
  await reads(184);
  expect(edge.births).toHaveLength(2);

  edge.die();
  await eventually(
    () => events.length > 0,
    () =>
      `no event; the log:\n${second
        .log()
        .map((line) => JSON.stringify(line))
        .join('\n')}`,
  );
  expect(events[0]).toMatchObject({ series: SLUG, kind: 'sensor' });
  expect(second.log().filter(({ level }) => level >= 50)).toEqual([]);
  expect(PUMP).toBe('waterworks/station-1/pump-1');
});
