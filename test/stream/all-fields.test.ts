import { describe, expect, it } from 'vitest';
import { Decoder, type InputOptions } from '../../src/stream/decoder.ts';
import { KnownSignals, type KnownSignal } from '../../src/stream/known-signals.ts';
import type { Message } from '../../src/stream/message.ts';
import type { AllOptions } from '../../src/stream/signal-reader.ts';
import { ARRIVAL, field, input, message } from './harness.ts';

const ALL: AllOptions = { format: 'auto', bareNumbers: true, include: [], exclude: [], precision: 'ns' };
/** An input of a site file that has only a topic. */
const DEFAULT: AllOptions = { ...ALL, bareNumbers: false };

const all = (topic: string, options: Partial<AllOptions> = {}, rest: Partial<InputOptions> = {}): InputOptions =>
  input(topic, [field('', { name: '{topic}' })], { all: { ...ALL, ...options }, ...rest });

function decoding(inputs: InputOptions[], signals = new KnownSignals(), maxSeries = 100) {
  const decoder = new Decoder(inputs, { maxSeries, signals });
  return {
    decoder,
    decode: (one: Message) => {
      const readings: Record<string, number> = {};
      const times: Record<string, number> = {};
      const reasons: string[] = [];
      const availability: [string[], boolean][] = [];
      decoder.decode(
        one,
        ({ series, value, at }) => {
          readings[series] = value;
          times[series] = at;
        },
        ({ reason }) => reasons.push(reason),
        (series, online) => availability.push([[...series], online]),
      );
      return { readings, times, reasons, availability };
    },
  };
}

describe('fields: all', () => {
  it('reads every number that is a signal, with unit and range, and names it by device and signal', () => {
    const { decoder, decode } = decoding([all('#')]);
    const { readings, reasons } = decode(message('plant/line 1', { temp: 21.5, rssi: -70, pump: 'ON', note: 'ok' }));
    expect(readings).toEqual({ 'plant-line-1-temp': 21.5, 'plant-line-1-pump': 1 });
    expect(reasons).toEqual([]);
    expect(decoder.series('plant-line-1-temp')).toMatchObject({ unit: '°C', range: [-55, 125], index: { input: 0 } });
  });

  it('watches the rate of a counter, and gives it no range', () => {
    const { decoder, decode } = decoding([all('#')]);
    decode(message('meter', { energy: 12 }));
    expect(decoder.series('meter-energy')).toMatchObject({ unit: 'kW', range: null, counter: 'hour' });
  });

  it('reads what include names, and not what exclude names', () => {
    const { decode } = decoding([all('#', { include: ['*/battery'], exclude: ['plant/*', '*/noise'] })]);
    expect(decode(message('plant/a', { temp: 1 })).reasons).toEqual(['no_signal']);
    expect(decode(message('hall', { battery: 80, temp: 1, noise: 40 })).readings).toEqual({
      'hall-battery': 80,
      'hall-temp': 1,
    });
  });

  it('leaves a path to the field that names it', () => {
    const { decode } = decoding([all('#'), input('hall', [field('temp', { name: 'hall-temperature' })])]);
    expect(decode(message('hall', { temp: 1, humidity: 40 })).readings).toEqual({
      'hall-temperature': 1,
      'hall-humidity': 40,
    });
  });

  it('reads a bare number like any other signal', () => {
    const { decoder, decode } = decoding([all('#')]);
    expect(decode(message('hall/temperature', '21.5')).readings).toEqual({ 'hall-temperature': 21.5 });
    expect(decoder.series('hall-temperature')).toMatchObject({ unit: '°C' });
  });

  it('counts a signal that has no value now, but not a text beside the numbers', () => {
    const { decode } = decoding([all('#')]);
    decode(message('hall', { temp: 1, mode: 'eco' }));
    expect(decode(message('hall', { temp: null, mode: 'eco' })).reasons).toEqual(['unavailable']);
    expect(decode(message('hall', { mode: 'eco' })).reasons).toEqual(['no_signal']);
  });

  it('takes the time of the payload if it is possible', () => {
    const { decode } = decoding([all('#')]);
    expect(decode(message('x', { ts: ARRIVAL / 1000 - 60, v: 1 })).times).toEqual({ 'x-v': ARRIVAL - 60_000 });
    const ahead = decode(message('x', { ts: ARRIVAL / 1000 + 3600, v: 1 }));
    expect(ahead).toMatchObject({ times: { 'x-v': ARRIVAL }, reasons: ['time_in_future'] });
  });

  it('reads a decimal comma if asked', () => {
    const { decode } = decoding([all('#', {}, { decimalComma: true })]);
    expect(decode(message('hall', '21,5')).readings).toEqual({ hall: 21.5 });
    expect(decode(message('hall/x', { temp: '-3,25' })).readings).toEqual({ 'hall-x-temp': -3.25 });
  });

  it('refuses series beyond the limit, and the second of two signals with one name', () => {
    const { decode } = decoding([all('#')], new KnownSignals(), 2);
    expect(decode(message('a/b', { c: 1 })).readings).toEqual({ 'a-b-c': 1 });
    expect(decode(message('a', { b: { c: 2 } })).reasons).toEqual(['name_taken']);
    expect(decode(message('x', { u: 1, w: 2 })).reasons).toEqual(['too_many_series']);
  });

  it('counts a message that cannot be read', () => {
    const { decode } = decoding([all('#')]);
    expect(decode(message('x', '{"a":')).reasons).toEqual(['not_json']);
    expect(decode(message('x', new Uint8Array([0xff, 0xfe]))).reasons).toEqual(['not_utf8']);
    expect(decode(message('x', 'hello')).reasons).toEqual(['no_signal']);
  });

  it('refuses a format that is not built in', () => {
    expect(() => decoding([all('#', { format: 'nonsense' as 'json' })])).toThrow(RangeError);
  });
});

