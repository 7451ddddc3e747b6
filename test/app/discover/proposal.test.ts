import { describe, expect, test } from 'vitest';
import { propose, type Proposal } from '../../../src/app/discover/proposal.ts';
import { siteYaml } from '../../../src/app/discover/site-yaml.ts';
import { MAX_TOPICS, NO_BIRTH, Survey } from '../../../src/app/discover/survey.ts';
import type { RecordedMessage } from '../../../src/app/examples/recording.ts';
import { SparkplugNode } from '../../../src/app/examples/sparkplug-node.ts';
import { refuseNothing } from '../../../src/cli/actions/discover.ts';
import { rateUnit } from '../../../src/detect/sensor/counter.ts';
import { Decoder } from '../../../src/stream/decoder.ts';
import { compileTimeZone } from '../../../src/stream/time/time-zone.ts';
import { load } from '../../config/site.ts';

const START = Date.UTC(2026, 10, 26, 8);

interface Heard {
  readonly topic: string;
  readonly payload: unknown;
  readonly at?: number;
  readonly retained?: boolean;
}

const surveyOf = (messages: readonly Heard[], zone = 'Europe/Berlin'): Survey => {
  const survey = new Survey(compileTimeZone(zone));
  for (const [i, { topic, payload, at = START + 1000 * i, retained = false }] of messages.entries()) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    survey.add({ topic, payload: Buffer.from(text), receivedAt: at, retained, redelivered: false });
  }
  return survey;
};

const proposed = (messages: readonly Heard[], zone?: string): Proposal => propose(surveyOf(messages, zone));

/** The same message some times, with the number of the round. */
const rounds = (n: number, message: (i: number) => Heard): readonly Heard[] =>
  Array.from({ length: n }, (_, i) => ({ at: START + 1000 * i, ...message(i) }));

/** Filter and signal, or path where a field is named; then name, unit and counter. */
const fieldsOf = ({ inputs }: Proposal): Record<string, string> =>
  Object.fromEntries(
    inputs.flatMap(({ topic, fields }) =>
      fields.map(({ path, name, unit, counter }) => [
        `${topic} ${path}`.trim(),
        [name, unit, counter].filter((word) => word !== null && word !== '').join(' '),
      ]),
    ),
  );

const others = ({ notProposed }: Proposal): Record<string, string> =>
  Object.fromEntries(notProposed.map(({ path, why }) => [path, why]));

const yamlOf = (proposal: Proposal, zone = 'Europe/Berlin'): string => {
  const head = { site: 'home', timezone: zone, url: 'mqtt://b', username: null, password: null, tls: {} };
  return siteYaml(head, proposal, { about: ['test'], groups: true, credential: null });
};

/** The series that the service has after these messages, with their units, when it runs with the proposed file. */
const servedBy = (proposal: Proposal, messages: readonly Heard[]): Record<string, string> => {
  const { site } = load(yamlOf(proposal));
  const decoder = new Decoder(site.inputs, { maxSeries: site.maxSeries });
  const served: Record<string, string> = {};
  for (const [i, { topic, payload, at = START + 1000 * i, retained = false }] of messages.entries()) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    decoder.decode(
      { topic, payload: Buffer.from(text), receivedAt: at, retained, redelivered: false },
      ({ series }) => (served[series] = decoder.series(series)!.unit),
      () => undefined,
    );
  }
  return served;
};

/** Names and units of the series. A field that is named states the unit of its value, also where it counts up. */
const seriesOf = ({ inputs }: Proposal): Record<string, string> =>
  Object.fromEntries(
    inputs.flatMap(({ fields, all }) =>
      fields.map(({ name, unit, counter }) => [
        name,
        all || counter === null ? unit : rateUnit(unit, counter as 'hour'),
      ]),
    ),
  );

