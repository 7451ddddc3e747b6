import { encode as encodeCbor } from 'cborg';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Content } from '../../../src/stream/dialects/content.ts';
import type { Dialect, DialectContext, Format, Receiver } from '../../../src/stream/dialects/dialect.ts';
import { DIALECTS, recognise } from '../../../src/stream/dialects/dialects.ts';
import { REASONS } from '../../../src/stream/reject.ts';
import { damaged, fuzz, hostileJson, textOf } from '../../fuzz.ts';
import { bytesOf, context, NOW } from './receive.ts';
import { encode } from './sparkplug-encoder.ts';

/*
 * Every mapper, with payloads that are its own with damages, those of the other formats, hostile JSON, bytes, and one short piece
 * repeated up to 64 KiB. More: FUZZ_RUNS=100000 npx vitest run --project unit test/stream/dialects/fuzz.test.ts --testTimeout=0;
 * then the slowest payload of each mapper is printed too.
 */

/** One good message of each format, to be damaged. */
const GOOD: Readonly<Record<Format, readonly [topic: string, payload: unknown]>> = {
  zigbee2mqtt: [
    'zigbee2mqtt/kitchen/climate',
    { temperature: 21.5, humidity: 40, linkquality: 34, last_seen: '2020-02-26T20:44:09+01:00' },
  ],
  tasmota: [
    'tele/pow1/SENSOR',
    {
      Time: '2018-02-15T17:37:10',
      ENERGY: { Total: 6.294, Power: [26, 3] },
      AM2301: { Temperature: 22.6 },
      TempUnit: 'C',
    },
  ],
  esphome: ['livingroom/sensor/temp/state', '21.5'],
  'shelly-gen1': ['shellies/shellyht-3CBD1F/sensor/temperature', '22.5'],
  'shelly-gen2': [
    'shelly/events/rpc',
    {
      src: 'shelly',
      method: 'NotifyStatus',
      params: { ts: 1680962879.62, 'temperature:0': { id: 0, tC: 19.8, tF: 67.6 } },
    },
  ],
  statestream: ['homeassistant/sensor/hall/state', '21.5'],
  homie: [
    'homie/5/dev/$description',
    { nodes: { n: { properties: { p: { datatype: 'float', unit: '°C', format: '0:10' } } } } },
  ],
  'things-stack': [
    'v3/app@ttn/devices/dev/up',
    {
      received_at: '2020-08-11T08:59:45.869225403Z',
      uplink_message: { f_cnt: 7, decoded_payload: { temperature: 2 } },
    },
  ],
  chirpstack: [
    'application/1/device/24e1/event/up',
    {
      deduplicationId: 'x',
      time: '2023-07-28T04:10:22Z',
      deviceInfo: { deviceName: 'd', devEui: '24e1' },
      object: { humidity: 49 },
    },
  ],
  sparkplug: [
    'spBv1.0/W/DBIRTH/S1/P1',
    encode({
      timestamp: NOW,
      seq: 1,
      metrics: [
        { name: 'Flow', alias: 1, type: 10, value: 7, properties: { engUnit: 'l/s', engLow: 0 } },
        { name: 'On', alias: 2, type: 11, value: true },
      ],
    }),
  ],
  rtl433: [
    'rtl_433/raspi/events',
    { time: '2020-07-05 21:04:23', model: 'Nexus-TH', id: 173, channel: 1, temperature_C: 22.7, humidity: 49 },
  ],
  meshtastic: [
    'msh/EU_868/2/json/LongFast/!7efeee00',
    { from: 2130636288, id: 7, type: 'telemetry', payload: { temperature: 23.3, voltage: 4 }, timestamp: 1653437222 },
  ],
  ruuvi: [
    'ruuvi/C8:25:2D:8E:9C:2C/CB:B8:33:4C:88:4F',
    { ts: 1659365222, data: '0201061BFF99040512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F' },
  ],
  influx: [
    'telegraf/host/cpu',
    'cpu,cpu=cpu0,host=local usage_idle=78.4,a\\ b=3i,s="x\\"" 1558613882000000000\n# c\nmem free=1',
  ],
  senml: [
    'senml',
    [
      { bn: 'urn:dev:ow:10e2073a01080063:', bt: 1.320067464e9, bu: '%RH', v: 20, s: 1 },
      { n: 'lon', u: 'lon', t: -5, v: 24 },
    ],
  ],
  cbor: ['cbor', encodeCbor({ temp: 21.5, air: { co2: 600 }, list: [1, 2], ts: 1_700_000_000 })],
  json: ['any/json', { sensor_id: 'S1', value: 123.45, timestamp: '2025-01-15T10:30:00Z', unit: 'bar' }],
  availability: ['plant/pump/LWT', 'Online'],
  scalar: ['any/value', '21.5'],
};

