import { expect, test } from 'vitest';
import { senml } from '../../../src/stream/dialects/general/senml.ts';
import { bytesOf, context, NOW, receive, type Received } from './receive.ts';

/*
 * Examples: RFC 8428, sections 5.1 and 6 (rfc-editor.org/rfc/rfc8428), RFC 8790, section 1, and draft-jennings-senml-10,
 * section 6 (`e`).
 */

const read = (payload: unknown, topic = 't'): Received => {
  expect(senml.sniffs!(bytesOf(payload))).toBe(true);
  return receive(senml.open(context), [[topic, payload]]);
};
/** `[device signal, value, time]` of every value. */
const seen = (payload: unknown): unknown[] => {
  const list: unknown[] = [];
  const mapper = senml.open(context);
  const content = {
    topic: 't',
    payload: bytesOf(payload),
    retained: false,
    receivedAt: NOW,
    text: () => null,
    json: () => payload,
  };
  mapper.read(content, {
    sample: (device, signal, value, at) => list.push([`${device} ${signal}`, value, at]),
    availability: () => undefined,
    refuse: () => undefined,
  });
  return list;
};

const DEV = 'urn:dev:ow:10e2073a01080063';

test('5.1.1: one value now', () => {
  const { values } = read([{ n: DEV, u: 'Cel', v: 23.1 }]);
  expect(values).toEqual({ [`${DEV} temperature`]: { value: 23.1, at: null, facts: { unit: '°C' } } });
});

const multiple = [
  { bn: 'urn:dev:ow:10e2073a0108006:', bt: 1.276020076001e9, bu: 'A', bver: 5, n: 'voltage', u: 'V', v: 120.1 },
  { n: 'current', t: -5, v: 1.2 },
  { n: 'current', t: -4, v: 1.3 },
  { n: 'current', t: -3, v: 1.4 },
  { n: 'current', t: -2, v: 1.5 },
  { n: 'current', t: -1, v: 1.6 },
  { n: 'current', v: 1.7 },
];
const AT = 1_276_020_076_001;
const multipleSeen = [
  ['urn:dev:ow:10e2073a0108006 voltage', 120.1, AT],
  ...[1.2, 1.3, 1.4, 1.5, 1.6, 1.7].map((v, i) => ['urn:dev:ow:10e2073a0108006 current', v, AT - (5 - i) * 1000]),
];

test('5.1.2: two names; times relative to the base time; the unit of the base', () => {
  const two = read([
    { bn: `${DEV}:`, n: 'voltage', u: 'V', v: 120.1 },
    { n: 'current', u: 'A', v: 1.2 },
  ]);
  expect(two.values).toEqual({
    [`${DEV} voltage`]: { value: 120.1, at: null, facts: { unit: 'V' } },
    [`${DEV} current`]: { value: 1.2, at: null, facts: { unit: 'A' } },
  });
  expect(seen(multiple)).toEqual(multipleSeen);
  expect(read(multiple).values['urn:dev:ow:10e2073a0108006 current'].facts).toEqual({ unit: 'A' });
});

test('5.1.2: a base value alone, then one value per record', () => {
  const humidity = [21.2, 21.3, 21.4, 21.4, 21.5, 21.5, 21.5, 21.6, 21.7, 21.5, 21.5, 21.5];
  const times = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 91, 92];
  const pack = humidity.map((v, i) => (i === 0 ? { bn: DEV, bt: 1.320067464e9, bu: '%RH', v } : { t: times[i], v }));
  expect(seen(pack)).toEqual(humidity.map((v, i) => [`${DEV} humidity`, v, 1_320_067_464_000 + times[i] * 1000]));
});

test('5.1.3: humidity, position and battery of one device', () => {
  const { values, noSignals } = read([
    { bn: DEV, bt: 1.320067464e9, bu: '%RH', v: 20 },
    { u: 'lon', v: 24.30621 },
    { u: 'lat', v: 60.07965 },
    { t: 60, v: 20.3 },
    { u: 'lon', t: 60, v: 24.30622 },
    { u: 'lat', t: 60, v: 60.07965 },
    { u: '%EL', t: 150, v: 98 },
    { t: 180, v: 21.2 },
  ]);
  expect(values).toEqual({
    [`${DEV} humidity`]: { value: 21.2, at: 1_320_067_644_000, facts: { unit: '%', range: [0, 100] } },
  });
  expect(noSignals).toEqual({
    [`${DEV} longitude`]: 'position',
    [`${DEV} latitude`]: 'position',
    [`${DEV} battery`]: 'battery',
  });
});

