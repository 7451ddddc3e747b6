// Time from a received message to its readings, for each format, beside JSON.parse of the same text.
// npm run bench:decode [word ...]: only formats with one of the words in their names
import { Buffer } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { PbfWriter } from 'pbf';
import { siteSchema } from '../dist/config/schema/site.js';
import { Decoder } from '../dist/stream/decoder.js';
import { describeMachine, figure, median, printTable } from './contest.mjs';

const ROUNDS = 41;
const MESSAGES = 4000; // in one measurement
const VARIANTS = 256; // payloads of one format, so that no two in a row are equal; as many as Sparkplug has sequence numbers
const NOW = Date.UTC(2026, 10, 23, 10);

const json = (value) => Buffer.from(JSON.stringify(value));
const wave = (i, seed = 0) => Number((20 + 5 * Math.sin(i / 3 + seed)).toFixed(2));

const metric = (pbf, { name, alias, type, value, at }) => {
  if (name) pbf.writeStringField(1, name);
  pbf.writeVarintField(2, alias);
  pbf.writeVarintField(3, at);
  if (name) pbf.writeVarintField(4, type);
  pbf.writeDoubleField(13, value);
};
const sparkplug = (seq, metrics) => {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, NOW);
  for (const each of metrics)
    pbf.writeMessage(2, (value, inner) => metric(inner, value), { type: 10, at: NOW, ...each });
  pbf.writeVarintField(3, seq & 255);
  return Buffer.from(pbf.finish());
};
const PUMP = ['Flow', 'Pressure', 'Current', 'Vibration', 'Bearing Temperature'];

/** A CBOR map of texts and doubles. */
const cbor = (object) => {
  const parts = [Buffer.from([0xa0 + Object.keys(object).length])];
  for (const [key, value] of Object.entries(object)) {
    const double = Buffer.alloc(9, 0xfb);
    double.writeDoubleBE(value, 1);
    parts.push(Buffer.from([0x60 + key.length]), Buffer.from(key), double);
  }
  return Buffer.concat(parts);
};

/** `first`: messages that come before the measured ones; `binary`: JSON.parse cannot read them. */
const FORMATS = [
  {
    name: 'plain JSON',
    topic: 'plant/press',
    payload: (i) =>
      json({ temperature: wave(i), pressure: wave(i, 1), flow: wave(i, 2), timestamp: '2026-11-23T10:00:00.000Z' }),
  },
  {
    name: 'zigbee2mqtt',
    topic: 'zigbee2mqtt/kitchen/climate',
    payload: (i) =>
      json({
        battery: 97,
        humidity: wave(i),
        linkquality: 80 + (i % 40),
        pressure: 1000 + wave(i),
        temperature: wave(i, 2),
        voltage: 2985,
        last_seen: '2026-11-23T10:00:00.000Z',
      }),
  },
  {
    name: 'Tasmota',
    topic: 'tele/pow1/SENSOR',
    payload: (i) =>
      json({
        Time: '2026-11-23T10:00:00',
        ENERGY: {
          TotalStartTime: '2024-02-15T17:37:10',
          Total: 6.2 + i,
          Yesterday: 0.7,
          Today: 0.9,
          Power: 2600 + wave(i),
          ApparentPower: 2640,
          ReactivePower: 22,
          Factor: 0.99,
          Voltage: 220 + wave(i, 1),
          Current: wave(i, 2),
        },
      }),
  },
  {
    name: 'Shelly Gen2',
    topic: 'shellyplusplugs-b8d61a8b17cc/events/rpc',
    payload: (i) =>
      json({
        src: 'shellyplusplugs-b8d61a8b17cc',
        dst: 'shelly/events',
        method: 'NotifyStatus',
        params: {
          ts: NOW / 1000 + i / 100,
          'switch:0': {
            id: 0,
            apower: wave(i),
            voltage: 225 + wave(i, 1),
            current: wave(i, 2),
            aenergy: { total: 11.1 + i, by_minute: [0, 0, 0], minute_ts: NOW / 1000 },
          },
        },
      }),
  },
  {
    name: 'The Things Stack',
    topic: 'v3/app@ttn/devices/soil-1/up',
    payload: (i) =>
      json({
        end_device_ids: {
          device_id: 'soil-1',
          application_ids: { application_id: 'app' },
          dev_eui: '0004A30B001C0530',
          join_eui: '800000000000000C',
          dev_addr: '00BCB929',
        },
        correlation_ids: ['as:up:01E0WZGT6Y7657CPFPE5WEYDSQ'],
        received_at: '2026-11-23T10:00:00.869225403Z',
        uplink_message: {
          session_key_id: 'AXA50xHUmUB8fPTTrTNKRw==',
          f_port: 2,
          f_cnt: 23787 + i,
          frm_payload: 'AAVFGwAL',
          decoded_payload: { temperature: wave(i), humidity: wave(i, 1), moisture: wave(i, 2) },
          rx_metadata: [{ gateway_ids: { gateway_id: 'gw' }, rssi: -35, channel_rssi: -35, snr: 5.2 }],
          settings: { data_rate: { lora: { bandwidth: 125000, spreading_factor: 7 } }, frequency: '868300000' },
          received_at: '2026-11-23T10:00:00.664809222Z',
        },
      }),
  },
  {
    name: 'SenML',
    topic: 'senml/weather',
    payload: (i) =>
      json([
        { bn: 'urn:dev:ow:10e2073a01080063:', bt: NOW / 1000 + i, n: 'temperature', u: 'Cel', v: wave(i) },
        { n: 'humidity', u: '%RH', v: wave(i, 1) },
        { n: 'wind', u: 'm/s', v: wave(i, 2) },
      ]),
  },
  {
    name: 'Influx line',
    topic: 'telegraf/pop-os/cpu',
    binary: true,
    payload: (i) =>
      Buffer.from(
        `cpu,cpu=cpu0,host=pop-os usage_idle=${wave(i)},usage_system=${wave(i, 1)},usage_user=${wave(i, 2)} ${NOW + i}000000`,
      ),
  },
  {
    name: 'Sparkplug B, 5 aliases',
    topic: 'spBv1.0/waterworks/DDATA/station-1/pump-1',
    binary: true,
    first: [
      [
        'spBv1.0/waterworks/DBIRTH/station-1/pump-1',
        sparkplug(
          255,
          PUMP.map((name, alias) => ({ name, alias, value: 20 })),
        ),
      ],
    ],
    payload: (i) =>
      sparkplug(
        i,
        PUMP.map((_, alias) => ({ alias, value: wave(i, alias), at: NOW + i })),
      ),
  },
  {
    name: 'CBOR',
    topic: 'greenhouse/bed1',
    binary: true,
    payload: (i) => cbor({ temperature: wave(i), humidity: wave(i, 1), soil: wave(i, 2) }),
  },
  { name: 'plain number', topic: 'hall/temperature', binary: true, payload: (i) => Buffer.from(String(wave(i))) },
];

