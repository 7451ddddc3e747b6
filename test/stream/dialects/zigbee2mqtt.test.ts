import { describe, expect, test } from 'vitest';
import { zigbee2mqtt } from '../../../src/stream/dialects/home/zigbee2mqtt.ts';
import { published, shown } from './published.ts';
import { context, read, receive } from './receive.ts';

published('zigbee2mqtt', {
  'https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html': [
    {
      topic: 'zigbee2mqtt/livingroom',
      payload: '{"temperature": 27.34, "humidity": 44.72}',
      values: { 'livingroom temperature': '27.34 °C', 'livingroom humidity': '44.72 %' },
    },
    { topic: 'zigbee2mqtt/button', payload: '{"action": "single"}', values: {} },
    { topic: 'zigbee2mqtt/hall', payload: '{"occupancy": true}', values: { 'hall occupancy': '1 on/off' } },
    {
      topic: 'zigbee2mqtt/kitchen/floor_light',
      payload: '{"state": "ON", "brightness": 215, "color_temp": 325}',
      values: { 'kitchen/floor_light state': '1 on/off' },
    },
    {
      topic: 'zigbee2mqtt/lamp/set',
      payload: '{"state": "ON", "brightness": 255, "color": {"x": 0.123, "y": 0.123}}',
      values: {},
    },
    { topic: 'zigbee2mqtt/lamp/set/state', payload: 'ON', values: {} },
    { topic: 'zigbee2mqtt/lamp/get', payload: '{"state": ""}', values: {} },
    {
      topic: 'zigbee2mqtt/bridge/info',
      payload:
        '{"version":"1.13.0-dev","coordinator":{"ieee_address":"0x12345678","meta":{"revision":20190425,"product":2}},"network":{"channel":15,"pan_id":5674},"permit_join":true,"permit_join_timeout":10}',
      values: {},
    },
    { topic: 'zigbee2mqtt/bridge/state', payload: 'online', values: {}, availability: { '/#': true } },
    { topic: 'zigbee2mqtt/bridge/state', payload: 'offline', values: {}, availability: { '/#': false } },
    {
      topic: 'zigbee2mqtt/bridge/logging',
      payload: '{"level": "info", "message": "Zigbee: allowing new devices to join."}',
      values: {},
    },
    {
      topic: 'zigbee2mqtt/bridge/groups',
      payload: '[{"id":1,"friendly_name":"my_group","members":[{"ieee_address":"0x90fd9ffffe6494fc","endpoint":1}]}]',
      values: {},
    },
    {
      topic: 'zigbee2mqtt/bridge/event',
      payload: '{"type":"device_leave","data":{"ieee_address":"0x90fd9ffffe6494fc","friendly_name":"my_bulb"}}',
      values: {},
    },
    {
      topic: 'zigbee2mqtt/bridge/response/permit_join',
      payload: '{"data":{"value":true},"status":"ok","transaction":23}',
      values: {},
    },
  ],
  'https://www.zigbee2mqtt.io/guide/configuration/device-availability.html': [
    { topic: 'zigbee2mqtt/my_bulb/availability', payload: 'offline', values: {}, availability: { my_bulb: false } },
    {
      topic: 'zigbee2mqtt/kitchen/lamp/availability',
      payload: '{"state":"online"}',
      values: {},
      availability: { 'kitchen/lamp': true },
    },
    { topic: 'zigbee2mqtt/bridge/state', payload: '{"state":"offline"}', values: {}, availability: { '/#': false } },
  ],
  'https://www.zigbee2mqtt.io/guide/configuration/mqtt.html': [
    { topic: 'zigbee2mqtt/my_bulb', payload: '{"state": "ON"}', values: { 'my_bulb state': '1 on/off' } },
    { topic: 'zigbee2mqtt/my_bulb/state', payload: 'ON', values: { 'my_bulb state': '1 on/off' } },
  ],
  'captured, address not known: a double plug with last_seen as ISO_8601_local': [
    {
      topic: 'zigbee2mqtt/0x00158d0001d82999',
      payload:
        '{"power":0,"consumption":0.32,"temperature":16,"linkquality":34,"last_seen":"2020-02-26T20:44:09+01:00","state_left":"OFF","state_right":"OFF"}',
      values: {
        '0x00158d0001d82999 power': '0 W',
        '0x00158d0001d82999 consumption': '0.32 kWh counter',
        '0x00158d0001d82999 temperature': '16 °C',
        '0x00158d0001d82999 state_left': '0 on/off',
        '0x00158d0001d82999 state_right': '0 on/off',
      },
      at: '2020-02-26T19:44:09Z',
    },
  ],
});

describe('zigbee2mqtt', () => {
  test('last_seen may be a number of milliseconds', () => {
    const { values } = read('zigbee2mqtt/a', { temperature: 21.37, last_seen: 1582746249000 });
    expect(values).toMatchObject({ 'a temperature': { at: Date.parse('2020-02-26T19:44:09Z') } });
  });

  test('the voltage of a battery is no signal, that of the mains is', () => {
    const battery = read('zigbee2mqtt/a', { battery: 97, voltage: 2985, temperature: 20 });
    expect(battery.noSignals).toEqual({ 'a battery': 'battery', 'a voltage': 'battery' });
    const plug = read('zigbee2mqtt/b', { voltage: 231, power: 12.5, current: 0.06, energy: 3.21 });
    expect(shown(plug)).toEqual({
      'b voltage': '231 V',
      'b power': '12.5 W',
      'b current': '0.06 A',
      'b energy': '3.21 kWh counter',
    });
  });

  test('firmware, colours, schedules, link quality and device temperature are no signals', () => {
    const { signals } = read('zigbee2mqtt/a', {
      linkquality: 120,
      device_temperature: 31,
      update: { installed_version: 587765297, latest_version: 587814449, state: 'available' },
      color: { x: 0.3, y: 0.3 },
      occupied_heating_setpoint: 21,
      power_outage_count: 3,
      humidity: null,
      local_temperature: 20.4,
    });
    expect(signals).toEqual(['a local_temperature']);
  });

  test('of a raw illuminance beside one in lux the second is read', () => {
    expect(shown(read('zigbee2mqtt/a', { illuminance: 18000, illuminance_lux: 63 }))).toEqual({
      'a illuminance_lux': '63 lx',
    });
    expect(shown(read('zigbee2mqtt/a', { illuminance: 63 }))).toEqual({ 'a illuminance': '63 lx' });
  });

  test('with `output: attribute_and_json` single values that repeat the object are dropped', () => {
    const mapper = zigbee2mqtt.open(context);
    const { signals } = receive(mapper, [
      ['zigbee2mqtt/hall', { temperature: 20 }],
      ['zigbee2mqtt/hall/temperature', '20'],
      ['zigbee2mqtt/attic/temperature', '12.5'],
    ]);
    expect(signals).toEqual(['hall temperature', 'attic temperature']);
  });

  test('another base topic is its first level', () => {
    const mapper = zigbee2mqtt.open(context);
    const { signals, availability } = receive(mapper, [
      ['z2m/hall', { temperature: 20 }],
      ['z2m/bridge/state', 'offline'],
      ['z2m/bridge/devices', []],
    ]);
    expect([signals, availability]).toEqual([['hall temperature'], { '/#': false }]);
  });

  test('a payload that is no JSON is refused', () => {
    expect(read('zigbee2mqtt/a', '{"temperature":')).toMatchObject({ signals: [], reasons: ['not_json'] });
  });
});