const good = Object.values(GOOD).map(([topic, payload]) => [topic, bytesOf(payload)] as const);
const payloads = good.map(([, payload]) => payload);
const SIZES = [1, 100, 4000, 65_536];
const repeated = fc
  .tuple(
    fc.oneof(textOf('[{":,0 \\#=t\n}]\u00e9'), fc.uint8Array({ maxLength: 8 }), fc.constantFrom(...payloads)),
    fc.constantFrom(...SIZES),
  )
  .map(([piece, size]) => {
    const bytes = Buffer.from(piece);
    return Buffer.alloc(size, bytes.length === 0 ? '[' : bytes);
  });

/** Payloads that are well-formed, and have as many parts as 64 KiB can hold. */
const WIDE: readonly ((n: number, own: unknown) => string | Uint8Array)[] = [
  (n, own) => JSON.stringify(Array.from({ length: n }, () => own)),
  (n, own) => JSON.stringify(Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, own]))),
  (n) => JSON.stringify(Object.fromEntries(Array.from({ length: n }, (_, i) => [`temperature${i}`, i]))),
  (n, own) =>
    JSON.stringify({
      ...(own as object),
      ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, { v: i }])),
    }),
  (n) => `${'{"a":'.repeat(n)}1${'}'.repeat(n)}`,
  (n) => `${'['.repeat(n)}1${']'.repeat(n)}`,
  (n) => JSON.stringify(Array.from({ length: n }, (_, i) => ({ n: `s${i}`, v: i, t: -i }))),
  (n) => `m,${Array.from({ length: n }, (_, i) => `t${i}=x`).join(',')} a=1`,
  (n) => `m ${Array.from({ length: n }, (_, i) => `f${i}=${i}`).join(',')}`,
  (n) => Array.from({ length: n }, (_, i) => `m,t=x${i} f=${i}i`).join('\n'),
  (n) =>
    encode({
      seq: 1,
      metrics: Array.from({ length: n }, (_, i) => ({ name: `m/${i}`, alias: i, type: 10, value: i })),
    }),
  (n) => encodeCbor(Array.from({ length: n }, (_, i) => ({ t: i }))),
  (n) => encodeCbor(Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]))),
  ...['{}', '[]', '[{}]', '{"a":{}}', '{"ts":1}', '0', '""'].map((part) => (n: number) => `[${`${part},`.repeat(n)}0]`),
  ...['{}', '[]', '[{}]'].map(
    (part) => (n: number) => `{${Array.from({ length: n }, (_, i) => `"${i}":${part},`).join('')}"k":0}`,
  ),
  ...['a0', '80', '81a0', 'a101a0', '01', '60', 'c4822101', '62c3bc'].map(
    (part) => (n: number) => Buffer.from(`9f${part.repeat(5 * n)}ff`, 'hex'),
  ),
];
const wideOf = (own: unknown): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...WIDE), fc.constantFrom(1, 10, 300, 1500, 4000, 12_000))
    .map(([form, n]) => bytesOf(form(n, own)));

/** Topics of the format, nearly so, and any. */
const topicOf = (own: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(own) },
    { weight: 2, arbitrary: fc.constantFrom(...good.map(([topic]) => topic)) },
    fc
      .array(
        fc.constantFrom(
          ...own.split('/'),
          '',
          '$state',
          '$description',
          'status',
          'state',
          'NDATA',
          'NBIRTH',
          'NDEATH',
          'DDATA',
          'temperature:0',
          'set',
          'x'.repeat(200),
        ),
        { minLength: 1, maxLength: 8 },
      )
      .map((levels) => levels.join('/')),
  );

