import { describe, expect, test } from 'vitest';
import type { DialectMemory } from '../../../src/stream/dialects/dialect.ts';
import { sparkplug } from '../../../src/stream/dialects/sparkplug.ts';
import { PayloadReader } from '../../../src/stream/dialects/sparkplug/payload.ts';
import { context, receive, type Received } from './receive.ts';
import { encode, type SentMetric } from './sparkplug-encoder.ts';

/*
 * Examples: Sparkplug 3.0, section 6.4 (sparkplug.eclipse.org/specification), there as JSON. Data type numbers: 3 Int32, 4 Int64,
 * 8 UInt64, 9 Float, 10 Double, 11 Boolean, 12 String.
 */

const T = 1_486_144_502_122;
const DEVICES = 'spBv1.0/Sparkplug B Devices';
const topic = (type: string, device = ''): string =>
  `${DEVICES}/${type}/Raspberry Pi${device === '' ? '' : `/${device}`}`;

const bool = (name: string, value: boolean): SentMetric => ({ name, timestamp: T, type: 11, value });
const text = (name: string, value: string): SentMetric => ({ name, timestamp: T, type: 12, value });

/** Section 6.4.18. */
const nbirth = encode({
  timestamp: T,
  metrics: [
    { name: 'bdSeq', timestamp: T, type: 8, value: 0 },
    bool('Node Control/Reboot', false),
    bool('Node Control/Rebirth', false),
    bool('Node Control/Next Server', false),
    { name: 'Node Control/Scan Rate', timestamp: T, type: 4, value: 3000 },
    text('Properties/Hardware Make', 'Raspberry Pi'),
    text('Properties/Hardware Model', 'Pi 3 Model B'),
    text('Properties/OS', 'Raspbian'),
    text('Properties/OS Version', 'Jessie with PIXEL/11.01.2017'),
    { name: 'Supply Voltage', timestamp: T, type: 9, value: 12.1 },
  ],
  seq: 0,
});
const OUTPUTS = ['E', 'F', 'G', 'H', 'LEDs/Green', 'LEDs/Red', 'LEDs/Yellow', 'Buzzer'];
/** Section 6.4.19. */
const dbirth = encode({
  timestamp: T,
  metrics: [
    ...['A', 'B', 'C', 'D', 'Button'].map((name) => bool(`Inputs/${name}`, false)),
    ...OUTPUTS.map((name) => bool(`Outputs/${name}`, false)),
    text('Properties/Hardware Make', 'Pibrella'),
  ],
  seq: 1,
});

const reading = (messages: Parameters<typeof receive>[1], options = {}): Received =>
  receive(sparkplug.open({ ...context, ...options }), messages);

