import { expect, test } from 'vitest';
import { meshtastic } from '../../../src/stream/dialects/radio/meshtastic.ts';
import { published } from './published.ts';
import { context, receive } from './receive.ts';

const TOPIC = 'msh/EU_868/2/json/LongFast/!7efeee00';
const ENVIRONMENT = {
  ...{ channel: 0, from: 2130636288, id: 452664778, rssi: -54, sender: '!7efeee00', snr: 7.25 },
  payload: {
    barometric_pressure: 985.34,
    relative_humidity: 41.69,
    temperature: 23.35,
    voltage: 4.98,
    current: 148.62,
  },
  ...{ timestamp: 1653437222, to: 4294967295, type: 'telemetry' },
};

published('meshtastic', {
  // Comments of a script of a farm.
  'github.com, "Received message on topic: msh/US/2/json/SensorData/!7d528614": telemetry of the device': [
    {
      topic: 'msh/US/2/json/SensorData/!7d528614',
      payload: {
        ...{ channel: 0, from: 2102560276, hop_start: 7, hops_away: 0, id: 4072374199 },
        payload: {
          ...{ air_util_tx: 0.438472211360931, battery_level: 101, channel_utilization: 2.71000003814697 },
          ...{ uptime_seconds: 1263, voltage: 0 },
        },
        ...{ sender: '!7d528614', timestamp: 1760748340, to: 4294967295, type: 'telemetry' },
      },
      values: {},
    },
  ],
  // Names of telemetry.proto; values of the same farm, which sends them as a text.
  'constructed by https://meshtastic.org/docs/software/integrations/mqtt/: telemetry of the environment': [
    {
      topic: TOPIC,
      payload: ENVIRONMENT,
      values: {
        '!7efeee00 barometric_pressure': '985.34 hPa',
        '!7efeee00 relative_humidity': '41.69 %',
        '!7efeee00 temperature': '23.35 °C',
        '!7efeee00 voltage': '4.98 V',
        '!7efeee00 current': '148.62 mA',
      },
      at: '2022-05-25T00:07:02Z',
    },
    {
      topic: TOPIC,
      payload: { ...ENVIRONMENT, type: 'position', payload: { latitude_i: 208759687, PDOP: 211, ground_speed: 2 } },
      values: {},
    },
  ],
});

test('the sensor is the node that sent the packet, not the gateway of the topic; a packet counts once', () => {
  const other = { ...ENVIRONMENT, from: 0x12, id: 1 };
  const { signals, reasons } = receive(meshtastic.open(context), [
    [TOPIC, ENVIRONMENT],
    ['msh/EU_868/2/json/LongFast/!00000012', ENVIRONMENT],
    [TOPIC, other],
  ]);
  expect(signals).toHaveLength(10);
  expect(signals).toContain('!00000012 temperature');
  expect(reasons).toEqual(['redelivered']);
});