const payloadOf = (given: unknown, own: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .oneof(
      { weight: 8, arbitrary: damaged(own) },
      { weight: 2, arbitrary: fc.constantFrom(...payloads) },
      { weight: 3, arbitrary: hostileJson.map(bytesOf) },
      { weight: 2, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 200 }) },
      { weight: 1, arbitrary: repeated },
      { weight: 1, arbitrary: wideOf(given) },
    )
    .filter(({ length }) => length > 0 && length <= 65_536);

const zone: DialectContext['zone'] = (wall) => wall - 3_600_000;
const contexts: readonly DialectContext[] = [context, { ...context, zone, decimalComma: true, precision: 's' }];

const slowest = new Map<string, { ms: number; topic: string; payload: Uint8Array }>();

/** CPU time of the process in ms: other programs do not count, the collector does. */
const cpuMs = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** Notes the CPU time of a slow message: the best of ten, so that neither the collector nor the compiler counts. */
const note = (name: string, ms: number, topic: string, payload: Uint8Array, again: () => void): void => {
  if (ms <= (slowest.get(name)?.ms ?? 0)) return;
  let best = Infinity;
  for (let i = 0; i < 10; i++) best = Math.min(best, cpuMs(again));
  if (best > (slowest.get(name)?.ms ?? 0)) slowest.set(name, { ms: best, topic, payload });
};

afterAll(() => {
  if (process.env['FUZZ_RUNS'] === undefined) return;
  for (const [name, { ms, topic, payload }] of slowest)
    console.log(
      `${name.padEnd(13)} slowest ${ms.toFixed(2)} ms of CPU time: ${payload.length} bytes on ${topic.slice(0, 60)}: ${JSON.stringify(Buffer.from(payload.subarray(0, 40)).toString('latin1'))}`,
    );
});

/** Checks the form of all that a mapper gives. */
class Checking implements Receiver {
  samples = 0;
  sample(device: string, signal: string, _value: unknown, at: number | null): void {
    this.samples++;
    if (typeof device !== 'string' || typeof signal !== 'string') throw new TypeError('names are texts');
    if (at !== null && Number.isNaN(new Date(at).getTime())) throw new RangeError(`at is ${at}`);
  }
  availability(device: string, online: boolean): void {
    if (typeof device !== 'string' || typeof online !== 'boolean') throw new TypeError('availability');
  }
  refuse(reason: string): void {
    if (!(reason in REASONS)) throw new RangeError(reason);
  }
}

test.each(DIALECTS.map((dialect): [Format, Dialect] => [dialect.name, dialect]))(
  '%s: no payload throws, and none gives more values than it has bytes',
  (name, dialect) => {
    const [topic, own] = GOOD[name];
    const content = new Content();
    // Their state grows over all runs: it must stay bounded, and no earlier message may break a later one.
    const mappers = contexts.map((each) =>
      dialect.open({ ...each, publish: () => undefined, memory: { get: () => null, set: () => undefined } }),
    );
    fc.assert(
      fc.property(topicOf(topic), payloadOf(own, bytesOf(own)), fc.boolean(), (to, payload, retained) => {
        const receiver = new Checking();
        const message = { topic: to, payload, retained, receivedAt: NOW };
        for (const mapper of mappers) {
          const read = (to: Receiver): void => {
            mapper.read(content.set(message), to);
          };
          const start = performance.now();
          read(receiver);
          const ms = performance.now() - start;
          expect(receiver.samples).toBeLessThanOrEqual(2 * payload.length);
          note(name, ms, to, payload, () => {
            read(new Checking());
          });
        }
      }),
      fuzz(1500),
    );
  },
);

test('every payload on every topic is recognised as something', () => {
  const known = new Set(DIALECTS.map(({ name }) => name));
  fc.assert(
    fc.property(
      fc.constantFrom(...good),
      fc.constantFrom(...good),
      repeated,
      fc.boolean(),
      ([topic], [, other], long, isLong) => {
        const payload = isLong ? long : other;
        const start = performance.now();
        const { name } = recognise(topic, payload);
        note('recognise', performance.now() - start, topic, payload, () => recognise(topic, payload));
        expect(known).toContain(name);
      },
    ),
    fuzz(2000),
  );
});
