import { describe, expect, test } from 'vitest';
import { shellyGen1 } from '../../../src/stream/dialects/home/shelly-gen1.ts';
import { published } from './published.ts';
import { context, read, receive } from './receive.ts';

const plain = (topic: string, payload: string, values: Record<string, string> = {}) => ({ topic, payload, values });

published('shelly-gen1', {
  'https://shelly-api-docs.shelly.cloud/gen1/#shelly-h-amp-t-mqtt': [
    plain('shellies/shellyht-3CBD1F/sensor/temperature', '22.5', { 'shellyht-3CBD1F temperature': '22.5 °C' }),
    plain('shellies/shellyht-3CBD1F/sensor/humidity', '45.5', { 'shellyht-3CBD1F humidity': '45.5 %' }),
    plain('shellies/shellyht-3CBD1F/sensor/battery', '100'),
  ],
  'https://shelly-api-docs.shelly.cloud/gen1/#shelly1-1pm-mqtt': [
    plain('shellies/shelly1pm-84CCA8/relay/0', 'on', { 'shelly1pm-84CCA8 relay.0': '1 on/off' }),
    plain('shellies/shelly1pm-84CCA8/relay/0/power', '12.31', { 'shelly1pm-84CCA8 relay.0.power': '12.31 W' }),
    plain('shellies/shelly1pm-84CCA8/relay/0/energy', '12'),
    plain('shellies/shelly1pm-84CCA8/input/0', '0', { 'shelly1pm-84CCA8 input.0': '0 on/off' }),
    plain('shellies/shelly1pm-84CCA8/input_event/0', '{"event":"S","event_cnt":2}'),
    plain('shellies/shelly1pm-84CCA8/temperature', '52.3'),
    plain('shellies/shelly1pm-84CCA8/temperature_f', '126.1'),
    plain('shellies/shelly1pm-84CCA8/overtemperature', '0'),
    plain('shellies/announce', '{"id":"shelly1pm-84CCA8","model":"SHSW-PM","mac":"84CCA8ADC5D5","new_fw":false}'),
    { ...plain('shellies/shelly1pm-84CCA8/online', 'true'), availability: { 'shelly1pm-84CCA8': true } },
    { ...plain('shellies/shelly1pm-84CCA8/online', 'false'), availability: { 'shelly1pm-84CCA8': false } },
  ],
  'https://shelly-api-docs.shelly.cloud/gen1/#shelly-em-mqtt': [
    plain('shellies/shellyem-B9E4A5/emeter/0/power', '-12.4', { 'shellyem-B9E4A5 emeter.0.power': '-12.4 W' }),
    plain('shellies/shellyem-B9E4A5/emeter/0/voltage', '231.5', { 'shellyem-B9E4A5 emeter.0.voltage': '231.5 V' }),
    plain('shellies/shellyem-B9E4A5/emeter/0/reactive_power', '8'),
    plain('shellies/shellyem-B9E4A5/emeter/0/total', '15123.4', {
      'shellyem-B9E4A5 emeter.0.total': '15123.4 Wh counter',
    }),
    plain('shellies/shellyem-B9E4A5/emeter/0/total_returned', '0', {
      'shellyem-B9E4A5 emeter.0.total_returned': '0 Wh counter',
    }),
  ],
  'https://github.com/Terdious/gladys-shelly/blob/b10e36215ef978e340828c9d947f03db8af83fc7/src/shelly/mqttHub.js': [
    plain('shellies/shellyem3-483FDAC37E3F/emeter/0/power', '-8.40', {
      'shellyem3-483FDAC37E3F emeter.0.power': '-8.4 W',
    }),
    plain('shellies/shellyem3-483FDAC37E3F/emeter/0/voltage', '227.80', {
      'shellyem3-483FDAC37E3F emeter.0.voltage': '227.8 V',
    }),
    plain('shellies/shellyem3-483FDAC37E3F/emeter/0/total', '7915525.36', {
      'shellyem3-483FDAC37E3F emeter.0.total': '7915525.36 Wh counter',
    }),
  ],
  // A Shelly 1 with two DS18B20.
  'https://pastebin.com/vjJubCm9': [
    plain('shellies/shelly1-XXXXXX/relay/0', 'off', { 'shelly1-XXXXXX relay.0': '0 on/off' }),
    plain('shellies/shelly1-XXXXXX/input/0', '0', { 'shelly1-XXXXXX input.0': '0 on/off' }),
    plain('shellies/shelly1-XXXXXX/ext_temperature/1', '35.75', { 'shelly1-XXXXXX ext_temperature.1': '35.75 °C' }),
    plain('shellies/shelly1-XXXXXX/ext_temperature_f/1', '96.35'),
    plain('shellies/shelly1-XXXXXX/ext_temperature/0', '47.69', { 'shelly1-XXXXXX ext_temperature.0': '47.69 °C' }),
  ],
  'https://github.com/koestler/go-mqtt-to-influx/blob/f2b0d0eac068c3a6bfd03db665e7674c372966a7/converter/shelly.go': [
    plain('shellies/shelly1/input_event/0', '{"event":"","event_cnt":0}'),
    plain('shellies/shelly1/info', '{"wifi_sta":{"connected":true,"rssi":-61},"uptime":1,"ram_free":40892}'),
    { ...plain('shellies/shelly1/online', 'false'), availability: { shelly1: false } },
  ],
});

describe('Shelly Gen1', () => {
  test('a device that sleeps is not gone', () => {
    const mapper = shellyGen1.open(context);
    const { availability } = receive(mapper, [['shellies/shellyht-3CBD1F/online', 'false']]);
    expect(availability).toEqual({});
  });

  test('a device may have another name, also with levels', () => {
    expect(read('shellies/cellar/pump/relay/0/power', '740').signals).toEqual(['cellar/pump relay.0.power']);
  });

  test('a door is open or closed; overpower is no state', () => {
    expect(read('shellies/shellydw2-A1/sensor/state', 'open').values).toMatchObject({
      'shellydw2-A1 state': { value: 1 },
    });
    expect(read('shellies/a/relay/0', 'overpower').signals).toEqual([]);
  });
});