describe('the examples of the specification', () => {
  const node = 'Sparkplug B Devices/Raspberry Pi';

  test('NBIRTH: the supply voltage is read, session number, controls and texts are not', () => {
    const received = reading([[topic('NBIRTH'), nbirth]]);
    expect(received.signals).toEqual([`${node} Supply Voltage`]);
    expect(received.values[`${node} Supply Voltage`]).toMatchObject({ value: 12.1, at: T });
    expect(received.availability).toEqual({ [node]: true });
    expect(received.reasons).toEqual([]);
  });

  test('DBIRTH: thirteen inputs and outputs, as folders', () => {
    const received = reading([
      [topic('NBIRTH'), nbirth],
      [topic('DBIRTH', 'Pibrella'), dbirth],
    ]);
    expect(received.signals).toHaveLength(14);
    expect(received.values[`${node}/Pibrella Outputs.LEDs.Green`]).toMatchObject({ value: 0, at: T });
    expect(received.availability).toEqual({ [node]: true, [`${node}/Pibrella`]: true });
    expect(received.reasons).toEqual([]);
  });

  test('NDATA: a value by name', () => {
    const ndata = encode({
      timestamp: T,
      metrics: [{ name: 'Supply Voltage', timestamp: T, type: 9, value: 12.3 }],
      seq: 1,
    });
    const received = reading([
      [topic('NBIRTH'), nbirth],
      [topic('NDATA'), ndata],
    ]);
    expect(received.values[`${node} Supply Voltage`].value).toBe(12.3);
  });

  test('DDATA: two inputs; its seq 0 after 1 is a gap', () => {
    const ddata = encode({ timestamp: T, metrics: [bool('Inputs/A', true), bool('Inputs/C', true)], seq: 0 });
    const received = reading([
      [topic('NBIRTH'), nbirth],
      [topic('DBIRTH', 'Pibrella'), dbirth],
      [topic('DDATA', 'Pibrella'), ddata],
    ]);
    expect(received.values[`${node}/Pibrella Inputs.A`].value).toBe(1);
    expect(received.values[`${node}/Pibrella Inputs.C`].value).toBe(1);
    expect(received.reasons).toEqual(['sequence_gap']);
  });

  test('commands and the state of a host are no readings', () => {
    const command = encode({ timestamp: T, metrics: [bool('Outputs/LEDs/Green', true)] });
    const received = reading([
      [topic('DCMD', 'Pibrella'), command],
      [topic('NCMD'), command],
      ['spBv1.0/STATE/host', '{"online":true,"timestamp":1668114759262}'],
    ]);
    expect(received).toEqual({ signals: [], values: {}, noSignals: {}, availability: {}, reasons: [] });
  });

  test('NDEATH of this session: the node and all its devices are gone', () => {
    const ndeath = encode({ timestamp: T, metrics: [{ name: 'bdSeq', timestamp: T, type: 8, value: 0 }] });
    const received = reading([
      [topic('NBIRTH'), nbirth],
      [topic('NDEATH'), ndeath],
    ]);
    expect(received.availability).toEqual({ [node]: true, [`${node}/#`]: false });
  });

  test('NDEATH of an earlier session comes late and changes nothing', () => {
    const late = encode({ timestamp: T, metrics: [{ name: 'bdSeq', timestamp: T, type: 8, value: 255 }] });
    const received = reading([
      [topic('NBIRTH'), nbirth],
      [topic('NDEATH'), late],
    ]);
    expect(received.availability).toEqual({ [node]: true });
  });

  test('DDEATH: this device is gone, and its seq counts', () => {
    const received = reading([
      [topic('NBIRTH'), nbirth],
      [topic('DBIRTH', 'Pibrella'), dbirth],
      [topic('DDEATH', 'Pibrella'), encode({ timestamp: T, metrics: [], seq: 2 })],
      [topic('NDATA'), encode({ timestamp: T, metrics: [], seq: 3 })],
    ]);
    expect(received.availability).toEqual({ [node]: true, [`${node}/Pibrella`]: false });
    expect(received.reasons).toEqual([]);
  });
});

/** Two aliases on a pump; the data types that can be negative. */
const birthOf = (metrics: readonly SentMetric[], seq = 1): Uint8Array => encode({ timestamp: T, metrics, seq });
const NODE = encode({ timestamp: T, metrics: [{ name: 'bdSeq', type: 8, value: 3 }], seq: 0 });
const PUMP = 'spBv1.0/W/DDATA/S1/P1';

