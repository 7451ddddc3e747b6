import { expect, test } from 'vitest';
import { compileTimeZone } from '../../../src/stream/time/time-zone.ts';
import { rtl433 } from '../../../src/stream/dialects/radio/rtl433.ts';
import { published } from './published.ts';
import { context, receive } from './receive.ts';

const EVENTS = 'rtl_433/raspi/events';
const THERMOMETER = {
  ...{ time: '2023-06-22 20:17:22', model: 'Prologue-TH', subtype: 9, id: 128, channel: 3, battery_ok: 1 },
  ...{ temperature_C: 23.5, humidity: 33, button: 0, mod: 'ASK' },
  ...{ freq: 433.93552, rssi: -2.04417, snr: 20.27732, noise: -22.3215 },
};
const topicOf = (key: string): string => `rtl_433/raspi/devices/Nexus-TH/1/173/${key}`;

published('rtl433', {
  // A script of its user for Domoticz, with the payload as a comment.
  'github.com, "rtl433/2 {"time":"2023-06-22 20:17:22"": events of a Prologue-TH; topic by the documentation': [
    {
      topic: EVENTS,
      payload: THERMOMETER,
      values: { 'Prologue-TH/9/3/128 temperature_C': '23.5 °C', 'Prologue-TH/9/3/128 humidity': '33 %' },
      at: '2023-06-22T18:17:22Z',
      options: { zone: compileTimeZone('Europe/Berlin') },
    },
  ],
  // "Sample MQTT data from RTL_433" of a README for balena; the first levels are those of the documentation.
  'github.com, "/dev/Nexus-TH/173/1/temperature_C 22.7": one topic for each value': [
    { topic: topicOf('time'), payload: '2020-07-05 21:04:23', values: {} },
    { topic: topicOf('id'), payload: '173', values: {} },
    { topic: topicOf('channel'), payload: '1', values: {} },
    { topic: topicOf('battery_ok'), payload: '1', values: {} },
    { topic: topicOf('temperature_C'), payload: '22.7', values: { 'Nexus-TH/1/173 temperature_C': '22.7 °C' } },
    { topic: topicOf('humidity'), payload: '49', values: { 'Nexus-TH/1/173 humidity': '49 %' } },
    { topic: topicOf('mod'), payload: 'ASK', values: {} },
    { topic: topicOf('freq'), payload: '433.98397', values: {} },
    { topic: topicOf('rssi'), payload: '-0.111965', values: {} },
    { topic: topicOf('noise'), payload: '-35.1545', values: {} },
  ],
});

const read = (...messages: Parameters<typeof receive>[1]) => receive(rtl433.open(context), messages);

test('all sensors speak on one topic: each has series of its own', () => {
  const outside = { ...THERMOMETER, id: 7, temperature_C: 4.5 };
  expect(read([EVENTS, THERMOMETER], [EVENTS, outside]).values).toMatchObject({
    'Prologue-TH/9/3/128 temperature_C': { value: 23.5 },
    'Prologue-TH/9/3/7 temperature_C': { value: 4.5 },
  });
});

test('the topic of one value repeats the event, and is read where there is none', () => {
  const one = 'rtl_433/raspi/devices/Prologue-TH/9/3/128/temperature_C';
  expect(read([one, '23.5'], [EVENTS, THERMOMETER], [one, '23.5']).signals).toEqual([
    'Prologue-TH/9/3/128 temperature_C',
    ...['Prologue-TH/9/3/128 temperature_C', 'Prologue-TH/9/3/128 humidity'],
  ]);
});

test('a sensor that sends °F is read in °F; what has fallen since the battery was changed is a counter', () => {
  const weather = { model: 'Acurite-5n1', id: 1, temperature_F: 70.4, rain_in: 12.4, wind_avg_km_h: 3.5 };
  expect(read([EVENTS, weather]).values).toMatchObject({
    'Acurite-5n1/1 temperature_F': { facts: { unit: '°F', range: [-67, 257] } },
    'Acurite-5n1/1 rain_in': { facts: { unit: 'in', counter: 'hour' } },
    'Acurite-5n1/1 wind_avg_km_h': { facts: { unit: 'km/h' } },
  });
});