const words = process.argv.slice(2);
const chosen = FORMATS.filter(({ name }) => !words.length || words.some((word) => name.includes(word)));
const site = siteSchema.parse({
  site: 'bench',
  mqtt: { url: 'mqtt://localhost' },
  inputs: [{ topic: '#', timezone: 'Europe/Berlin' }],
});
const text = new TextDecoder('utf-8', { fatal: true });

const field = chosen.map(({ name, topic, binary = false, first = [], payload }) => {
  const decoder = new Decoder(site.inputs, { maxSeries: 1000 });
  const reasons = new Map();
  let readings = 0;
  const decode = (to, bytes) => {
    decoder.decode(
      { topic: to, payload: bytes, receivedAt: NOW, retained: false, redelivered: false },
      () => readings++,
      ({ reason }) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1),
    );
  };
  for (const [to, bytes] of first) decode(to, bytes);
  const payloads = Array.from({ length: VARIANTS }, (_, i) => payload(i));
  readings = 0;
  decode(topic, payloads[0]);
  const perMessage = readings;
  if (perMessage === 0) throw new Error(`${name}: no readings, ${[...reasons].join()}`);
  return {
    name,
    binary,
    perMessage,
    reasons,
    payloads,
    decode: () => {
      for (let i = 0; i < MESSAGES; i++) decode(topic, payloads[i % VARIANTS]);
    },
    parse: () => {
      for (let i = 0; i < MESSAGES; i++) JSON.parse(text.decode(payloads[i % VARIANTS]));
    },
    times: [],
    parses: [],
  };
});

const measured = (run) => {
  const start = process.cpuUsage();
  const from = performance.now();
  run();
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(start);
  return Math.min(1000 * ms, user + system) / MESSAGES; // the clock of the CPU ticks coarsely on some machines
};

describeMachine();
for (let round = -5; round < ROUNDS; round++)
  for (const each of field) {
    const parse = each.binary ? 0 : measured(each.parse);
    const decode = measured(each.decode);
    if (round < 0) continue;
    each.parses.push(parse);
    each.times.push(decode);
  }

printTable(
  ['format', 'bytes', 'readings', 'decoded, µs', 'lowest', 'JSON.parse, µs', 'over it, µs', 'lowest'],
  field.map(({ name, binary, payloads, perMessage, times, parses }) => {
    const over = times.map((us, i) => us - parses[i]);
    return [
      name,
      String(payloads[0].length),
      String(perMessage),
      figure(median(times)),
      figure(Math.min(...times)),
      binary ? '-' : figure(median(parses)),
      binary ? '-' : figure(median(over)),
      binary ? '-' : figure(Math.min(...over)),
    ];
  }),
);
for (const { name, reasons } of field)
  if (reasons.size > 0)
    console.log(`${name}: ${[...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ')}`);
