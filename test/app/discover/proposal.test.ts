import { describe, expect, test } from 'vitest';
import { propose, type Proposal } from '../../../src/app/discover/proposal.ts';
import { inputItems } from '../../../src/app/discover/site-yaml.ts';
import { MAX_TOPICS, Survey } from '../../../src/app/discover/survey.ts';
import { compileTimeZone } from '../../../src/stream/time-zone.ts';

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

const fieldsOf = ({ inputs }: Proposal): Record<string, string> =>
  Object.fromEntries(
    inputs.flatMap(({ topic, fields }) =>
      fields.map(({ path, name, unit, counter }) => [
        `${topic} ${path}`.trim(),
        [name, unit, counter].filter((word) => word !== null && word !== '').join(' '),
      ]),
    ),
  );

describe('a number is a signal, or there is a reason why not', () => {
  test.each<[string, unknown, Record<string, string>, Record<string, string>]>([
    [
      'zigbee2mqtt/kitchen',
      { temperature: 16, linkquality: 34, battery: 90, voltage: 2995, last_seen: '2026-11-26T08:00:00Z' },
      { 'zigbee2mqtt/kitchen temperature': 'kitchen-temperature °C' },
      { linkquality: 'link quality', battery: 'battery', voltage: 'battery' },
    ],
    [
      'tele/pow1/SENSOR',
      {
        Time: '2026-11-26T09:00:00',
        ENERGY: { Total: 6.294, Today: 0.954, Power: 2635, Factor: 0.99, Voltage: 227, Current: 11.661 },
      },
      {
        'tele/pow1/SENSOR ENERGY.Power': 'pow1-power W',
        'tele/pow1/SENSOR ENERGY.Voltage': 'pow1-voltage V',
        'tele/pow1/SENSOR ENERGY.Current': 'pow1-current A',
      },
      { 'ENERGY.Total': 'repeats power', 'ENERGY.Today': 'duplicate', 'ENERGY.Factor': 'derived' },
    ],
    [
      'tele/bridge/SENSOR',
      {
        ZbReceived: {
          '0x2916': { Device: '0x2916', Temperature: 25.72, Humidity: 47.73, Endpoint: 1, LinkQuality: 116 },
        },
      },
      {
        'tele/bridge/SENSOR ZbReceived.0x2916.Temperature': 'bridge-temperature °C',
        'tele/bridge/SENSOR ZbReceived.0x2916.Humidity': 'bridge-humidity %',
      },
      { 'ZbReceived.0x2916.Endpoint': 'identifier', 'ZbReceived.0x2916.LinkQuality': 'link quality' },
    ],
    [
      'shellyplusht-b8d61a8b17cc/events/rpc',
      {
        src: 'shellyplusht-b8d61a8b17cc',
        method: 'NotifyFullStatus',
        params: {
          ts: START / 1000,
          'temperature:0': { id: 0, tC: 19.8, tF: 67.6 },
          'humidity:0': { id: 0, rh: 42.2 },
          sys: { ram_free: 9 },
        },
      },
      {
        'shellyplusht-b8d61a8b17cc/events/rpc params["temperature:0"].tC': 'shellyplusht-b8d61a8b17cc-temperature °C',
        'shellyplusht-b8d61a8b17cc/events/rpc params["humidity:0"].rh': 'shellyplusht-b8d61a8b17cc-humidity %',
      },
      {
        'params.ts': 'time',
        'params["temperature:0"].id': 'identifier',
        'params["temperature:0"].tF': 'duplicate',
        'params["humidity:0"].id': 'identifier',
        'params.sys.ram_free': 'device diagnostics',
      },
    ],
    [
      'shelly1pm-aa/status/switch:0',
      { id: 0, output: true, apower: 60.1, aenergy: { total: 1042.5 }, temperature: { tC: 41, tF: 105.8 } },
      {
        'shelly1pm-aa/status/switch:0 output': 'shelly1pm-aa-switch-0-output',
        'shelly1pm-aa/status/switch:0 apower': 'shelly1pm-aa-switch-0-power W',
      },
      {
        'aenergy.total': 'repeats power',
        id: 'identifier',
        'temperature.tC': 'device diagnostics',
        'temperature.tF': 'duplicate',
      },
    ],
    [
      'shellies/shellyht-3CBD1F/sensor/temperature',
      '22.5',
      { 'shellies/shellyht-3CBD1F/sensor/temperature': 'shellyht-3cbd1f-temperature °C' },
      {},
    ],
    ['livingroom/sensor/temp/state', '21.5', { 'livingroom/sensor/temp/state': 'livingroom-temp °C' }, {}],
    ['livingroom/binary_sensor/door/state', 'ON', { 'livingroom/binary_sensor/door/state': 'livingroom-door' }, {}],
    [
      'v3/app@ttn/devices/dev1/up',
      {
        received_at: new Date(START).toISOString(),
        uplink_message: { f_port: 2, f_cnt: 23787, decoded_payload: { temperature: 2 } },
      },
      { 'v3/app@ttn/devices/dev1/up uplink_message.decoded_payload.temperature': 'app-ttn-dev1-temperature °C' },
      {},
    ],
    [
      'application/1/device/24e1/event/up',
      { time: new Date(START).toISOString(), fCnt: 967, object: { humidity: 49.0, temperature: 18.6, battery: 84.0 } },
      {
        'application/1/device/24e1/event/up object.humidity': '1-24e1-humidity %',
        'application/1/device/24e1/event/up object.temperature': '1-24e1-temperature °C',
      },
      { 'object.battery': 'battery' },
    ],
    ['sensors/temperature/kitchen', '21', { 'sensors/temperature/kitchen': 'temperature-kitchen °C' }, {}],
    ['plant/flow', { value: 12.5, unit: 'l/s' }, { 'plant/flow value': 'plant-flow-value' }, {}],
  ])('%s', (topic, payload, signals, others) => {
    const proposal = proposed([{ topic, payload, at: START }]);
    expect(fieldsOf(proposal)).toEqual(signals);
    expect(Object.fromEntries(proposal.notProposed.map(({ path, why }) => [path, why]))).toEqual(others);
  });

  test('a number without a known name: constant, count of messages, clock, meter, or signal', () => {
    const proposal = proposed(
      rounds(30, (i) => ({
        topic: 'x/y',
        payload: {
          fixed: 7,
          nth: 100 + i,
          since_start: 1000.5 + i,
          litres: 5000 + 0.31 * i + (i % 2) / 10,
          torque: Math.sin(i),
        },
      })),
    );
    expect(proposal.notProposed.map(({ path, why }) => [path, why])).toEqual([
      ['fixed', 'constant, 7 in 30 messages'],
      ['nth', 'counts messages'],
      ['since_start', 'counts messages'],
    ]);
    expect(fieldsOf(proposal)).toEqual({ 'x/y litres': 'x-y-litres hour', 'x/y torque': 'x-y-torque' });
  });

  test('a clock rises by a second each second', () => {
    const { notProposed } = proposed(rounds(30, (i) => ({ topic: 'x/y', payload: { alive: 10 + 0.99 * i } })));
    expect(notProposed.map(({ path, why }) => [path, why])).toEqual([['alive', 'uptime']]);
  });

  test('a range is given only where all values are inside of it, a meter only where no value falls', () => {
    const { inputs } = proposed([
      ...rounds(3, (i) => ({ topic: 'oven/temperature', payload: String(100 + 100 * i) })),
      ...rounds(3, (i) => ({ topic: 'room/temperature', payload: String(20 + i) })),
      ...rounds(3, (i) => ({ topic: 'solar/energy', payload: String(20 - i) })),
    ]);
    expect(inputs.map(({ topic, fields: [{ range, counter }] }) => [topic, range, counter])).toEqual([
      ['oven/temperature', null, null],
      ['room/temperature', [-55, 125], null],
      ['solar/energy', null, null],
    ]);
  });

  test('formats whose numbers have no path are read as a whole: Sparkplug, SenML, Influx lines', () => {
    const { inputs, series, notProposed } = proposed([
      { topic: 'senml', payload: [{ bn: 'urn:dev:ow:10e2073a01080063:', n: 'hum', bu: '%RH', v: 20 }] },
      { topic: 'telegraf/host/cpu', payload: 'cpu,host=pop-os usage=45 1653579140440951943' },
      { topic: 'telegraf/host/mem', payload: 'mem,host=pop-os used=7,uptime=3i 1653579140440951943' },
      ...rounds(3, (i) => ({
        topic: 'telegraf/host/cpu',
        payload: `cpu,host=pop-os usage=${46 + i} 1653579140440951943`,
      })),
    ]);
    expect(inputs.map(({ topic, format, all, topics, live }) => [topic, format, all, topics, live])).toEqual([
      ['senml', 'senml', true, 1, 1],
      ['telegraf/#', 'influx', true, 2, 5],
    ]);
    const names = inputs.flatMap(({ fields }) => fields.map(({ name }) => name!));
    expect(names.filter((name) => name.includes('usage'))).toHaveLength(1);
    expect(series).toBe(names.length);
    expect(notProposed.map(({ path, why }) => [path, why])).toEqual([['uptime', 'uptime']]);
    expect(inputItems(inputs).join('\n')).toContain('  - topic: telegraf/#\n    fields: all # ');
  });

  test('a wildcard takes in no topic of another format', () => {
    const { inputs } = proposed([
      { topic: 'plant/a', payload: 'cpu,host=a v=1 1653579140440951943' },
      { topic: 'plant/b', payload: 'cpu,host=b v=1 1653579140440951943' },
      { topic: 'plant/c', payload: { flow: 3 } },
    ]);
    expect(inputs.filter(({ all }) => all).map(({ topic }) => topic)).toEqual(['plant/a', 'plant/b']);
  });

  test('topics without a signal are counted with an example', () => {
    const { inputs, skipped } = proposed([
      { topic: 'zigbee2mqtt/bridge/info', payload: { version: 2 }, retained: true },
      { topic: 'picture', payload: '\u0000\u0001\u0002' },
    ]);
    expect(inputs).toEqual([]);
    expect(skipped.map(({ format, topics, example }) => [format, topics, example])).toEqual([
      ['zigbee2mqtt', 1, 'zigbee2mqtt/bridge/info'],
      ['binary', 1, 'picture'],
    ]);
  });

  test('units and categories come from the discovery messages for Home Assistant, where a device sends them', () => {
    const proposal = proposed([
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
          },
        },
        retained: true,
      },
      { topic: 'esp/s1', payload: '55' },
      { topic: 'dev/b', payload: { io: { q: 4711 }, r: 3 } },
    ]);
    expect(fieldsOf(proposal)).toEqual({ 'esp/s1': 'esp-s1 dB', 'dev/b io.q': 'dev-b-q L hour' });
    expect(proposal.notProposed.map(({ path, why }) => [path, why])).toEqual([['r', 'device diagnostics']]);
  });
});

