import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shown } from './published.ts';
import { NOW, read } from './receive.ts';

/*
 * Programs that publish JSON or plain values, and have no mapper of their own: what their names and topics say is enough. Topics and
 * payloads are those of their documentation; values that it does not show are constructed. `null`: a number that is no signal.
 */
type Example = readonly [topic: string, payload: unknown, shown: string | null | Readonly<Record<string, string>>];

const PAGES: Readonly<Record<string, { readonly page: string; readonly examples: readonly Example[] }>> = {
  'Victron Venus': {
    page: 'https://github.com/victronenergy/dbus-flashmq/blob/1687fb82463a2218c637eef60ff220e99118b888/README.md',
    examples: [
      ['N/c0619ab1/pvinverter/20/Ac/Power', { value: 936 }, '936 W'],
      ['N/c0619ab1/pvinverter/20/Ac/L2/Power', { value: null }, null],
      ['N/c0619ab1/solarcharger/279/Dc/0/Voltage', { value: 20.43000030517578 }, '20.43000030517578 V'],
      ['N/c0619ab1/solarcharger/279/Dc/0/Current', { value: 0 }, '0 A'],
      ['N/c0619ab1/settings/0/Settings/LEDs/Enable', { max: 1, min: 0, value: 1 }, null],
      ['N/c0619ab1/settings/0/Settings/Vrmlogger/Logmode', { max: 2, min: 0, value: 1 }, null],
      ['N/c0619ab1/full_publish_completed', { value: Math.floor(NOW / 1000) - 2 }, null],
      ['N/c0619ab1/vebus/257/ProductId', { value: 9763 }, null],
      ['N/c0619ab1/battery/512/Soc', { value: 87.3 }, '87.3 %'],
      ['N/c0619ab1/solarcharger/279/Yield/User', { value: 1034.2 }, '1034.2 kWh counter'],
      ['N/c0619ab1/battery/512/Alarms/LowVoltage', { value: 0 }, null],
    ],
  },
  OpenDTU: {
    page: 'https://github.com/tbnobody/OpenDTU/blob/1376c9aed5576f82132484758a02d0db988bd4a1/docs/MQTT_Topics.md',
    examples: [
      ['solar/116180000001/0/power', '382.5', '382.5 W'],
      ['solar/116180000001/0/powerdc', '402', '402 W'],
      ['solar/116180000001/0/powerfactor', '0.998', null],
      ['solar/116180000001/0/reactivepower', '1.2', null],
      ['solar/116180000001/0/yieldday', '1034', null],
      ['solar/116180000001/0/yieldtotal', '669.094', '669.094 kWh counter'],
      ['solar/116180000001/status/reachable', '1', '1 on/off'],
      ['solar/116180000001/status/last_update', '1700000000', null],
      ['solar/116180000001/status/limit_relative', '100.00', null],
      ['solar/116180000001/cmd/limit_persistent_relative', '50', null],
    ],
  },
  AhoyDTU: {
    page: 'https://github.com/lumapu/ahoy (names of its topics in the programs that read them)',
    examples: [
      ['inverter/hm600/ch0/P_AC', '210.5', '210.5 W'],
      ['inverter/hm600/ch0/U_AC', '231.5', '231.5 V'],
      ['inverter/hm600/ch0/I_AC', '0.91', '0.91 A'],
      ['inverter/hm600/ch0/F_AC', '49.99', '49.99 Hz'],
      ['inverter/hm600/ch0/YieldTotal', '669.094', '669.094 kWh counter'],
      ['inverter/hm600/ch0/YieldDay', '1034', null],
      ['inverter/hm600/ch1/U_DC', '33.1', '33.1 V'],
    ],
  },
  evcc: {
    page: 'https://docs.evcc.io/en/integrations/mqtt-api',
    examples: [
      ['evcc/site/pvPower', '2312.5', '2312.5 W'],
      ['evcc/site/battery/soc', '67', '67 %'],
      ['evcc/loadpoints/1/connected', 'false', '0'],
      ['evcc/loadpoints/1/charging', 'false', '0 on/off'],
      ['evcc/loadpoints/1/chargePower', '11040', '11040 W'],
      ['evcc/loadpoints/1/chargedEnergy', '2340.5', '2340.5 Wh counter'],
      ['evcc/loadpoints/1/limitSoc', '80', null],
    ],
  },
  Frigate: {
    page: 'https://docs.frigate.video/integrations/mqtt/',
    examples: [
      [
        'frigate/events',
        {
          type: 'update',
          before: {
            ...{ id: '1607123955.475377-mxklsc', camera: 'front_door', frame_time: 1607123961.837752 },
            snapshot: { frame_time: 1607123965.975463, box: [415, 489, 528, 700], area: 12728, score: 0.77546 },
            ...{ label: 'person', top_score: 0.958984375, false_positive: false, start_time: 1607123955.475377 },
          },
        },
        null,
      ],
      ['frigate/front_door/motion', 'ON', '1 on/off'],
    ],
  },
  'Z-Wave JS UI': {
    page: 'https://zwave-js.github.io/zwave-js-ui/#/guide/mqtt',
    examples: [
      [
        'zwave/BackRoom/Multisensor/sensor_multilevel/endpoint_0/Air_temperature',
        { time: NOW, value: 83.2 },
        '83.2 °C',
      ],
      ['zwave/car/sensor_multilevel/endpoint_0/Humidity', { time: NOW, value: 45 }, '45 %'],
      ['zwave/car/battery/endpoint_0/level', { time: NOW, value: 95 }, null],
      ['zwave/plug/meter/endpoint_0/value/65537', { time: NOW, value: 12.31 }, '12.31 kWh counter'],
      ['zwave/plug/meter/endpoint_0/value/66049', { time: NOW, value: 12.31 }, '12.31 W'],
      ['zwave/bathroom_sensor/lastActive', { time: NOW, value: NOW - 1000 }, null],
      [
        'zwave/Hallway/Sensor/nodeinfo',
        { id: 97, manufacturerId: 271, neighbors: [29, 43], ready: true, deviceClass: { basic: 4 }, zwaveVersion: 4 },
        null,
      ],
    ],
  },
  'DSMR-reader': {
    page: 'https://github.com/dsmrreader/dsmr-reader (default topics)',
    examples: [
      ['dsmr/reading/electricity_delivered_1', '1050.39', '1050.39 kWh counter'],
      ['dsmr/reading/electricity_currently_delivered', '0.341', '0.341 kW'],
      ['dsmr/reading/phase_currently_delivered_l1', '0.341', '0.341 kW'],
      ['dsmr/reading/phase_voltage_l1', '231', '231 V'],
      ['dsmr/reading/phase_power_current_l1', '2', '2 A'],
      ['dsmr/reading/extra_device_delivered', '3123.1', '3123.1 kWh counter'],
    ],
  },
  OpenMQTTGateway: {
    page: 'https://docs.openmqttgateway.com/use/ble.html',
    examples: [
      [
        'home/OpenMQTTGateway/BTtoMQTT/4C33A6603C79',
        { hum: '52.6', tempc: '19.2', tempf: '66.56' },
        { hum: '52.6 %', tempc: '19.2 °C' },
      ],
      [
        'home/OpenMQTTGateway/BTtoMQTT/58782076BC24',
        { mac_type: 1, rssi: -79, major: 0, minor: 0, txpower: -66 },
        null,
      ],
      // Every phone that passes has one of these: a distance computed from the link quality.
      ['home/OpenMQTTGateway/BTtoMQTT/45E174126E00', { id: '45:e1:74:12:6e:00', rssi: -89, distance: 21.51847 }, null],
    ],
  },
  'EMS-ESP': {
    page: 'https://docs.emsesp.org (a payload in the tests of a program that reads it)',
    examples: [
      [
        'ems-esp/boiler_data',
        { outdoorTemp: 9.99, curflowtemp: 35.2, UBAuptime: 14590, burnWorkMin: 13594, nrgtotal: 1234.5 },
        { outdoorTemp: '9.99 °C', curflowtemp: '35.2 °C', nrgtotal: '1234.5 kWh counter' },
      ],
    ],
  },
};