/** Messages of eleven formats, with devices whose names have a slash. */
const SITE: readonly Heard[] = [
  { topic: 'zigbee2mqtt/kitchen/climate', payload: { temperature: 16, humidity: 50, battery: 90, linkquality: 34 } },
  { topic: 'zigbee2mqtt/plug', payload: { power: 12, energy: 5, voltage: 230, state: 'ON' } },
  {
    topic: 'tele/pow1/SENSOR',
    payload: { Time: '2026-11-26T09:00:00', ENERGY: { Total: 6.2, Power: 2635, Voltage: 227 } },
  },
  { topic: 'tele/cellar/th/SENSOR', payload: { AM2301: { Temperature: 20, Humidity: 40 }, TempUnit: 'C' } },
  {
    topic: 'shellyplusht-b8d61a8b17cc/events/rpc',
    payload: {
      method: 'NotifyFullStatus',
      params: { ts: START / 1000, 'temperature:0': { id: 0, tC: 19.8, tF: 67.6 } },
    },
  },
  { topic: 'shellies/garage/ht/sensor/temperature', payload: '22.5' },
  { topic: 'livingroom/sensor/temp/state', payload: '21.5' },
  { topic: 'homie/dev/node/level', payload: '7.5' },
  {
    topic: 'v3/app@ttn/devices/dev1/up',
    payload: { received_at: new Date(START).toISOString(), uplink_message: { decoded_payload: { temperature: 2 } } },
  },
  { topic: 'application/1/device/24e1/event/up', payload: { object: { humidity: 49, battery: 84 } } },
  { topic: 'homeassistant/sensor/outside/state', payload: '3.5' },
  { topic: 'senml', payload: [{ bn: 'urn:dev:ow:10e2073a01080063:', n: 'hum', bu: '%RH', v: 20 }] },
  { topic: 'telegraf/host/cpu', payload: 'cpu,host=pop-os usage=45 1653579140440951943' },
  { topic: 'plant/温度', payload: { flow: 3 } },
];

describe('the service reads what is proposed', () => {
  test('with the same names and units, in every format, for devices with a slash in their name as well', () => {
    const proposal = proposed(SITE);
    expect(servedBy(proposal, SITE)).toEqual(seriesOf(proposal));
    expect(seriesOf(proposal)).toMatchObject({
      'kitchen-climate-temperature': '°C',
      'plug-power': 'W',
      'pow1-energy-power': 'W',
      'cellar-th-am2301-temperature': '°C',
      'garage-ht-temperature': '°C',
      '24e1-humidity': '%',
      'urn-dev-ow-10e2073a01080063-hum': '%',
    });
    expect(proposal.series).toBe(Object.keys(seriesOf(proposal)).length);
  });

  test('with the filters that docs/formats.md names, which match availability too', () => {
    const { inputs } = proposed(SITE);
    expect(inputs.map(({ topic, format, all }) => [topic, format, all])).toEqual([
      ['application/#', 'chirpstack', true],
      ['homeassistant/sensor/#', 'statestream', true],
      ['homie/#', 'homie', true],
      ['livingroom/#', 'esphome', true],
      ['plant/温度', 'json', true],
      ['senml', 'senml', true],
      ['shellies/#', 'shelly-gen1', true],
      ['shellyplusht-b8d61a8b17cc/#', 'shelly-gen2', true],
      ['tele/#', 'tasmota', true],
      ['telegraf/host/cpu', 'influx', true],
      ['v3/#', 'things-stack', true],
      ['zigbee2mqtt/#', 'zigbee2mqtt', true],
    ]);
  });

  test('where a field is named as well: its series comes once', () => {
    const messages = rounds(12, (i) => ({
      topic: 'shellyplus1pm-aabbcc/events/rpc',
      payload: {
        method: 'NotifyStatus',
        params: { ts: START / 1000, 'temperature:100': { id: 100, tC: 300 + Math.sin(i) } },
      },
    }));
    const proposal = proposed(messages);
    expect(fieldsOf(proposal)).toEqual({
      'shellyplus1pm-aabbcc/events/rpc params["temperature:100"].tC': 'shellyplus1pm-aabbcc-temperature-100-tc °C',
    });
    expect(proposal.inputs.map(({ exclude }) => exclude)).toEqual([['shellyplus1pm-aabbcc/temperature:100.tC'], []]);
    expect(proposal.inputs[1]).toMatchObject({ time: 'params.ts', localTime: false });
    expect(servedBy(proposal, messages)).toEqual(seriesOf(proposal));
  });
});