describe('an input with a topic alone', () => {
  it('reads a bare number as before: its name is the topic, and it has no unit', () => {
    const { decoder, decode } = decoding([all('#', DEFAULT)]);
    expect(decode(message('hall/temperature', '21.5')).readings).toEqual({ 'hall-temperature': 21.5 });
    expect(decoder.series('hall-temperature')).toMatchObject({ unit: '', range: null });
    expect(decode(message('hall/door', 'open')).reasons).toEqual(['not_a_number']);
  });

  it('reads every number of an object', () => {
    const { decode } = decoding([all('#', DEFAULT)]);
    expect(decode(message('hall', { temp: 1, humidity: 40 })).readings).toEqual({
      'hall-temp': 1,
      'hall-humidity': 40,
    });
  });
});

describe('availability', () => {
  it('names the series of the device, also those of explicit fields and those of an earlier run', () => {
    const noted: KnownSignal[] = [];
    const inputs = [all('plant/#'), input('hall/x', [field('temp', { name: 'hall' })]), all('hall/LWT', DEFAULT)];
    const { decode } = decoding(inputs, new KnownSignals([], (signal) => noted.push(signal)));
    decode(message('plant/pump/air', { temp: 1, flow: 2 }));
    decode(message('plant/fan', { rpm: 3 }));
    decode(message('hall/x', { temp: 4 }));
    const pump = ['plant-pump-air-temp', 'plant-pump-air-flow'];
    expect(decode(message('plant/pump/LWT', 'Offline'))).toMatchObject({
      availability: [[pump, false]],
      readings: {},
      reasons: [],
    });
    expect(decode(message('hall/LWT', 'offline')).availability).toEqual([[['hall'], false]]);

    const restarted = decoding(inputs, new KnownSignals(noted));
    expect(restarted.decode(message('plant/pump/LWT', 'Online')).availability).toEqual([[pump, true]]);
  });

  it('counts when retained, and no retained value does', () => {
    const { decode } = decoding([all('plant/#')]);
    const retained = { retained: true };
    expect(decode(message('plant/pump', { temp: 1 }, retained))).toMatchObject({ readings: {}, reasons: ['retained'] });
    decode(message('plant/pump', { temp: 1 }));
    expect(decode(message('plant/pump/LWT', 'Offline', retained))).toMatchObject({
      availability: [[['plant-pump-temp'], false]],
      reasons: [],
    });
  });

  it('is none of another first level', () => {
    const { decode } = decoding([all('#')]);
    decode(message('a/pump', { temp: 1 }));
    expect(decode(message('b/pump/LWT', 'Offline')).availability).toEqual([]);
  });
});

it('the memory for signals and topics without a series is bounded', () => {
  const { decoder, decode } = decoding([all('#')], new KnownSignals(), 10);
  for (let i = 0; i < 60_000; i++) decode(message(`s/${i}`, { rssi: i }));
  const held = Object.values(decoder).flatMap((value: unknown) => (value instanceof Map ? [value.size] : []));
  expect(Math.max(...held)).toBeLessThanOrEqual(2000);
  expect(decode(message('s/new', { temp: 1 })).reasons).toEqual(['too_many_series']);
});