describe('aliases', () => {
  test('alias 1, 72.25, as a sender wrote it without a data type', () => {
    const data = Buffer.from('08e8d795ffbc311212100118e8d795ffbc316900000000001052401801', 'hex');
    const received = reading([
      ['spBv1.0/W/NBIRTH/S1', NODE],
      ['spBv1.0/W/DBIRTH/S1/P1', birthOf([{ name: 'Flow', alias: 1, type: 10, value: 70 }], 0)],
      [PUMP, data],
    ]);
    expect(received.values['W/S1/P1 Flow']).toMatchObject({ value: 72.25, at: 1_700_000_001_000 });
  });

  test.each([
    [1, 0xfb, -5],
    [2, 0xfffb, -5],
    [3, 0xffff_fffb, -5],
    [5, 251, 251],
    [6, 65_531, 65_531],
    [7, 0xffff_fffb, 4_294_967_291],
  ])('an integer of data type %i: %i on the wire is %i', (type, wire, value) => {
    const received = reading([
      ['spBv1.0/W/DBIRTH/S1/P1', birthOf([{ name: 'Flow', alias: 7, type, value: 1 }])],
      [PUMP, encode({ timestamp: T, metrics: [{ alias: 7, type: 7, bare: true, value: wire }], seq: 2 })],
    ]);
    expect(received.values['W/S1/P1 Flow'].value).toBe(value);
  });

  test.each([
    [4, -5],
    [4, 9_007_199_254_740_991],
    [8, 18_446_744_073_709_550_000],
    [3, -5], // sign-extended to 64 bits by some senders
  ])('data type %i as a long: %d', (type, value) => {
    const received = reading([
      ['spBv1.0/W/DBIRTH/S1/P1', birthOf([{ name: 'Flow', alias: 7, type, value: 1 }])],
      [PUMP, encode({ timestamp: T, metrics: [{ alias: 7, type: 4, bare: true, value }], seq: 2 })],
    ]);
    expect(received.values['W/S1/P1 Flow'].value).toBe(value);
  });

  test('an alias belongs to the device of its birth, and a new birth of the node ends all', () => {
    const data = (seq: number): Uint8Array => encode({ timestamp: T, metrics: [{ alias: 2, value: 5 }], seq });
    const received = reading([
      ['spBv1.0/W/NBIRTH/S1', NODE],
      ['spBv1.0/W/DBIRTH/S1/P1', birthOf([{ name: 'Flow', alias: 1, type: 10, value: 1 }])],
      ['spBv1.0/W/DBIRTH/S1/P2', birthOf([{ name: 'Flow', alias: 2, type: 10, value: 2 }], 2)],
      ['spBv1.0/W/DDATA/S1/P2', data(3)],
      [PUMP, data(4)],
      ['spBv1.0/W/NBIRTH/S1', NODE],
      ['spBv1.0/W/DDATA/S1/P2', data(1)],
    ]);
    expect(received.values).toMatchObject({ 'W/S1/P1 Flow': { value: 1 }, 'W/S1/P2 Flow': { value: 5 } });
    expect(received.reasons).toEqual(['no_birth', 'no_birth']);
  });

  test('what is null, of bad quality or historical is no value', () => {
    const metric = { alias: 1, type: 10, bare: true, value: 9 } as const;
    const received = reading([
      ['spBv1.0/W/DBIRTH/S1/P1', birthOf([{ name: 'Flow', alias: 1, type: 10, isNull: true }])],
      [PUMP, encode({ seq: 2, metrics: [{ ...metric, historical: true }] })],
      [PUMP, encode({ seq: 3, metrics: [{ ...metric, properties: { Quality: 0 } }] })],
      [PUMP, encode({ seq: 4, metrics: [{ ...metric, properties: { Quality: 500 } }] })],
      [PUMP, encode({ seq: 5, metrics: [{ alias: 1, isNull: true }] })],
    ]);
    expect(received.signals).toEqual([]);
    expect(received.reasons).toEqual(['historical']);
    const good = reading([
      ['spBv1.0/W/DBIRTH/S1/P1', birthOf([{ name: 'Flow', alias: 1, type: 10, isNull: true }])],
      [PUMP, encode({ seq: 2, metrics: [{ ...metric, properties: { Quality: 192 } }] })],
    ]);
    expect(good.values['W/S1/P1 Flow']).toMatchObject({ value: 9, at: null });
  });

  test('templates, data sets and arrays are counted, texts and times are not', () => {
    const received = reading([
      [
        'spBv1.0/W/DBIRTH/S1/P1',
        birthOf([
          { name: 'Motor', alias: 1, type: 19, compound: 18 },
          { name: 'State', alias: 2, type: 12, value: 'RUN' },
          { name: 'Started', alias: 3, type: 13, value: T },
        ]),
      ],
      [PUMP, encode({ seq: 2, metrics: [{ alias: 2, value: 'STOP' }] })],
      [PUMP, encode({ seq: 3, metrics: [{ alias: 1, compound: 18 }] })],
    ]);
    expect(received.signals).toEqual([]);
    expect(received.reasons).toEqual(['compound_value', 'compound_value']);
  });

  test('unit and range come from the properties of the birth', () => {
    const received = reading([
      [
        'spBv1.0/W/DBIRTH/S1/P1',
        birthOf([
          { name: 'Flow', type: 10, value: 1, properties: { engUnit: 'm³/h', engLow: 0, engHigh: 400 } },
          { name: 'Level', type: 10, value: 1, properties: { 'Engineering Units': 'm', engHigh: 5.5 } },
          { name: 'Speed', type: 10, value: 1, properties: { tooltip: 'of the shaft' } },
        ]),
      ],
    ]);
    expect(received.values['W/S1/P1 Flow'].facts).toEqual({ unit: 'm³/h', range: [0, 400] });
    expect(received.values['W/S1/P1 Level'].facts).toEqual({ unit: 'm' });
    expect(received.values['W/S1/P1 Speed'].facts).not.toHaveProperty('range');
  });
});