describe('a number is a signal, or there is a reason why not', () => {
  test.each<[string, unknown, Record<string, string>, Record<string, string>]>([
    [
      'zigbee2mqtt/kitchen',
      { temperature: 16, linkquality: 34, battery: 90, voltage: 2995, last_seen: '2026-11-26T08:00:00Z' },
      { 'zigbee2mqtt/# kitchen/temperature': 'kitchen-temperature °C' },
      { linkquality: 'link quality', battery: 'battery', voltage: 'battery' },
    ],
    [
      'tele/pow1/SENSOR',
      {
        Time: '2026-11-26T09:00:00',
        ENERGY: { Total: 6.294, Today: 0.954, Power: 2635, Factor: 0.99, Voltage: 227, Current: 11.661 },
      },
      {
        'tele/# pow1/ENERGY.Power': 'pow1-energy-power W',
        'tele/# pow1/ENERGY.Voltage': 'pow1-energy-voltage V',
        'tele/# pow1/ENERGY.Current': 'pow1-energy-current A',
      },
      { 'ENERGY.Total': 'repeats power', 'ENERGY.Today': 'duplicate', 'ENERGY.Factor': 'derived' },
    ],
    [
      'shelly1pm-aa/status/switch:0',
      { id: 0, output: true, apower: 60.1, aenergy: { total: 1042.5 }, temperature: { tC: 41, tF: 105.8 } },
      {
        'shelly1pm-aa/# shelly1pm-aa/switch:0.output': 'shelly1pm-aa-switch-0-output',
        'shelly1pm-aa/# shelly1pm-aa/switch:0.apower': 'shelly1pm-aa-switch-0-apower W',
      },
      {
        'switch:0.aenergy.total': 'repeats power',
        'switch:0.id': 'identifier',
        'switch:0.temperature.tC': 'device diagnostics',
        'switch:0.temperature.tF': 'duplicate',
      },
    ],
    [
      'sensors/temperature/kitchen',
      '21',
      { 'sensors/temperature/kitchen sensors/temperature/kitchen': 'sensors-temperature-kitchen °C' },
      {},
    ],
  ])('%s', (topic, payload, signals, none) => {
    const proposal = proposed([{ topic, payload, at: START }]);
    expect(fieldsOf(proposal)).toEqual(signals);
    expect(others(proposal)).toEqual(none);
  });

  test('a number without a known name: constant, count of messages, clock, meter, or signal', () => {
    const messages = rounds(30, (i) => ({
      topic: 'x/y',
      payload: {
        fixed: 7,
        nth: 100 + i,
        since_start: 1000.5 + 0.99 * i,
        litres: 5000 + 0.31 * i + (i % 2) / 10,
        torque: Math.sin(i),
      },
    }));
    const proposal = proposed(messages);
    expect(others(proposal)).toEqual({
      fixed: 'constant, 7 in 30 messages',
      nth: 'counts messages',
      since_start: 'uptime',
    });
    expect(fieldsOf(proposal)).toEqual({ 'x/y x/y/torque': 'x-y-torque', 'x/y litres': 'x-y-litres hour' });
    expect(Object.keys(servedBy(proposal, messages))).toEqual(['x-y-litres', 'x-y-torque']);
  });

  test('a range is given only where all values are inside of it, a meter only where no value falls', () => {
    const messages = [
      ...rounds(3, (i) => ({ topic: 'oven/temperature', payload: String(100 + 100 * i) })),
      ...rounds(3, (i) => ({ topic: 'room/temperature', payload: String(20 + i) })),
      ...rounds(3, (i) => ({ topic: 'solar/energy', payload: String(20 - i) })),
    ];
    const proposal = proposed(messages);
    expect(proposal.inputs.map(({ topic, all, fields: [{ range, counter }] }) => [topic, all, range, counter])).toEqual(
      [
        ['oven/temperature', false, null, null],
        ['room/temperature', true, [-55, 125], null],
        ['solar/energy', false, null, null],
      ],
    );
    expect(servedBy(proposal, messages)).toEqual({
      'oven-temperature': '°C',
      'room-temperature': '°C',
      'solar-energy': 'kWh',
    });
  });

  test('a pressure near 1000 without a unit is that of the air', () => {
    expect(fieldsOf(proposed([{ topic: 'roof/p', payload: { pressure: 1003 } }]))).toEqual({
      'roof/p pressure': 'roof-p-pressure hPa',
    });
  });

  test('topics without a signal are counted with an example', () => {
    const { inputs, skipped } = proposed([
      { topic: 'zigbee2mqtt/bridge/info', payload: { version: 2 }, retained: true },
      { topic: 'zigbee2mqtt/hall/availability', payload: 'online', retained: true },
      { topic: 'picture', payload: '\u0000\u0001\u0002' },
      { topic: 'big', payload: ' '.repeat(70_000) },
      { topic: 'zankyo/home/status', payload: '1' },
    ]);
    expect(inputs).toEqual([]);
    expect(skipped.map(({ format, reason, topics, example }) => [format, reason, topics, example])).toEqual([
      ['zankyo', 'published by zankyo', 1, 'zankyo/home/status'],
      ['zigbee2mqtt', 'no number', 1, 'zigbee2mqtt/bridge/info'],
      ['zigbee2mqtt', 'availability', 1, 'zigbee2mqtt/hall/availability'],
      ['binary', 'format not known', 1, 'picture'],
      ['binary', 'larger than 64 KiB', 1, 'big'],
    ]);
  });

  test('Sparkplug data without the birth that names them are counted as such, and not left out once it comes', () => {
    const node = new SparkplugNode('works', 'e1', new Map([['pump', [{ name: 'Flow', unit: 'l/s', range: [0, 9] }]]]));
    const values = new Map([['pump', [5]]]);
    node.births(START, values);
    const survey = surveyOf([]);
    const add = ({ at, topic, payload }: RecordedMessage): void => {
      survey.add({ topic, payload: Buffer.from(payload), receivedAt: at, retained: false, redelivered: false });
    };
    add(node.data(START, 'pump', [5]));
    expect(survey.skipped).toEqual([
      { format: 'sparkplug', reason: NO_BIRTH, topics: 1, example: 'spBv1.0/works/DDATA/e1/pump' },
    ]);
    expect(() => {
      refuseNothing({ survey, listenedMs: 12_000 }, propose(survey));
    }).toThrow(
      /^none of 1 message has a number that is a signal: Sparkplug data have no names without a birth, and none came\./,
    );
    for (const message of node.births(START + 1000, values)) add(message);
    add(node.data(START + 2000, 'pump', [5]));
    expect(survey.skipped.map(({ example }) => example)).toEqual(['spBv1.0/works/NBIRTH/e1']);
  });

  test('units and categories come from the discovery messages for Home Assistant, where a device sends them', () => {
    const messages = [
      {
        topic: 'homeassistant/sensor/a/config',
        payload: { '~': 'esp', stat_t: '~/s1', unit_of_meas: 'dB' },
        retained: true,
      },
      {
        topic: 'homeassistant/device/b/config',
        payload: {
          state_topic: 'dev/b',
          components: {
            q: {
              unit_of_measurement: 'L',
              state_class: 'total_increasing',
              value_template: "{{ value_json.io['q'] }}",
            },
            r: { entity_category: 'diagnostic', value_template: '{{ value_json.r | float }}' },
            t: { unit_of_measurement: '°C', value_template: '{{ value_json.temperature }}' },
          },
        },
        retained: true,
      },
      { topic: 'esp/s1', payload: '55' },
      { topic: 'dev/b', payload: { io: { q: 4711 }, r: 3, temperature: 20 } },
    ];
    const proposal = proposed(messages);
    expect(fieldsOf(proposal)).toEqual({
      'dev/b dev/b/temperature': 'dev-b-temperature °C',
      'dev/b io.q': 'dev-b-io-q L hour',
      'esp/s1': 'esp-s1 dB',
    });
    expect(others(proposal)).toEqual({ r: 'device diagnostics' });
    expect(servedBy(proposal, messages)).toEqual(seriesOf(proposal));
  });
});

