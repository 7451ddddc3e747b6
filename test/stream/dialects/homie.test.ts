import { describe, expect, test } from 'vitest';
import { homie } from '../../../src/stream/dialects/home/homie.ts';
import { published, shown } from './published.ts';
import { context, read, receive } from './receive.ts';

const attribute = (topic: string, payload: string) => ({ topic, payload, values: {} });

const ENGINE = {
  homie: '5.0',
  name: 'Super car',
  nodes: [
    {
      id: 'engine',
      name: 'Car engine',
      type: 'V8',
      properties: [
        {
          id: 'temperature',
          name: 'Engine temperature',
          settable: false,
          unit: '°C',
          datatype: 'float',
          format: '-20:120',
        },
        { id: 'direction', datatype: 'enum', format: 'forward,backward' },
      ],
    },
  ],
};

published('homie', {
  'https://github.com/homieiot/convention/blob/develop/convention.md': [
    attribute('homie/super-car/$homie', '2.1.0'),
    attribute('homie/super-car/$name', 'Super car'),
    attribute('homie/super-car/$localip', '192.168.0.10'),
    attribute('homie/super-car/$mac', 'DE:AD:BE:EF:FE:ED'),
    attribute('homie/super-car/$fw/version', '1.0.0'),
    attribute('homie/super-car/$nodes', 'wheels,engine,lights[]'),
    attribute('homie/super-car/$implementation', 'esp8266'),
    attribute('homie/super-car/$stats/interval', '60'),
    attribute('homie/super-car/$stats/uptime', '120'),
    attribute('homie/super-car/$stats/cputemp', '48'),
    attribute('homie/super-car/$stats/signal', '24'),
    attribute('homie/super-car/$stats/battery', '80'),
    { ...attribute('homie/super-car/$state', 'ready'), availability: { 'super-car': true } },
    attribute('homie/super-car/engine/$name', 'Car engine'),
    attribute('homie/super-car/engine/$properties', 'speed,direction,temperature'),
    {
      topic: 'homie/super-car/engine/temperature',
      payload: '21.5',
      before: [
        ['homie/super-car/engine/temperature/$name', 'Engine temperature'],
        ['homie/super-car/engine/temperature/$settable', 'false'],
        ['homie/super-car/engine/temperature/$unit', '°C'],
        ['homie/super-car/engine/temperature/$datatype', 'float'],
        ['homie/super-car/engine/temperature/$format', '-20:120'],
      ],
      values: { 'super-car engine.temperature': '21.5 °C' },
    },
    attribute('homie/kitchen-light/light/power/set', 'true'),
    { topic: 'homie/kitchen-light/light/power', payload: 'true', values: { 'kitchen-light light.power': '1 on/off' } },
    attribute('homie/$broadcast/alert', 'Intruder detected'),
  ],
  'https://github.com/homieiot/convention/blob/develop/convention5.md': [
    { topic: 'homie/5/super-car/$description', payload: ENGINE, values: {} },
    { topic: 'homie/5/super-car/$state', payload: 'lost', values: {}, availability: { 'super-car': false } },
    {
      topic: 'homie/5/super-car/engine/temperature',
      payload: '21.5',
      before: [['homie/5/super-car/$description', ENGINE]],
      values: { 'super-car engine.temperature': '21.5 °C' },
    },
    {
      topic: 'homie/5/super-car/engine/direction',
      payload: 'forward',
      before: [['homie/5/super-car/$description', ENGINE]],
      values: {},
    },
  ],
  'constructed, after the page above': [
    { topic: 'homie/5/boiler/pump/running', payload: 'true', values: { 'boiler pump.running': '1 on/off' } },
  ],
});

describe('Homie', () => {
  test('the range of a property comes from its format', () => {
    const mapper = homie.open(context);
    receive(mapper, [['homie/5/super-car/$description', ENGINE, true]]);
    const { values } = receive(mapper, [['homie/5/super-car/engine/temperature', '21.5']]);
    expect(values['super-car engine.temperature'].facts).toEqual({ unit: '°C', range: [-20, 120] });
  });

  test('nodes and properties may be objects by id, as in version 5.0; what can be set is a setting', () => {
    const mapper = homie.open(context);
    const description = {
      homie: '5.0',
      nodes: {
        room: {
          properties: {
            humidity: { datatype: 'integer', unit: '%', format: '0:100' },
            target: { datatype: 'float', unit: '°C', settable: true },
            pulses: { datatype: 'integer', unit: '#' },
            lamp: { datatype: 'boolean', settable: true },
          },
        },
      },
    };
    receive(mapper, [['homie/5/a/$description', description, true]]);
    const received = receive(mapper, [
      ['homie/5/a/room/humidity', '45'],
      ['homie/5/a/room/target', '21'],
      ['homie/5/a/room/pulses', '7'],
      ['homie/5/a/room/lamp', 'false'],
    ]);
    expect(shown(received)).toEqual({ 'a room.humidity': '45 %', 'a room.pulses': '7', 'a room.lamp': '0 on/off' });
    expect(received.noSignals).toEqual({ 'a room.target': 'setting' });
  });

  test('a device that is lost takes its children with it; one that sleeps is not gone', () => {
    const mapper = homie.open(context);
    const { availability } = receive(mapper, [
      ['homie/5/bridge/$description', { homie: '5.0', children: ['valve-1', 'valve-2'] }, true],
      ['homie/5/bridge/$state', 'disconnected'],
      ['homie/5/meter/$state', 'sleeping'],
      ['homie/5/boiler/$state', 'init'],
    ]);
    expect(availability).toEqual({ bridge: false, 'valve-1': false, 'valve-2': false });
  });

  test('a target is not a value', () => {
    expect(read('homie/5/a/room/lamp/$target', 'true').signals).toEqual([]);
  });
});