test('a new birth may change alias, data type, unit and range of a metric', () => {
  const flow = (alias: number, type: number, engHigh: number): SentMetric => ({
    ...{ name: 'Flow', alias, type, value: 1, timestamp: T },
    properties: { engUnit: type === 10 ? 'l/s' : 'm³/h', engLow: 0, engHigh },
  });
  const births = [flow(1, 10, 5), flow(1, 10, 5), flow(1, 10, 9), flow(2, 3, 9)].map((metric): [string, Uint8Array] => [
    'spBv1.0/W/DBIRTH/S1/P1',
    birthOf([metric], 0),
  ]);
  const facts = (n: number): unknown => reading(births.slice(0, n)).values['W/S1/P1 Flow'].facts;
  expect([1, 2, 3, 4].map(facts)).toEqual([
    { unit: 'l/s', range: [0, 5] },
    { unit: 'l/s', range: [0, 5] },
    { unit: 'l/s', range: [0, 9] },
    { unit: 'm³/h', range: [0, 9] },
  ]);
  const data = encode({ seq: 1, metrics: [{ alias: 2, type: 3, bare: true, value: -4 }] });
  expect(reading([...births, [PUMP, data]]).values['W/S1/P1 Flow'].value).toBe(-4);
  expect(
    reading([births[0], births[2], ['spBv1.0/W/NBIRTH/S1', NODE], births[3]]).values['W/S1/P1 Flow'].facts,
  ).toEqual({ unit: 'm³/h', range: [0, 9] });
});

describe('seq', () => {
  const data = (seq: number): [string, Uint8Array] => ['spBv1.0/W/NDATA/S1', encode({ metrics: [], seq })];
  test('runs to 255 and begins with 0 again', () => {
    const all = Array.from({ length: 300 }, (_, i) => data((i + 1) & 255));
    expect(reading([['spBv1.0/W/NBIRTH/S1', NODE], ...all]).reasons).toEqual([]);
  });
  test('counts over the devices of an edge node, each skip once', () => {
    const received = reading([
      ['spBv1.0/W/NBIRTH/S1', NODE],
      data(1),
      ['spBv1.0/W/DDEATH/S1/P1', encode({ metrics: [], seq: 3 })],
      data(4),
      ['spBv1.0/W/NDATA/S2', encode({ metrics: [], seq: 77 })], // the first message of another one
    ]);
    expect(received.reasons).toEqual(['sequence_gap']);
  });
});