describe('the filter of an input', () => {
  const filters = (messages: readonly Heard[]): readonly (readonly [string, number])[] =>
    proposed(messages).inputs.map(({ topic, topics }) => [topic, topics] as const);
  const value = (topic: string): Heard => ({ topic, payload: '21.5' });

  test('is one topic, or everything below the first level', () => {
    expect(filters([value('tank')])).toEqual([['tank', 1]]);
    expect(filters([value('house/bath/temperature')])).toEqual([['house/bath/temperature', 1]]);
    expect(filters(['house/bath/temperature', 'house/hall/temperature'].map(value))).toEqual([['house/#', 2]]);
  });

  test('matches the topic on which a device announces that it is gone', () => {
    const messages = [value('plant/pump/flow'), { topic: 'plant/pump/LWT', payload: 'online', retained: true }];
    expect(filters(messages)).toEqual([['plant/#', 1]]);
  });

  test('matches no picture', () => {
    const picture = { topic: 'frigate/door/snapshot', payload: '\u0000\u0001' };
    expect(
      filters([...['frigate/stats/rate', 'frigate/stats/level', 'frigate/door/motion'].map(value), picture]),
    ).toEqual([
      ['frigate/door/motion', 1],
      ['frigate/stats/#', 2],
    ]);
  });

  test('excludes what is no signal but for its values, for all devices in one pattern', () => {
    const messages = rounds(24, (i) => ({
      topic: `s/${i % 2 === 0 ? 'a' : 'b'}`,
      payload: { level: Math.sin(i), kind: 7, ...(i % 2 === 0 ? { batch: 3 } : {}) },
    }));
    const proposal = proposed(messages);
    expect(proposal.inputs.map(({ topic, exclude }) => [topic, exclude])).toEqual([['s/#', ['*/kind', 's/a/batch']]]);
    expect(servedBy(proposal, messages)).toEqual({ 's-a-level': '', 's-b-level': '' });
  });
});