describe('the time of a reading', () => {
  const input = (payload: unknown, zone: string) => proposed([{ topic: 'a/b', payload, at: START }], zone).inputs[0];

  test('is used where it is near the arrival, in the zone of this machine if it has none', () => {
    expect(input({ time: '2026-11-26T09:00:00', v: 1.5 }, 'Europe/Berlin')).toMatchObject({
      time: 'time',
      localTime: true,
    });
    expect(input({ time: '2026-11-26T08:00:00Z', v: 1.5 }, 'Europe/Berlin')).toMatchObject({
      time: 'time',
      localTime: false,
    });
    expect(input({ time: '2026-11-26T09:00:00', v: 1.5 }, 'UTC')).toMatchObject({ time: null });
    expect(input({ ts: START / 1000 - 3600, v: 1.5 }, 'UTC')).toMatchObject({ time: null });
  });

  test('of a list is in its elements', () => {
    const payload = {
      batch: [
        { ts: START - 1000, v: 1 },
        { ts: START, v: 2 },
      ],
    };
    expect(input(payload, 'UTC')).toMatchObject({ each: 'batch', time: 'ts', fields: [{ path: 'v' }] });
  });
});

describe('alike devices share an input', () => {
  const topics = (messages: readonly Heard[]): readonly (readonly [string, number])[] =>
    proposed(messages).inputs.map(({ topic, topics: n }) => [topic, n] as const);

  test('of a known format from two on, others from three on', () => {
    const value = (topic: string): Heard => ({ topic, payload: '21.5' });
    expect(topics(['house/bath/temperature', 'house/hall/temperature'].map(value))).toEqual([
      ['house/bath/temperature', 1],
      ['house/hall/temperature', 1],
    ]);
    expect(topics(['bath', 'hall', 'attic'].map((room) => value(`house/${room}/temperature`)))).toEqual([
      ['house/+/temperature', 3],
    ]);
    expect(topics(['a', 'b'].map((name) => ({ topic: `zigbee2mqtt/${name}`, payload: { temperature: 20 } })))).toEqual([
      ['zigbee2mqtt/+', 2],
    ]);
  });

  test('with other fields each, if the same field means the same', () => {
    const proposal = proposed([
      { topic: 'zigbee2mqtt/climate', payload: { temperature: 20, humidity: 40 } },
      { topic: 'zigbee2mqtt/plug', payload: { power: 12, state: 'ON' } },
    ]);
    expect(proposal.inputs[0].fields.map(({ path, name }) => [path, name])).toEqual([
      ['temperature', '{1}-temperature'],
      ['humidity', '{1}-humidity'],
      ['power', '{1}-power'],
      ['state', '{1}-state'],
    ]);
  });

  test('a number that is no signal of one of them has an input for each of the others', () => {
    const proposal = proposed([
      { topic: 'zigbee2mqtt/plug', payload: { power: 12, voltage: 230 } },
      { topic: 'zigbee2mqtt/climate', payload: { temperature: 20, battery: 90, voltage: 2985 } },
    ]);
    expect(fieldsOf(proposal)).toEqual({
      'zigbee2mqtt/+ power': '{1}-power W',
      'zigbee2mqtt/+ temperature': '{1}-temperature °C',
      'zigbee2mqtt/plug voltage': 'plug-voltage V',
    });
    expect(proposal.series).toBe(3);
  });

  test('not where the filter would match a number that is no signal', () => {
    const rooms = ['r1', 'r2', 'r3'].map((name) => ({ topic: `s/${name}`, payload: '20.5' }));
    expect(topics(rooms)).toEqual([['s/+', 3]]);
    expect(topics([...rooms, { topic: 's/uptime', payload: '77' }]).map(([topic]) => topic)).toEqual([
      's/r1',
      's/r2',
      's/r3',
    ]);
  });

  test('a device with a slash in its name has an input of its own', () => {
    const names = ['bath', 'hall', 'cellar/north'];
    expect(topics(names.map((name) => ({ topic: `zigbee2mqtt/${name}`, payload: { temperature: 20 } })))).toEqual([
      ['zigbee2mqtt/+', 2],
      ['zigbee2mqtt/cellar/north', 1],
    ]);
  });
});

