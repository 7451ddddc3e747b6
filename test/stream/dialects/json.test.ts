import { describe, expect, it } from 'vitest';
import { compileTimeZone } from '../../../src/stream/time/time-zone.ts';
import { NOW, read } from './receive.ts';

const SECOND = 1_700_000_000;

describe('JSON of no known dialect', () => {
  it('gives a signal for each number, named by its path', () => {
    const { format, values } = read('plant/line1', { temp: 21.5, air: { co2: 600 }, pump: 'ON', open: false });
    expect(format).toBe('json');
    expect(values).toEqual({
      'plant/line1 temp': { value: 21.5, at: null, facts: { unit: '°C', range: [-55, 125] } },
      'plant/line1 air.co2': { value: 600, at: null, facts: { unit: 'ppm', range: [0, 40_000] } },
      'plant/line1 pump': { value: 1, at: null, facts: { unit: '', binary: true } },
      'plant/line1 open': { value: 0, at: null, facts: { unit: '', binary: true } },
    });
  });

  it('leaves out numbers that are no signal', () => {
    const { signals, noSignals } = read('x', {
      rssi: -60,
      uptime: 12,
      battery: 90,
      id: 7,
      flow: 3,
      wifi: { channel: 6 },
    });
    expect(signals).toEqual(['x flow']);
    expect(noSignals).toMatchObject({ 'x rssi': 'link quality', 'x uptime': 'uptime', 'x battery': 'battery' });
    expect(Object.keys(noSignals)).toHaveLength(5);
  });

  it('takes the time of a reading from a usual key, and no other number for a time', () => {
    expect(read('x', { ts: SECOND, v: 1 }).values['x v'].at).toBe(SECOND * 1000);
    expect(read('x', { timestamp: '2025-01-15T10:30:00Z', v: 1 }).values['x v'].at).toBe(Date.UTC(2025, 0, 15, 10, 30));
    expect(read('x', { t: 21.5, v: 1 }).values).toMatchObject({ 'x t': { value: 21.5 }, 'x v': { at: null } });
  });

  it('reads a local time with a zone only', () => {
    const payload = { time: '2025-01-15T10:30:00', v: 1 };
    expect(read('x', payload)).toMatchObject({ values: { 'x v': { at: null } }, reasons: ['time_without_zone'] });
    const zone = compileTimeZone('Europe/Berlin');
    expect(read('x', payload, { zone }).values['x v'].at).toBe(Date.UTC(2025, 0, 15, 9, 30));
  });

  it('names a value by the text beside it, with its unit', () => {
    const payload = { sensor_id: 'S1', value: 123.45, timestamp: '2025-01-15T10:30:00Z', unit: 'bar' };
    expect(read('plant', payload).values).toEqual({
      'plant S1': { value: 123.45, at: Date.UTC(2025, 0, 15, 10, 30), facts: { unit: 'bar' } },
    });
  });

  it('names objects of a list by a text in them, else by their index', () => {
    expect(
      read('x', {
        probes: [
          { name: 'in', temp: 3 },
          { name: 'out', temp: 9 },
        ],
      }).signals,
    ).toEqual(['x probes.in.temp', 'x probes.out.temp']);
    expect(read('x', [{ temp: 3 }, { temp: 9 }]).signals).toEqual(['x 1.temp', 'x 2.temp']);
    expect(read('x', { power: [3, 9] }).signals).toEqual(['x power.1', 'x power.2']);
    expect(read('x', { curve: Array.from({ length: 17 }, (_, i) => i) }).signals).toEqual([]);
  });

  it('reads a batch: every element is a reading of the same signals', () => {
    const { signals, values } = read('x', [
      { ts: SECOND, v: 1 },
      { ts: SECOND + 10, v: 2 },
    ]);
    expect(signals).toEqual(['x v', 'x v']);
    expect(values['x v']).toMatchObject({ value: 2, at: (SECOND + 10) * 1000 });
  });

  it('reads OwnTracks without the position', () => {
    // https://owntracks.org/booklet/tech/json/
    const payload = {
      _type: 'location',
      acc: 12,
      alt: 80,
      batt: 67,
      lat: 48.1,
      lon: 11.5,
      tst: SECOND,
      vel: 4,
      tid: 'ab',
    };
    const { signals, values } = read('owntracks/jane/phone', payload);
    expect(signals).toContain('owntracks/jane/phone vel');
    expect(signals.some((signal) => /lat|lon|batt/.test(signal))).toBe(false);
    expect(values['owntracks/jane/phone vel'].at).toBe(SECOND * 1000);
  });

  it('reads no more than 4,096 values and no deeper than 8 levels', () => {
    const values = (length: number) => read('x', Object.fromEntries(Array.from({ length }, (_, i) => [`f${i}x`, i])));
    expect(values(4096)).toMatchObject({ signals: { length: 4096 }, reasons: [] });
    expect(values(4097)).toMatchObject({ signals: { length: 4096 }, reasons: ['long_list'] });
    const deep = read(
      'x',
      JSON.stringify(Array.from({ length: 20 }).reduce<unknown>((inner) => ({ a: inner, b: 1 }), 1)),
    );
    expect(deep.signals.length).toBeLessThan(12);
  });

  it('reads no more than 8,192 objects and lists, for 64 KiB can contain 21,844 empty ones', () => {
    const rows = (count: number): string => `[${'{},'.repeat(count)}{"v1x":1}]`;
    // The list and the last object are parts, too.
    expect(read('x', rows(8190))).toMatchObject({ signals: [expect.stringContaining('v1x')], reasons: [] });
    expect(read('x', rows(8191))).toMatchObject({ signals: [], reasons: ['long_list'] });
    expect(read('x', rows(21_000))).toMatchObject({ signals: [], reasons: ['long_list'] });
    const nested = `{${Array.from({ length: 4200 }, (_, i) => `"${i}":[{}]`).join(',')},"v1x":1}`;
    expect(read('x', nested)).toMatchObject({ signals: [], reasons: ['long_list'] });
  });

  it('refuses a payload that is no JSON', () => {
    expect(read('x', '{"a":')).toMatchObject({ signals: [], reasons: ['not_json'] });
  });
});

describe('plain values', () => {
  it('are one signal of their topic', () => {
    expect(read('home/kitchen/temperature', '21.5')).toMatchObject({
      format: 'scalar',
      values: { 'home/kitchen/temperature': { value: 21.5, at: null, facts: { unit: '°C' } } },
    });
    expect(read('home/door', 'ON').values['home/door'].value).toBe(1);
    expect(read('home/door', '"off"').values['home/door'].value).toBe(0);
  });
});

describe('availability of no known dialect', () => {
  it.each([
    ['plant/pump/LWT', 'Offline', { 'plant/pump/#': false }],
    ['plant/pump/availability', 'online', { 'plant/pump/#': true }],
    ['plant/pump/availability', '{"state":"offline"}', { 'plant/pump/#': false }],
    ['plant/pump/online', 'false', { 'plant/pump/#': false }],
    ['plant/pump/status', 'online', { 'plant/pump/#': true }],
  ])('%s %s', (topic, payload, availability) => {
    expect(read(topic, payload)).toMatchObject({ format: 'availability', availability, signals: [] });
  });

  it('is no availability where the payload is a value', () => {
    expect(read('plant/pump/status', '1')).toMatchObject({ availability: {}, signals: ['plant/pump/status'] });
    expect(read('plant/pump/status', { temp: 3, at: NOW }).signals).toEqual(['plant/pump/status temp']);
  });
});