test('a time is taken over where it is near the arrival, with a note if it has no zone', () => {
  // 300 °C is beyond the range of the word, so the field is named.
  const input = (payload: object, zone: string) =>
    proposed([{ topic: 'a/b', payload: { ...payload, temperature: 300 }, at: START }], zone).inputs.find(
      ({ all }) => !all,
    );
  expect(input({ time: '2026-11-26T09:00:00' }, 'Europe/Berlin')).toMatchObject({ time: 'time', localTime: true });
  expect(input({ time: '2026-11-26T08:00:00Z' }, 'Europe/Berlin')).toMatchObject({ time: 'time', localTime: false });
  expect(input({ time: '2026-11-26T09:00:00' }, 'UTC')).toMatchObject({ time: null });
  expect(input({ ts: START / 1000 - 3600 }, 'UTC')).toMatchObject({ time: null });
});

test('no two series have one name: the second one is named, with a number', () => {
  const messages = [
    { topic: 'zigbee2mqtt/a b', payload: { temperature: 20 } },
    { topic: 'tele/a-b/SENSOR', payload: { Temperature: 21 } },
    { topic: 'zigbee2mqtt/温度', payload: { temperature: 20 } },
    { topic: 'zigbee2mqtt/湿度', payload: { temperature: 20 } },
  ];
  const proposal = proposed(messages);
  expect(new Set(Object.keys(seriesOf(proposal))).size).toBe(4);
  expect(fieldsOf(proposal)).toMatchObject({
    'zigbee2mqtt/# a b/temperature': 'a-b-temperature °C',
    'tele/a-b/SENSOR Temperature': 'a-b-temperature-2 °C',
  });
  expect(servedBy(proposal, messages)).toEqual(seriesOf(proposal));
});