describe('a rebirth', () => {
  const unknown: [string, Uint8Array] = [PUMP, encode({ timestamp: T, metrics: [{ alias: 1, value: 5 }], seq: 9 })];
  const asking = (messages: Parameters<typeof receive>[1]): [string, Uint8Array][] => {
    const sent: [string, Uint8Array][] = [];
    reading(messages, { publish: (to: string, payload: Uint8Array) => sent.push([to, payload]) });
    return sent;
  };

  test('is asked for where a metric is unknown: Node Control/Rebirth = true, without seq', () => {
    const sent = asking([unknown]);
    expect(sent.map(([to]) => to)).toEqual(['spBv1.0/W/NCMD/S1']);
    const reader = new PayloadReader();
    reader.start(sent[0][1]);
    expect(reader.seq).toBe(-1);
    expect(reader.next()).toBe(true);
    expect(reader.metric).toMatchObject({ name: 'Node Control/Rebirth', datatype: 11, kind: 'boolean', value: 1 });
    expect(reader.next()).toBe(false);
  });

  test('is asked for once a minute at most, and again after the birth has come', () => {
    expect(asking([unknown, unknown, unknown])).toHaveLength(1);
    expect(asking([unknown, ['spBv1.0/W/NBIRTH/S1', NODE], unknown])).toHaveLength(2);
  });

  test('is asked of 20 edge nodes a minute at most', () => {
    const many = Array.from({ length: 50 }, (_, i): [string, Uint8Array] => [`spBv1.0/W/DDATA/S${i}/P1`, unknown[1]]);
    expect(asking(many)).toHaveLength(20);
  });

  test('is asked for after a gap', () => {
    const gap: [string, Uint8Array] = ['spBv1.0/W/NDATA/S1', encode({ metrics: [], seq: 5 })];
    expect(asking([['spBv1.0/W/NBIRTH/S1', NODE], gap])).toHaveLength(1);
  });
});

describe('births that are kept', () => {
  const memoryOf = (): DialectMemory & { kept: Map<string, Uint8Array>; writes: number } => {
    const kept = new Map<string, Uint8Array>();
    return {
      kept,
      writes: 0,
      get: (key) => kept.get(key) ?? null,
      set(key, value) {
        this.writes++;
        kept.set(key, value);
      },
    };
  };
  const flow = { name: 'Flow', alias: 1, type: 3, properties: { engUnit: 'l/s', engLow: -1, engHigh: 2.5 } } as const;
  const birth = (value: number): [string, Uint8Array] => [
    'spBv1.0/W/DBIRTH/S1/P1',
    birthOf([{ ...flow, value, timestamp: T + value }]),
  ];
  const data: [string, Uint8Array] = [
    PUMP,
    encode({ timestamp: T, metrics: [{ alias: 1, type: 3, bare: true, value: -5 }], seq: 9 }),
  ];

  test('name, data type, unit and range of an alias survive a restart', () => {
    const memory = memoryOf();
    reading([birth(1)], { memory });
    const received = reading([data], { memory });
    expect(received.values['W/S1/P1 Flow']).toMatchObject({ value: -5, facts: { unit: 'l/s', range: [-1, 2.5] } });
    expect(received.reasons).toEqual([]);
  });

  test('are written when the metrics change, not for their values', () => {
    const memory = memoryOf();
    reading([birth(1), birth(2)], { memory });
    reading([birth(3)], { memory });
    expect(memory.writes).toBe(1);
  });

  test('count no more once a new session has begun', () => {
    const memory = memoryOf();
    reading([birth(1)], { memory });
    expect(reading([['spBv1.0/W/NBIRTH/S1', NODE], data], { memory }).reasons).toContain('no_birth');
  });

  test('damaged ones are as if they were not there', () => {
    const memory = memoryOf();
    memory.set('W/S1/P1', Uint8Array.of(0x12, 0x7f, 1));
    expect(reading([data], { memory }).reasons).toEqual(['no_birth']);
  });
});

test.each([
  ['a text', Buffer.from('21.5')],
  ['JSON', Buffer.from('{"metrics":[]}')],
  ['a metric longer than the payload', Uint8Array.of(0x12, 0x7f, 0x0a)],
  ['a length of 2^60', Uint8Array.of(0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0x0a)],
  ['a double that is cut', Uint8Array.of(0x12, 0x03, 0x69, 0, 0)],
  ['field 0', Uint8Array.of(0x00, 0x01)],
  // The metric ends in a field that begins in the next one (found by fast-check).
  ['a length beyond the metric', Uint8Array.of(18, 10, 10, 2, 79, 0, 109, 0, 1, 24, 1, 2)],
])('%s is no Sparkplug payload', (_, payload) => {
  expect(reading([[PUMP, payload]]).reasons).toEqual(['not_sparkplug']);
});
