import { expect, test } from 'vitest';
import type { InputOptions } from '../../src/stream/decoder.ts';
import { ARRIVAL, decoding, field, input, message } from './harness.ts';

/** What devices send, and the few lines of configuration that read it. `at` is null for the time of arrival. */
interface Format {
  readonly input: InputOptions;
  readonly topic: string;
  readonly payload: string | object;
  readonly readings: readonly (readonly [series: string, value: number, at: string | null])[];
}

const FORMATS: Record<string, Format> = {
  'zigbee2mqtt, last_seen ISO_8601': {
    input: input(
      'zigbee2mqtt/+',
      [field('power', { name: '{1} power' }), field('temperature', { name: '{1} temperature' }), field('state_left')],
      { time: 'last_seen' },
    ),
    topic: 'zigbee2mqtt/0x00158d0001d82999',
    payload:
      '{"power":0,"consumption":0.32,"temperature":16,"linkquality":34,"last_seen":"2020-02-26T20:44:09+01:00","state_left":"OFF","state_right":"OFF"}',
    readings: [
      ['0x00158d0001d82999-power', 0, '2020-02-26T19:44:09Z'],
      ['0x00158d0001d82999-temperature', 16, '2020-02-26T19:44:09Z'],
      ['zigbee2mqtt-0x00158d0001d82999-state_left', 0, '2020-02-26T19:44:09Z'],
    ],
  },
  'zigbee2mqtt, a friendly name with a slash, last_seen epoch': {
    input: input('zigbee2mqtt/#', [field('temperature', { name: '{1}' })], { time: 'last_seen' }),
    topic: 'zigbee2mqtt/Küche/Fühler',
    payload: { temperature: 21.37, last_seen: 1582746249000 },
    readings: [['kuche-fuhler', 21.37, '2020-02-26T19:44:09Z']],
  },
  'zigbee2mqtt, output attribute': {
    input: input('zigbee2mqtt/+/temperature', [field('')]),
    topic: 'zigbee2mqtt/hall/temperature',
    payload: '16.25',
    readings: [['zigbee2mqtt-hall-temperature', 16.25, null]],
  },
  'Tasmota energy, local time': {
    input: input('tele/+/SENSOR', [field('ENERGY.Power', { name: '{1}-power' }), field('ENERGY.Voltage')], {
      time: 'Time',
      timezone: 'Europe/Berlin',
    }),
    topic: 'tele/pow1/SENSOR',
    payload:
      '{"Time":"2018-02-15T17:37:10","ENERGY":{"TotalStartTime":"2018-01-01T00:00:00","Total":6.294,"Today":0.954,"Power":2635,"Factor":0.99,"Voltage":227,"Current":11.661}}',
    readings: [
      ['pow1-power', 2635, '2018-02-15T16:37:10Z'],
      ['tele-pow1-sensor-energy-voltage', 227, '2018-02-15T16:37:10Z'],
    ],
  },
  'Tasmota with SetOption52, a topic in another order': {
    input: input('tasmota/+/tele/SENSOR', [field('AM2301.Humidity', { name: '{1}' })], { time: '$.Time' }),
    topic: 'tasmota/cellar/tele/SENSOR',
    payload: '{"Time":"2018-02-15T17:37:10+01:00","AM2301":{"Temperature":22.6,"Humidity":32.4},"TempUnit":"C"}',
    readings: [['cellar', 32.4, '2018-02-15T16:37:10Z']],
  },
  'Tasmota Zigbee bridge': {
    input: input('tele/bridge/SENSOR', [field('ZbReceived["0x2916"].Temperature', { name: 'attic' })]),
    topic: 'tele/bridge/SENSOR',
    payload:
      '{"ZbReceived":{"0x2916":{"Device":"0x2916","Temperature":25.72,"Humidity":47.73,"Endpoint":1,"LinkQuality":116}}}',
    readings: [['attic', 25.72, null]],
  },
  ESPHome: {
    input: input('+/sensor/+/state', [field('', { name: '{1}-{2}' })]),
    topic: 'livingroom/sensor/temp/state',
    payload: '21.5',
    readings: [['livingroom-temp', 21.5, null]],
  },
  'Shelly Gen1': {
    input: input('shellies/+/sensor/temperature', [field('', { name: '{1}' })]),
    topic: 'shellies/shellyht-3CBD1F/sensor/temperature',
    payload: '22.5',
    readings: [['shellyht-3cbd1f', 22.5, null]],
  },
  'Shelly Gen2, full status': {
    input: input(
      '+/events/rpc',
      [field('params["temperature:0"].tC', { name: '{1} t' }), field('params.humidity:0.rh', { name: '{1} rh' })],
      { time: 'params.ts' },
    ),
    topic: 'shellyplusht-b8d61a8b17cc/events/rpc',
    payload:
      '{"src":"shellyplusht-b8d61a8b17cc","dst":"x/events","method":"NotifyFullStatus","params":{"ts":1680962879.62,"temperature:0":{"id":0,"tC":19.8,"tF":67.6},"humidity:0":{"id":0,"rh":42.2}}}',
    readings: [
      ['shellyplusht-b8d61a8b17cc-t', 19.8, '2023-04-08T14:07:59.620Z'],
      ['shellyplusht-b8d61a8b17cc-rh', 42.2, '2023-04-08T14:07:59.620Z'],
    ],
  },
  'Shelly Gen2, only what has changed': {
    input: input('+/events/rpc', [
      field('params["temperature:0"].tC'),
      field('params["humidity:0"].rh', { name: 'rh' }),
    ]),
    topic: 'ht/events/rpc',
    payload: '{"method":"NotifyStatus","params":{"ts":1680962880.62,"humidity:0":{"id":0,"rh":43}}}',
    readings: [['rh', 43, null]],
  },
  'Shelly Gen2, status topic': {
    input: input('+/status/temperature:0', [field('tC')]),
    topic: 'ht/status/temperature:0',
    payload: '{"id":0,"tC":19.8,"tF":67.6}',
    readings: [['ht-status-temperature-0-tc', 19.8, null]],
  },
  'Home Assistant statestream': {
    input: input('ha/sensor/+/state', [field('', { name: '{1}' })]),
    topic: 'ha/sensor/outside/state',
    payload: '-3.5',
    readings: [['outside', -3.5, null]],
  },
  'Home Assistant statestream, a quoted attribute': {
    input: input('ha/binary_sensor/pump/state', [field('', { name: 'pump' })]),
    topic: 'ha/binary_sensor/pump/state',
    payload: '"on"',
    readings: [['pump', 1, null]],
  },
  'Homie property': {
    input: input('homie/5/+/+/+', [field('', { name: '{1}-{2}-{3}' })]),
    topic: 'homie/5/boiler/pump/running',
    payload: 'true',
    readings: [['boiler-pump-running', 1, null]],
  },
  'The Things Network v3': {
    input: input('v3/+/devices/+/up', [field('uplink_message.decoded_payload.temperature', { name: '{2}' })], {
      time: 'received_at',
    }),
    topic: 'v3/app@ttn/devices/eui-01/up',
    payload:
      '{"end_device_ids":{"device_id":"eui-01"},"received_at":"2020-08-11T08:59:45.869225403Z","uplink_message":{"f_port":2,"f_cnt":23787,"frm_payload":"AgA=","decoded_payload":{"temperature":2},"rx_metadata":[{"rssi":-42}]}}',
    readings: [['eui-01', 2, '2020-08-11T08:59:45.869Z']],
  },
  'ChirpStack v4': {
    input: input('application/+/device/+/event/up', [field('object.temperature', { name: '{2}' })], { time: 'time' }),
    topic: 'application/1/device/24e124136c506271/event/up',
    payload:
      '{"deduplicationId":"3ac7e3c4","time":"2023-07-28T04:10:22Z","deviceInfo":{"deviceName":"Slack Milesight EM300-DI","devEui":"24e124136c506271"},"fCnt":967,"object":{"humidity":49.0,"temperature":18.6,"gpio":1.0,"battery":84.0}}',
    readings: [['24e124136c506271', 18.6, '2023-07-28T04:10:22Z']],
  },
  'SenML, one quantity with absolute times': {
    input: input('senml/+', [field('v', { name: '{1}' })], { each: '', time: 't' }),
    topic: 'senml/hygrometer',
    payload: '[{"n":"rh","u":"%RH","t":1.320067464e+09,"v":20},{"n":"rh","u":"%RH","t":1320067524,"v":20.3}]',
    readings: [
      ['hygrometer', 20, '2011-10-31T13:24:24Z'],
      ['hygrometer', 20.3, '2011-10-31T13:25:24Z'],
    ],
  },
  'object with name, value and timestamp': {
    input: input('plant', [field('value', { name: 'S1', unit: 'bar' })], { time: 'timestamp' }),
    topic: 'plant',
    payload: '{"sensor_id":"S1","value":123.45,"timestamp":"2025-01-15T10:30:00Z","unit":"bar"}',
    readings: [['s1', 123.45, '2025-01-15T10:30:00Z']],
  },
  'batch in a list': {
    input: input('batch', [field('v')], { each: '$', time: 'ts' }),
    topic: 'batch',
    payload: '[{"ts":1736937000,"v":1},{"ts":1736937001,"v":"2"},{"ts":1736937002,"w":3},{"ts":1736937003,"v":4}]',
    readings: [
      ['batch-v', 1, '2025-01-15T10:30:00Z'],
      ['batch-v', 2, '2025-01-15T10:30:01Z'],
      ['batch-v', 4, '2025-01-15T10:30:03Z'],
    ],
  },
  'batch inside an object, one time for all': {
    input: input('gateway', [field('a'), field('b')], { each: 'data.rows', time: 'ts' }),
    topic: 'gateway',
    payload: '{"ts":1736937000,"data":{"rows":[{"a":1},{"b":2}]}}',
    readings: [
      ['gateway-a', 1, '2025-01-15T10:30:00Z'],
      ['gateway-b', 2, '2025-01-15T10:30:00Z'],
    ],
  },
  'list of bare numbers': {
    input: input('list', [field('[1]', { name: 'second' })]),
    topic: 'list',
    payload: '[1,2,3]',
    readings: [['second', 2, null]],
  },
};

test.each(Object.entries(FORMATS))('%s', (_, { input, topic, payload, readings }) => {
  expect(decoding([input]).decode(message(topic, payload))).toEqual({
    readings: readings.map(([series, value, at]) => ({
      series,
      at: at === null ? ARRIVAL : Date.parse(at),
      value,
      receivedAt: ARRIVAL,
    })),
    reasons: [],
  });
});

test.each([
  ['availability of a device', 'zigbee2mqtt/hall/availability', '{"state":"online"}', 'no_field'],
  ['last will of a Tasmota device', 'tele/pow1/LWT', 'Online', 'plain_value'],
  ['an uplink that was not decoded', 'v3/up', '{"uplink_message":{"frm_payload":"AgA="}}', 'no_field'],
  ['a state that Home Assistant does not know', 'ha/sensor', '{"temperature":"unavailable"}', 'unavailable'],
])('%s is no reading: %s %s %s', (_, topic, payload, reason) => {
  const { decode } = decoding([input('#', [field('temperature')])]);
  expect(decode(message(topic, payload))).toEqual({ readings: [], reasons: [reason] });
});