test('a Shelly that publishes its parts by themselves is not read twice', () => {
  const rpc = (device: string, part: object): Heard => ({
    topic: `${device}/events/rpc`,
    payload: { method: 'NotifyStatus', params: { ts: START / 1000, ...part } },
  });
  const { inputs } = proposed([
    { topic: 's1/status/switch:0', payload: { apower: 60 } },
    rpc('s1', { 'switch:0': { apower: 60 } }),
    rpc('s2', { 'temperature:0': { tC: 20 } }),
  ]);
  expect(inputs.map(({ topic, fields }) => [topic, fields.length])).toEqual([
    ['s1/#', 1],
    ['s2/#', 1],
  ]);
});

test('measured values of one message are a group; switches and meters are not in it', () => {
  const { groups } = proposed([
    { topic: 'zigbee2mqtt/plug', payload: { power: 12, voltage: 230, current: 0.1, state: 'ON', energy: 5 } },
    { topic: 'zigbee2mqtt/door', payload: { contact: true } },
  ]);
  expect(groups).toEqual([{ name: 'plug', series: ['plug-power', 'plug-voltage', 'plug-current'] }]);
});

test('beyond the largest number of topics messages are counted and not kept', () => {
  const survey = surveyOf(
    Array.from({ length: MAX_TOPICS + 100 }, (_, i) => ({ topic: `s/${i}/temperature`, payload: '20', at: START })),
  );
  expect(survey.topics).toHaveLength(MAX_TOPICS);
  expect(survey.beyond).toBe(100);
  expect(propose(survey).inputs.map(({ topic, topics }) => [topic, topics])).toEqual([['s/#', MAX_TOPICS]]);
});

describe('a meter of energy', () => {
  test('is left out where a topic beside it has the power, and stays where none has', () => {
    const proposal = proposed(
      rounds(3, (i) => ({ topic: 'plug/sensor/power/state', payload: String(10 + i) })).concat(
        rounds(3, (i) => ({ topic: 'plug/sensor/energy/state', payload: String(5 + i / 100) })),
        rounds(3, (i) => ({ topic: 'house/sensor/energy/state', payload: String(7 + i / 100) })),
      ),
    );
    expect(Object.keys(seriesOf(proposal))).toEqual(['house-energy', 'plug-power']);
    expect(proposal.notProposed).toEqual([{ topic: 'plug/#', path: 'energy', why: 'repeats power', devices: 1 }]);
  });

  test('stays where only another part of the same device has the power', () => {
    const proposal = proposed([
      { topic: 'a/b', payload: { pump: { power: 12 }, house: { energy: 5 }, fan: { power: 3, energy: 4 } } },
    ]);
    expect(others(proposal)).toEqual({ 'fan.energy': 'repeats power' });
  });
});

test('a site file without a user names the place of the password: for a unit not secrets.yaml, which its user may not read', () => {
  const head = { site: 'home', timezone: 'UTC', url: 'mqtt://b', username: null, password: null, tls: {} };
  const yaml = (credential: string | null): string => siteYaml(head, null, { about: [], groups: false, credential });
  expect(yaml(null)).toContain('  #password: !secret mqtt_password # in secrets.yaml, beside this file\n');
  const ofUnit = yaml('/etc/credstore/zankyo.mqtt-password');
  expect(ofUnit).toContain('  #username: zankyo # its password, alone: /etc/credstore/zankyo.mqtt-password, mode 0600');
  expect(ofUnit).not.toContain('secrets.yaml');
});

test('a topic that is too long is counted and named', () => {
  const long = `a/${'x'.repeat(600)}`;
  const { skipped } = proposed(rounds(3, () => ({ topic: long, payload: '1' })));
  expect(skipped).toEqual([
    { format: 'any', reason: 'topic longer than 512 bytes', topics: 1, example: `${long.slice(0, 100)}… (602)` },
  ]);
});

test('the name of a device cannot end the comment that shows it', () => {
  const messages = [{ topic: 'zigbee2mqtt/a\nmqtt: {}\n#', payload: { temperature: 20 } }];
  const yaml = yamlOf(proposed(messages));
  expect(load(yaml).site.inputs.map(({ topic }) => topic)).toEqual(['zigbee2mqtt/#']);
  expect(yaml).toContain('  #   a mqtt: {} #/temperature  20 °C');
});