const expected = (topic: string, { 2: wanted }: Example, payload: unknown): Readonly<Record<string, string>> => {
  if (wanted === null) return {};
  if (typeof wanted === 'string') return { [`${topic}${typeof payload === 'string' ? '' : ' value'}`]: wanted };
  return Object.fromEntries(Object.entries(wanted).map(([key, value]) => [`${topic} ${key}`, value]));
};

describe.each(Object.entries(PAGES))('%s', (program, { page, examples }) => {
  test.each(examples.map((example) => [example[0], example] as const))('%s', (topic, example) => {
    const received = read(topic, example[1]);
    expect(shown(received), page).toEqual(expected(topic, example, example[1]));
    expect(received.availability).toEqual({});
    expect(received.reasons).toEqual([]);
  });

  test('docs/formats.md has the number of examples', () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../../docs/formats.md'), 'utf8');
    const row = new RegExp(`^\\| ${program} \\| (\\d+) \\|`, 'm').exec(text);
    expect(Number(row?.[1])).toBe(examples.length);
  });
});

test('a program and a node say that they are there', () => {
  expect(read('frigate/available', 'online').availability).toEqual({ 'frigate/#': true });
  const status = { time: NOW, value: false, status: 'Dead', nodeId: 5 };
  expect(read('zwave/car/status', status).availability).toEqual({ 'zwave/car/#': false });
  expect(read('zwave/car/status', { ...status, status: 'Asleep' }).availability).toEqual({ 'zwave/car/#': true });
});

test('a unit beside a value without a name', () => {
  const { values } = read('knx/status/1/0/12', { value: 21.5, dpt: '9.001', unit: '°C' });
  expect(values).toEqual({ 'knx/status/1/0/12 value': { value: 21.5, at: null, facts: { unit: '°C' } } });
  expect(read('meter/energy', { value: 7, unit: 'Wh' }).values['meter/energy value'].facts).toEqual({
    ...{ unit: 'Wh', counter: 'hour' },
  });
});

test('°F is left out where °C is beside it, and read where it is not', () => {
  expect(read('porch', { temperature_C: 20, temperature_F: 68 }).noSignals).toEqual({
    'porch temperature_F': 'duplicate',
  });
  expect(read('porch', { temp_f: 68, shelf: 1 }).values['porch temp_f'].facts).toEqual({
    ...{ unit: '°F', range: [-67, 257] },
  });
});

test('a number that is the time of arrival is a time, in each unit of a clock', () => {
  for (const perMs of [1e-3, 1, 1e3, 1e6])
    expect(read('plant', { beat: (NOW - 5000) * perMs }).noSignals).toEqual({ 'plant beat': 'time' });
  expect(read('plant', { pulses: NOW / 1000 - 90_000 }).signals).toEqual(['plant pulses']);
});