test('no two series have one name: the whole topic is in the name where the short one is taken, then a number', () => {
  const names = (messages: readonly Heard[]): readonly unknown[] =>
    proposed(messages).inputs.flatMap(({ topic, fields }) => fields.map(({ name }) => [topic, name]));
  expect(
    names([
      { topic: 'zigbee2mqtt/a b', payload: { temperature: 20 } },
      { topic: 'tele/a-b/SENSOR', payload: { AM2301: { Temperature: 21 } } },
    ]),
  ).toEqual([
    ['tele/a-b/SENSOR', null],
    ['zigbee2mqtt/a b', null],
  ]);
  expect(
    names([
      { topic: 'zigbee2mqtt/温度', payload: { temperature: 20 } },
      { topic: 'zigbee2mqtt/湿度', payload: { temperature: 20 } },
    ]),
  ).toEqual([
    ['zigbee2mqtt/温度', 'zigbee2mqtt-temperature'],
    ['zigbee2mqtt/湿度', 'zigbee2mqtt-temperature-2'],
  ]);
});

test('a Shelly that publishes its parts by themselves is not read twice', () => {
  const { inputs } = proposed([
    { topic: 's1/status/switch:0', payload: { apower: 60 } },
    { topic: 's1/events/rpc', payload: { params: { ts: START / 1000, 'switch:0': { apower: 60 } } } },
    { topic: 's2/events/rpc', payload: { params: { ts: START / 1000, 'temperature:0': { tC: 20 } } } },
  ]);
  expect(inputs.map(({ topic }) => topic)).toEqual(['s1/status/switch:0', 's2/events/rpc']);
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
  expect(propose(survey).inputs.map(({ topic, topics }) => [topic, topics])).toEqual([['s/+/temperature', MAX_TOPICS]]);
});

