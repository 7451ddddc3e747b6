import { describe, expect, test } from 'vitest';
import { esphome } from '../../../src/stream/dialects/home/esphome.ts';
import { published, shown } from './published.ts';
import { context, read, receive } from './receive.ts';

published('esphome', {
  'https://esphome.io/components/mqtt/': [
    { topic: 'livingroom/sensor/temp/state', payload: '21.5', values: { 'livingroom temp': '21.5 °C' } },
    {
      topic: 'livingroom/binary_sensor/kitchen_door/state',
      payload: 'ON',
      values: { 'livingroom kitchen_door': '1 on/off' },
    },
    { topic: 'livingroom/switch/relay/state', payload: 'OFF', values: { 'livingroom relay.switch': '0 on/off' } },
    { topic: 'home/living_room/sensor/humidity/state', payload: '45', values: { 'home/living_room humidity': '45 %' } },
    { topic: 'livingroom/text_sensor/version/state', payload: '2024.10', values: {} },
  ],
  // A light publishes JSON.
  'https://esphome.io/components/light/': [
    {
      topic: 'gosund/light/dimmer/state',
      payload: '{"state":"ON","brightness":255}',
      values: { 'gosund dimmer.light': '1 on/off' },
    },
  ],
  'https://esphome.io/components/climate/': [
    {
      topic: 'heater/climate/bath/current_temperature/state',
      payload: '19.8',
      values: { 'heater bath.current_temperature': '19.8 °C' },
    },
    { topic: 'heater/climate/bath/target_temperature/state', payload: '21', values: {} },
    { topic: 'heater/climate/bath/mode/state', payload: 'heat', values: {} },
  ],
});

describe('ESPHome', () => {
  test('the status of the prefix is its availability', () => {
    const mapper = esphome.open(context);
    const { availability } = receive(mapper, [
      ['livingroom/status', 'offline', true],
      ['home/attic/status', 'online'],
    ]);
    expect(availability).toEqual({ livingroom: false, 'home/attic': true });
    // With format: auto, the general rule for topics that end in "status" says the same.
    expect(read('livingroom/status', 'offline').availability).toEqual({ 'livingroom/#': false });
  });

  test('uptime and the signal of the radio are no signals, a number is a setting', () => {
    expect(read('a/sensor/uptime/state', '1200').noSignals).toEqual({ 'a uptime': 'uptime' });
    expect(read('a/sensor/wifi_signal/state', '-61').noSignals).toEqual({ 'a wifi_signal': 'link quality' });
    expect(read('a/number/hysteresis/state', '2').noSignals).toEqual({ 'a hysteresis': 'setting' });
  });

  test('a cover gives its position', () => {
    expect(shown(read('a/cover/blind/position/state', '40'))).toEqual({ 'a blind.position': '40 %' });
    expect(read('a/cover/blind/state', 'open').signals).toEqual([]);
  });

  test('nan is no value', () => {
    expect(read('a/sensor/temp/state', 'nan').signals).toEqual([]);
  });
});
