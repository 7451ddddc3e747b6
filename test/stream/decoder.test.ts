import { expect, test } from 'vitest';
import { Decoder } from '../../src/stream/decoder.ts';
import type { Rejected } from '../../src/stream/ports/ports.ts';
import { NOTES, REASONS } from '../../src/stream/reject.ts';
import { ARRIVAL, decoding, field, input, message } from './harness.ts';

test('one message feeds every input that matches its topic', () => {
  const { decode } = decoding([
    input('plant/+/state', [field('t', { name: '{1}-t' }), field('p', { name: '{1}-p' })]),
    input('plant/#', [field('rpm', { name: 'speed' })]),
    input('other/#', [field('t', { name: 'never' })]),
  ]);
  const { readings, reasons } = decode(message('plant/boiler/state', { t: 80, p: 1.5, rpm: 1400 }));
  expect(readings.map(({ series, value }) => [series, value])).toEqual([
    ['boiler-t', 80],
    ['boiler-p', 1.5],
    ['speed', 1400],
  ]);
  expect(reasons).toEqual([]);
});

test('a bad field costs its own reading only', () => {
  const { decode } = decoding([input('a', [field('x'), field('y'), field('z')])]);
  const { readings, reasons } = decode(message('a', { x: 1, y: 'NaN', z: 3 }));
  expect(readings.map(({ series }) => series)).toEqual(['a-x', 'a-z']);
  expect(reasons).toEqual(['not_finite']);
});

test('a configured missing value is not a reading', () => {
  const { decode } = decoding([input('a', [field('x', { missingValues: [-9999, 85] }), field('y')])]);
  expect(decode(message('a', { x: -9999, y: -9999 }))).toMatchObject({
    readings: [{ series: 'a-y', value: -9999 }],
    reasons: ['unavailable'],
  });
  expect(decode(message('a', { x: '85.0' })).reasons).toEqual(['unavailable']);
  expect(decode(message('a', { x: 84.9 })).readings).toMatchObject([{ value: 84.9 }]);
});

test('an impossible time is kept in saidAt beside the time of arrival', () => {
  const { decode } = decoding([input('a', [field('x')], { time: 'ts' })]);
  const at = (ts: string) => decode(message('a', { x: 1, ts }));
  expect(at('2025-06-15T13:00:00Z').readings).toMatchObject([{ at: ARRIVAL, saidAt: ARRIVAL + 3_600_000 }]);
  expect(at('1970-01-01T00:05:00Z')).toMatchObject({
    readings: [{ at: ARRIVAL, saidAt: 300_000 }],
    reasons: ['clock_unset'],
  });
  expect(at('2000-12-31T23:59:59Z').reasons).toEqual(['clock_unset']);
  expect(at('2001-01-01T00:00:00Z').readings).toEqual([
    { series: 'a-x', at: Date.UTC(2001, 0), value: 1, receivedAt: ARRIVAL },
  ]);
});

test('a recording of 1999 that is played back at its own time has the times of 1999', () => {
  const { decode } = decoding([input('a', [field('x')], { time: 'ts' })]);
  const receivedAt = Date.UTC(1999, 5);
  const { readings, reasons } = decode(message('a', { x: 1, ts: receivedAt / 1000 }, { receivedAt }));
  expect([readings, reasons]).toEqual([[{ series: 'a-x', at: receivedAt, value: 1, receivedAt }], []]);
});

test('a series is known with its first reading, by its place in the options', () => {
  const tuned = field('t', { name: '{1}', unit: '°C', range: [-40, 125], only: 'above' });
  const { decoder, decode } = decoding([input('x/+', [field('p')]), input('y/+', [field('q'), tuned])]);
  expect(decoder.series('hall')).toBeNull();
  decode(message('y/hall', { t: 'unknown' }));
  expect(decoder.series('hall')).toBeNull();
  decode(message('y/hall', { t: 20 }));
  expect(decoder.series('hall')).toEqual({
    slug: 'hall',
    unit: '°C',
    range: [-40, 125],
    only: 'above',
    index: { input: 1, field: 1 },
  });
});

test('the first topic or field to use a name keeps it', () => {
  const { decoder, decode } = decoding([input('+/temp', [field('', { name: 'temp' })]), input('+/temp', [field('')])]);
  expect(decode(message('a/temp', '1')).readings.map(({ series }) => series)).toEqual(['temp', 'a-temp']);
  expect(decode(message('b/temp', '2'))).toMatchObject({ readings: [{ series: 'b-temp' }], reasons: ['name_taken'] });
  expect(decode(message('b/temp', '3'))).toMatchObject({ readings: [{ series: 'b-temp' }], reasons: ['name_taken'] });
  expect(decode(message('a/temp', '4')).reasons).toEqual([]);
  expect(decoder.series('temp')?.index).toEqual({ input: 0, field: 0 });
});

test('two topics that slugify alike are two claims on one name', () => {
  const { decode } = decoding([input('#', [field('')])]);
  expect(decode(message('a/b', '1')).reasons).toEqual([]);
  expect(decode(message('a-b', '1')).reasons).toEqual(['name_taken']);
});

test('a name without a letter or digit is rejected', () => {
  expect(decoding([input('#', [field('')])]).decode(message('温度', '1')).reasons).toEqual(['no_name']);
});