test('5.1.4: resolved records name the same series', () => {
  const { values } = read([
    { n: DEV, u: '%RH', t: 1.320067464e9, v: 20 },
    { n: DEV, u: '%RH', t: 1.320067524e9, v: 20.3 },
  ]);
  expect(values[`${DEV} humidity`]).toMatchObject({ value: 20.3, at: 1_320_067_524_000 });
  expect(read([{ n: `${DEV}:voltage`, u: 'V', v: 1 }]).signals).toEqual([`${DEV} voltage`]);
});

test('5.1.5: booleans; texts and data are not read', () => {
  const { values, reasons } = read([
    { bn: `${DEV}:`, n: 'temp', u: 'Cel', v: 23.1 },
    { n: 'label', vs: 'Machine Room' },
    { n: 'open', vb: false },
    { n: 'nfc-reader', vd: 'aGkgCg' },
  ]);
  expect(Object.entries(values).map(([key, { value }]) => [key, value])).toEqual([
    [`${DEV} temp`, 23.1],
    [`${DEV} open`, 0],
  ]);
  expect(reasons).toEqual([]);
});

test('5.1.6: names that are addresses in brackets', () => {
  const { values } = read([
    { bn: 'http://[2001:db8::2]/', bt: 1.320078429e9, n: 'temperature', u: 'Cel', v: 27.2 },
    { n: 'humidity', u: '%RH', v: 80 },
  ]);
  expect(values).toMatchObject({
    'http://[2001:db8::2] temperature': { value: 27.2, at: 1_320_078_429_000 },
    'http://[2001:db8::2] humidity': { value: 80 },
  });
  const set = read([
    { bt: 1.320078429e9, bu: '/', n: 'http://[2001:db8::3]/', v: 0.5 },
    { n: 'http://[2001:db8::4]/', v: 0.5 },
    { n: 'http://[2001:db8::3]/', t: 0.1, v: 0 },
  ]);
  expect(set.values).toMatchObject({
    'http://[2001:db8::3] value': { value: 0, at: 1_320_078_429_100 },
    'http://[2001:db8::4] value': { value: 0.5 },
  });
});

/** Section 6, the example in CBOR: the pack `multiple`. */
const CBOR = `
  87 a7 21 78 1b 75 72 6e 3a 64 65 76 3a 6f 77 3a 31 30 65 32 30 37 33 61 30 31 30 38 30 30 36 3a 22 fb 41 d3 03 a1 5b 00 10 62
  23 61 41 20 05 00 67 76 6f 6c 74 61 67 65 01 61 56 02 fb 40 5e 06 66 66 66 66 66 a3 00 67 63 75 72 72 65 6e 74 06 24 02 fb 3f
  f3 33 33 33 33 33 33 a3 00 67 63 75 72 72 65 6e 74 06 23 02 fb 3f f4 cc cc cc cc cc cd a3 00 67 63 75 72 72 65 6e 74 06 22 02
  fb 3f f6 66 66 66 66 66 66 a3 00 67 63 75 72 72 65 6e 74 06 21 02 f9 3e 00 a3 00 67 63 75 72 72 65 6e 74 06 20 02 fb 3f f9 99
  99 99 99 99 9a a3 00 67 63 75 72 72 65 6e 74 06 00 02 fb 3f fb 33 33 33 33 33 33`;

test('6: the pack of 5.1.2 as CBOR', () => {
  const bytes = Buffer.from(CBOR.replace(/\s+/g, ''), 'hex');
  expect(senml.sniffs!(bytes)).toBe(true);
  expect(seen(bytes)).toEqual(multipleSeen);
});

test('RFC 8790: numbered resources', () => {
  const { values } = read([
    { bn: '2001:db8::2/3311/0/', n: '5850', vb: true },
    { n: '5851', v: 42 },
    { n: '5750', vs: 'Ceiling light' },
  ]);
  expect(values).toMatchObject({ '2001:db8::2/3311/0 5850': { value: 1 }, '2001:db8::2/3311/0 5851': { value: 42 } });
});