test('a meter of energy is left out where a topic beside it has the power, and stays where none has', () => {
  const proposal = proposed(
    rounds(3, (i) => ({ topic: 'plug/sensor/power/state', payload: String(10 + i) })).concat(
      rounds(3, (i) => ({ topic: 'plug/sensor/energy/state', payload: String(5 + i / 100) })),
      rounds(3, (i) => ({ topic: 'house/sensor/energy/state', payload: String(7 + i / 100) })),
    ),
  );
  const named = new Set(proposal.inputs.flatMap(({ fields }) => fields.map(({ unit }) => unit)));
  expect(named).toEqual(new Set(['W', 'kWh']));
  expect(proposal.notProposed).toEqual([
    { topic: 'plug/sensor/energy/state', path: '', why: 'repeats power', topics: 1 },
  ]);
  expect(proposal.inputs.some(({ topic }) => topic === 'plug/sensor/energy/state')).toBe(false);
});

test('a topic that is too long is counted and named', () => {
  const long = `a/${'x'.repeat(600)}`;
  const { skipped } = proposed(rounds(3, () => ({ topic: long, payload: '1' })));
  expect(skipped).toEqual([
    { format: 'any', reason: 'topic longer than 512 bytes', topics: 1, example: `${long.slice(0, 100)}… (602)` },
  ]);
});