test('a new series without room in the memory is rejected and counted; those that are there continue', () => {
  const readings: string[] = [];
  const reasons: string[] = [];
  let isFull = false;
  const hasRoom = (slug: string): boolean => slug === 's-old' || !isFull;
  const decoder = new Decoder([input('s/+', [field('')])], { maxSeries: 9, hasRoom });
  const decode = (topic: string): void => {
    decoder.decode(
      message(topic, '1'),
      ({ series }) => readings.push(series),
      ({ reason }) => reasons.push(reason),
    );
  };
  decode('s/a');
  isFull = true;
  for (const topic of ['s/a', 's/b', 's/old']) decode(topic);
  expect([readings, reasons]).toEqual([['s-a', 's-a', 's-old'], ['no_memory']]);
});

test('series beyond the limit are rejected, the others continue', () => {
  const { decode } = decoding([input('s/+', [field('')])], 2);
  const reasons = (topic: string): string[] => decode(message(topic, '1')).reasons;
  expect(['s/a', 's/b', 's/c', 's/a', 's/b', 's/c'].flatMap(reasons)).toEqual(['too_many_series', 'too_many_series']);
});

test('topics without a reading do not count towards the limit', () => {
  const { decode } = decoding([input('s/+', [field('v')])], 1);
  decode(message('s/empty', {}));
  decode(message('s/bad', { v: 'x' }));
  expect(decode(message('s/good', { v: 1 })).reasons).toEqual([]);
});

test('a hundred thousand topics without a series use no memory', () => {
  const { decoder, decode } = decoding([input('s/+', [field('')])], 10);
  for (let i = 0; i < 100_000; i++) decode(message(`s/${i}`, '1'));
  const held = Object.values(decoder).flatMap((value: unknown) => (value instanceof Map ? [value.size] : []));
  expect(held).toEqual([10, 10, 0]);
});

test.each<[what: string, ts: unknown, at: number, reasons: string[]]>([
  ['a time in the past is used', '2025-06-15T11:00:00Z', ARRIVAL - 3_600_000, []],
  ['10 minutes ahead is used', '2025-06-15T12:10:00Z', ARRIVAL + 600_000, []],
  ['10 minutes and 1 ms ahead is not', '2025-06-15T12:10:00.001Z', ARRIVAL, ['time_in_future']],
  ['no zone', '2025-06-15T11:00:00', ARRIVAL, ['time_without_zone']],
  ['unreadable', 'noon', ARRIVAL, ['not_a_time']],
  ['absent', undefined, ARRIVAL, ['no_time']],
  ['null', null, ARRIVAL, ['no_time']],
])('time of a reading: %s', (_, ts, at, reasons) => {
  const { decode } = decoding([input('a', [field('v'), field('w')], { time: 'ts' })]);
  const decoded = decode(message('a', { v: 1, w: 2, ts }));
  expect(decoded.readings.map((reading) => reading.at)).toEqual([at, at]);
  expect(decoded.reasons).toEqual(reasons);
  expect(reasons.every((reason) => NOTES.has(reason))).toBe(true);
});

test('in the hour that local clocks show twice, the time of arrival decides', () => {
  const { decode } = decoding([input('a', [field('v')], { time: 'Time', timezone: 'Europe/Berlin' })]);
  const receivedAt = Date.parse('2025-10-26T01:30:02Z'); // an hour after 02:30 was shown for the first time
  const { readings } = decode(message('a', { Time: '2025-10-26T02:30:00', v: 1 }, { receivedAt }));
  expect(readings[0].at).toBe(receivedAt - 2000);
});

test('a time in a payload without a reading is not parsed', () => {
  const { decode } = decoding([input('a', [field('v')], { time: 'ts' })]);
  expect(decode(message('a', { ts: 'noon' })).reasons).toEqual(['no_field']);
});

test('a reject has time, topic and reason, and its own copy of 64 bytes', () => {
  const rejects: Rejected[] = [];
  const payload = Buffer.alloc(1000, 'x');
  new Decoder([input('a', [field('')])], { maxSeries: 1 }).decode(
    message('a', payload),
    () => expect.fail('no reading'),
    (rejected) => rejects.push(rejected),
  );
  payload.fill('y');
  expect(rejects).toEqual([
    { at: ARRIVAL, topic: 'a', reason: 'not_a_number', payload: new Uint8Array(64).fill('x'.charCodeAt(0)) },
  ]);
  expect(rejects[0].payload.buffer.byteLength).toBe(64);
});

test('every reason is one sentence', () => {
  for (const sentence of Object.values(REASONS)) expect(sentence).toMatch(/^[A-Z].*[^.]\.$/);
});

test.each([
  ['filter', input('a/#/b', [field('')])],
  ['path', input('a', [field('x[')])],
  ['each', input('a', [field('')], { each: '[' })],
  ['time', input('a', [field('')], { time: '..' })],
  ['zone', input('a', [field('')], { timezone: 'Mars/Olympus' })],
  ['name', input('a/+', [field('', { name: '{2}' })])],
])('a malformed %s is a RangeError at once', (_, malformed) => {
  expect(() => new Decoder([malformed], { maxSeries: 1 })).toThrow(RangeError);
});