test('the draft: base values beside a list', () => {
  const { values } = read({
    e: [
      { n: 'voltage', t: 0, u: 'V', v: 120.1 },
      { n: 'current', t: -2, u: 'A', v: 1.2 },
      { n: 'open', bv: true },
    ],
    bn: `${DEV}/`,
    bt: 1276020076,
    ver: 1,
  });
  expect(values).toMatchObject({
    [`${DEV} voltage`]: { value: 120.1, at: 1_276_020_076_000 },
    [`${DEV} current`]: { value: 1.2, at: 1_276_020_074_000 },
    [`${DEV} open`]: { value: 1 },
  });
});

test('base value and base sum are added; a sum is a meter', () => {
  const { values } = read([{ bn: 'pump:', bv: 20, bs: 100, n: 'power', u: 'W', v: 1.5, s: 3 }]);
  expect(values['pump power'].value).toBe(21.5);
  expect(values['pump power.sum']).toMatchObject({ value: 103, facts: { unit: 'W·s', counter: 'hour' } });
});

test('small times are relative to the arrival', () => {
  expect(read([{ n: 'a:b', t: -60, v: 1 }]).values['a b'].at).toBe(NOW - 60_000);
  expect(read([{ n: 'a:b', t: 2 ** 28 - 1, v: 1 }]).values['a b'].at).toBe(NOW + (2 ** 28 - 1) * 1000);
  expect(read([{ n: 'a:b', t: 2 ** 28, v: 1 }]).values['a b'].at).toBe(2 ** 28 * 1000);
});

test('a plain name belongs to its topic', () => {
  expect(read([{ n: 'temp', u: 'Cel', v: 1 }], 'hall/1').signals).toEqual(['hall/1 temp']);
});

test('a later version and records that are none are refused', () => {
  expect(read([{ bn: 'a:', bver: 11, n: 'b', v: 1 }])).toMatchObject({ signals: [], reasons: ['not_senml'] });
  expect(read([{ n: 'a:b', v: 1 }, null, { n: 'a:c', v: 2 }])).toMatchObject({
    signals: ['a b', 'a c'],
    reasons: ['not_senml'],
  });
  expect(receive(senml.open(context), [['t', Uint8Array.of(0x81, 0xa1, 0x00)]]).reasons).toEqual(['not_cbor']);
  expect(receive(senml.open(context), [['t', Uint8Array.of(0xa1, 0x00, 0x01)]]).reasons).toEqual(['not_senml']);
});

test.each<[string, unknown]>([
  ['a batch', [{ ts: 1, v: 2 }]],
  ['numbers', [1, 2]],
  ['an object with a name', { n: 'x', v: 1 }],
  ['a list without texts', { e: [1], n: 3 }],
  ['CBOR with texts as keys', Uint8Array.of(0x81, 0xa1, 0x61, 0x76, 0x01)],
])('%s does not look like SenML', (_, payload) => {
  expect(senml.sniffs!(bytesOf(payload))).toBe(false);
});

test('a pack brings at most 2,000 new names; the next one brings the others', () => {
  const mapper = senml.open(context);
  const pack = Array.from({ length: 3000 }, (_, i) => ({ n: `s${i}`, u: 'Cel', v: i }));
  expect(receive(mapper, [['hall', pack]])).toMatchObject({ signals: { length: 2000 }, reasons: ['long_list'] });
  const { signals, values, reasons } = receive(mapper, [['hall', pack]]);
  expect([signals.length, reasons]).toEqual([3000, []]);
  expect(values['hall s2999']).toMatchObject({ value: 2999, facts: { unit: '°C' } });
});

test('more names than are kept, and names longer than are kept, are read like any others', () => {
  const mapper = senml.open(context);
  const long = 'x'.repeat(600);
  const pack = (from: number): [string, unknown] => [
    'hall',
    [...Array.from({ length: 1500 }, (_, i) => ({ n: `s${from + i}`, u: 'Cel', v: i })), { n: long, u: 'V', v: 1 }],
  ];
  for (const from of [0, 1500, 3000, 4500, 6000, 7500, 9000, 0]) {
    const { signals, values } = receive(mapper, [pack(from)]);
    expect(signals).toHaveLength(1501);
    expect(values[`hall s${from + 1499}`]).toMatchObject({ value: 1499, facts: { unit: '°C' } });
    expect(values[`hall ${long}`]).toMatchObject({ value: 1, facts: { unit: 'V' } });
  }
});
