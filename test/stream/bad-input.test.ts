import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REASONS } from '../../src/stream/reject.ts';
import { decoding, field, input, message } from './harness.ts';

const inputs = [
  input('json/#', [field('value'), field('nested.list[0]')], { time: 'ts', timezone: 'Europe/Berlin' }),
  input('plain/#', [field('')]),
  input('batch/#', [field('v')], { each: 'rows', time: 'ts' }),
];

const prototype = Object.getOwnPropertyNames(Object.prototype);
let decode: ReturnType<typeof decoding>['decode'];
beforeEach(() => ({ decode } = decoding(inputs)));

/** After every bad message: good messages are still read, and no prototype has changed. */
afterEach(() => {
  expect(decode(message('plain/good', '21.5')).readings).toMatchObject([{ series: 'plain-good', value: 21.5 }]);
  expect(decode(message('json/good', { value: 1, ts: 1736937000 })).readings).toMatchObject([{ value: 1 }]);
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test.each<[what: string, payload: string | Uint8Array, reason: string]>([
  ['nothing', '', 'empty'],
  ['blanks', ' \r\n', 'empty'],
  ['null', 'null', 'unavailable'],
  ['a word', 'hello', 'not_a_number'],
  ['NaN', 'NaN', 'not_finite'],
  ['minus infinity', '-Infinity', 'not_finite'],
  ['more than a double holds', '1e999', 'not_finite'],
  ['hexadecimal', '0x10', 'not_a_number'],
  ['decimal comma', '21,5', 'decimal_comma'],
  ['a unit behind the number', '21.5 C', 'not_a_number'],
  ['NUL behind the number', '21.5\0', 'not_a_number'],
  ['two numbers', '1 2', 'not_a_number'],
  ['an object', '{}', 'not_scalar'],
  ['a list', '[1]', 'not_scalar'],
  ['quoted text', '"hello"', 'not_a_number'],
  ['an escape sequence', '\u001b[2J', 'not_a_number'],
  ['invalid UTF-8', bytes(0xff, 0xfe, 0x00), 'not_utf8'],
  ['a cut UTF-8 sequence', bytes(0x32, 0xc3), 'not_utf8'],
  ['an overlong slash', bytes(0xc0, 0xaf), 'not_utf8'],
  ['gzip', bytes(0x1f, 0x8b, 0x08, 0x00), 'not_utf8'],
  ['one byte too many', '1'.repeat(65_537), 'too_large'],
  ['as large as allowed', '1'.repeat(65_536), 'not_finite'],
])('as a plain value, %s', (_, payload, reason) => {
  expect(decode(message('plain/x', payload))).toEqual({ readings: [], reasons: [reason] });
});

test.each<[what: string, payload: string, reason: string]>([
  ['cut off', '{"value":2', 'not_json'],
  ['single quotes', "{'value':2}", 'not_json'],
  ['a bare NaN', '{"value":NaN}', 'not_json'],
  ['two documents', '{"value":1}{"value":2}', 'not_json'],
  ['a plain word', 'hello', 'plain_value'],
  ['a plain number', '21.5', 'plain_value'],
  ['quoted text', '"value"', 'plain_value'],
  ['an empty object', '{}', 'no_field'],
  ['an empty list', '[]', 'no_field'],
  ['another case', '{"Value":2}', 'no_field'],
  ['null', '{"value":null}', 'unavailable'],
  ['an empty text', '{"value":""}', 'empty'],
  ['too large', '{"value":1e999}', 'not_finite'],
  ['an object in its place', '{"value":{"value":2}}', 'not_scalar'],
  ['a list in its place', '{"value":[2]}', 'not_scalar'],
  ['__proto__', '{"__proto__":{"polluted":1,"value":2}}', 'no_field'],
  ['constructor', '{"constructor":{"prototype":{"polluted":1}}}', 'no_field'],
  ['32,768 brackets deep', '['.repeat(32_768) + ']'.repeat(32_768), 'no_field'],
  ['65,536 brackets', '['.repeat(65_536), 'not_json'],
  ['6,500 objects deep', `${'{"nested":'.repeat(6500)}1${'}'.repeat(6500)}`, 'too_large'],
  ['5,000 objects deep', `${'{"nested":'.repeat(5000)}1${'}'.repeat(5000)}`, 'no_field'],
])('as a JSON object, %s', (_, payload, reason) => {
  expect(decode(message('json/x', payload))).toEqual({ readings: [], reasons: [reason] });
});

test.each<[what: string, payload: object, reason: string]>([
  ['no list', { rows: 1 }, 'no_list'],
  ['an object for a list', { rows: { v: 1 } }, 'no_list'],
  ['no rows at all', { row: [] }, 'no_field'],
  ['an empty list', { rows: [] }, 'no_field'],
  ['rows of something else', { rows: [null, 1, 'x', [2]] }, 'no_field'],
  ['a thousand bad rows, reported once', { rows: Array(1000).fill({ v: 'bad' }) }, 'not_a_number'],
])('as a list, %s', (_, payload, reason) => {
  expect(decode(message('batch/x', payload))).toEqual({ readings: [], reasons: [reason] });
});

test.each([
  ['empty', ''],
  ['of 513 bytes', `plain/${'x'.repeat(507)}`],
  ['of 513 bytes in 262 characters', `plain/x${'é'.repeat(253)}`],
  ['with #', 'plain/#'],
  ['with +', 'plain/+'],
  ['with NUL', 'plain/\0'],
])('a topic %s is bad', (_, topic) => {
  expect(decode(message(topic, '1'))).toEqual({ readings: [], reasons: ['bad_topic'] });
});

test.each([
  'plain/__proto__',
  'plain/constructor',
  `plain/${'x'.repeat(506)}`,
  'plain/<img onerror=x>',
  "plain/'; DROP",
])('the topic %s is a topic like any other', (topic) => {
  const { readings, reasons } = decode(message(topic, '1'));
  expect(reasons).toEqual([]);
  expect(readings[0].series).toMatch(/^plain-[a-z0-9_-]{1,58}$/);
});

test('a topic without an input is rejected as no_input', () => {
  expect(decode(message('other/topic', '1'))).toEqual({ readings: [], reasons: ['no_input'] });
});

const topic = fc.oneof(
  fc.constantFrom('json/a', 'plain/a', 'batch/a', 'json/__proto__'),
  fc.string({ unit: 'binary' }).map((tail) => `json/${tail}`),
  fc.string({ unit: 'binary' }),
);
/** JSON that meets the configured paths often enough to matter. */
const json = fc.oneof(
  fc.jsonValue(),
  fc.record(
    { value: fc.jsonValue(), ts: fc.jsonValue(), nested: fc.record({ list: fc.array(fc.jsonValue()) }) },
    { requiredKeys: [] },
  ),
  fc.record({ rows: fc.array(fc.record({ v: fc.jsonValue(), ts: fc.jsonValue() }, { requiredKeys: [] })) }),
);

test('any message gives readings with finite values or named reasons, and never an exception', () => {
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary' }),
    json.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(topic, payload, (topic, payload) => {
      const { readings, reasons } = decode(message(topic, payload));
      expect(readings.length + reasons.length).toBeGreaterThan(0);
      expect(new Set(reasons).size).toBe(reasons.length);
      for (const reason of reasons) expect(REASONS).toHaveProperty(reason);
      for (const { series, at, value } of readings) {
        expect(series).toMatch(/^[a-z0-9_-]{1,64}$/);
        expect(Number.isFinite(value) && Number.isSafeInteger(at)).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});
