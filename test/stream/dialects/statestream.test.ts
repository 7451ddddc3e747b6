import { describe, expect, test } from 'vitest';
import { statestream } from '../../../src/stream/dialects/home/statestream.ts';
import { published, shown } from './published.ts';
import { context, read, receive } from './receive.ts';

published('statestream', {
  'https://www.home-assistant.io/integrations/mqtt_statestream/': [
    {
      topic: 'homeassistant/light/master_bedroom_dimmer/state',
      payload: 'on',
      values: { master_bedroom_dimmer: '1 on/off' },
    },
    {
      topic: 'homeassistant/light/master_bedroom_dimmer/state',
      payload: '"on"',
      values: { master_bedroom_dimmer: '1 on/off' },
    },
    { topic: 'homeassistant/light/master_bedroom_dimmer/brightness', payload: '180', values: {} },
    {
      topic: 'homeassistant/light/master_bedroom_dimmer/last_updated',
      payload: '"2017-10-01T23:20:30.920969+00:00"',
      values: {},
    },
    {
      topic: 'homeassistant/light/master_bedroom_dimmer/last_changed',
      payload: '"2017-10-01T23:20:30.920969+00:00"',
      values: {},
    },
  ],
  'constructed, after the page above': [
    { topic: 'ha/sensor/outside_temperature/state', payload: '-3.5', values: { outside_temperature: '-3.5 °C' } },
    { topic: 'ha/binary_sensor/pump/state', payload: '"on"', values: { pump: '1 on/off' } },
    {
      topic: 'ha/sensor/heat_pump/state',
      payload: '1520',
      before: [['ha/sensor/heat_pump/unit_of_measurement', '"W"']],
      values: { heat_pump: '1520 W' },
    },
  ],
});

describe('Home Assistant statestream', () => {
  test('the unit, the class of the device and that of the state come from the attributes', () => {
    const mapper = statestream.open(context);
    const received = receive(mapper, [
      ['ha/sensor/meter/unit_of_measurement', '"kWh"', true],
      ['ha/sensor/meter/state_class', '"total_increasing"', true],
      ['ha/sensor/meter/state', '1204.5'],
      ['ha/sensor/phone/device_class', '"battery"', true],
      ['ha/sensor/phone/unit_of_measurement', '"%"', true],
      ['ha/sensor/phone/state', '81'],
      ['ha/weather/home/temperature', '4.5'],
      ['ha/climate/bath/current_temperature', '20.5'],
      ['ha/climate/bath/temperature', '21'], // the setpoint
    ]);
    expect(shown(received)).toEqual({
      meter: '1204.5 kWh counter',
      'home temperature': '4.5',
      'bath current_temperature': '20.5',
    });
    expect(received.noSignals).toEqual({ phone: 'battery' });
  });

  test('unavailable is announced as a loss, and its end as a return', () => {
    const mapper = statestream.open(context);
    const away = receive(mapper, [['ha/sensor/hall/state', 'unavailable']]);
    expect([away.availability, away.signals]).toEqual([{ hall: false }, []]);
    const back = receive(mapper, [
      ['ha/sensor/hall/state', 'unknown'],
      ['ha/sensor/hall/state', '20.1'],
    ]);
    expect([back.availability, back.signals]).toEqual([{ hall: true }, ['hall']]);
  });

  test('discovery below the same base is not a state', () => {
    const config = { name: 'x', expire_after: 900, state_topic: 'zigbee2mqtt/hall' };
    for (const topic of ['homeassistant/sensor/x/config', 'homeassistant/sensor/0x01/temperature/config'])
      expect(read(topic, config)).toMatchObject({ format: 'statestream', signals: [], noSignals: {} });
  });
});
