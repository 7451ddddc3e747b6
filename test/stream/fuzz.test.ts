import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTime } from '../../src/stream/time/event-time.ts';
import { compilePath } from '../../src/stream/values/json-path.ts';
import { parseNumber } from '../../src/stream/values/number.ts';
import { readPayload } from '../../src/stream/values/payload.ts';
import { REASONS } from '../../src/stream/reject.ts';
import { compileName, slugify } from '../../src/stream/names/slug.ts';
import { compileTimeZone } from '../../src/stream/time/time-zone.ts';
import { compileFilter, covers } from '../../src/stream/names/topic-filter.ts';
import { fuzz, hostileJson, textOf as of, unlessRefused } from '../fuzz.ts';
import { decoding, field, input, message } from './harness.ts';

/*
 * Every parser of device messages, with arbitrary input. Expectations are written a second time, in another way than the
 * parser: a grammar by hand, a matcher by enumeration, a clock by Date.
 */

const text = fc.string({ unit: 'binary' });
test('a payload is a value or a named reason', () => {
  const encoder = new TextEncoder();
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    text.map((t) => encoder.encode(t)),
    of('[]{}":,0e-. \\untrue\u00e9').map((t) => encoder.encode(t)),
    hostileJson.map((value) => encoder.encode(JSON.stringify(value))),
    fc.integer({ min: 65_530, max: 65_540 }).map((length) => new Uint8Array(length).fill(0x5b)),
  );
  fc.assert(
    fc.property(bytes, (payload) => {
      const read = readPayload(payload);
      if (typeof read === 'string') expect(['too_large', 'empty', 'not_utf8', 'not_json']).toContain(read);
      else expect(payload.length).toBeLessThanOrEqual(65_536);
    }),
    fuzz(1000),
  );
});

test('any JSON that begins like JSON is read as it is', () => {
  fc.assert(
    fc.property(hostileJson, (value) => {
      const json = JSON.stringify(value);
      const read = readPayload(new TextEncoder().encode(json));
      expect(read).toEqual({ value: /^[[{"]/.test(json) ? (JSON.parse(json) as unknown) : json });
    }),
    fuzz(1000),
  );
});

describe('a number', () => {
  /** [sign] digits [. digits] [e [sign] digits], or a fraction alone: read letter by letter. */
  const isDecimal = (text: string): boolean => {
    let i = 0;
    const digits = (): number => {
      const from = i;
      while (i < text.length && text[i] >= '0' && text[i] <= '9') i++;
      return i - from;
    };
    const sign = (): void => {
      if (text[i] === '+' || text[i] === '-') i++;
    };
    sign();
    let count = digits();
    if (text[i] === '.') {
      i++;
      count += digits();
    }
    if (count === 0) return false;
    if (text[i] === 'e' || text[i] === 'E') {
      i++;
      sign();
      if (digits() === 0) return false;
    }
    return i === text.length;
  };
  const words = new Map([
    ['true', 1],
    ['on', 1],
    ['false', 0],
    ['off', 0],
  ]);

  test('as text follows the grammar exactly, and is finite', () => {
    fc.assert(
      fc.property(fc.oneof(of('0123456789+-.eE'), of('01.e-xXbo_ ,naif'), text), (given) => {
        const trimmed = given.trim();
        const expected = isDecimal(trimmed) ? Number(trimmed) : words.get(trimmed.toLowerCase());
        const value = parseNumber(given);
        if (expected === undefined || Math.abs(expected) > 1e30) expect(REASONS).toHaveProperty(String(value));
        else expect(value).toBe(expected);
      }),
      fuzz(5000),
    );
  });

  test('as any value is finite, at most 1e30, or a named reason', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), hostileJson), (given) => {
        const value = parseNumber(given);
        if (typeof value === 'string') expect(REASONS).toHaveProperty(value);
        else expect(Math.abs(value)).toBeLessThanOrEqual(1e30);
      }),
      fuzz(2000),
    );
  });

  test('printed by String or JSON comes back, with any white space around it', () => {
    const space = of(' \t\r\n\u00a0\ufeff', 3);
    fc.assert(
      fc.property(fc.double({ min: -1e30, max: 1e30, noNaN: true }), space, (number, around) => {
        expect(parseNumber(`${around}${String(number)}${around}`)).toBe(number + 0); // -0 is printed as 0
        expect(parseNumber(JSON.parse(JSON.stringify(number)))).toBe(number + 0);
      }),
      fuzz(1000),
    );
  });
});

describe('a time', () => {
  const zone = compileTimeZone('Europe/Berlin');

  test('of any value is a whole time after 1970, or a named reason', () => {
    const given = fc.oneof(
      fc.anything(),
      hostileJson,
      fc.double(),
      of('0123456789-:T .,Z+', 30),
      fc
        .tuple(fc.nat(9999), fc.nat(14), fc.nat(33), fc.nat(26), fc.nat(62), fc.nat(62), of('Zz+-0123:', 6))
        .map(([y, mo, d, h, mi, s, offset]) => {
          const two = (n: number): string => String(n).padStart(2, '0');
          return `${String(y).padStart(4, '0')}-${two(mo)}-${two(d)}T${two(h)}:${two(mi)}:${two(s)}${offset}`;
        }),
    );
    fc.assert(
      fc.property(given, fc.double(), (value, near) => {
        const at = parseTime(value, zone, near);
        if (typeof at === 'string') expect(REASONS).toHaveProperty(at);
        else expect(Number.isSafeInteger(at) && at >= 0 && at <= 8.64e15).toBe(true);
      }),
      fuzz(5000),
    );
  });

  test('with any offset is the instant that Date gives it', () => {
    const instant = fc.date({ min: new Date('1971-01-01'), max: new Date('9998-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: -1439, max: 1439 }),
        fc.constantFrom('T', 't', ' '),
        (date, minutes, t) => {
          const wall = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1).replace('T', t);
          const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
            String(n).padStart(2, '0'),
          );
          const sign = minutes < 0 ? '-' : '+';
          for (const offset of [`${sign}${h}:${m}`, `${sign}${h}${m}`, ` ${sign}${h}:${m}`])
            expect(parseTime(`${wall}${offset}`, null)).toBe(date.getTime());
        },
      ),
      fuzz(1000),
    );
  });
});

describe('a path', () => {
  test('on any JSON never throws and never returns a value that is not in it', () => {
    const path = fc.oneof(
      of('.[]0123"\'$\\ablv_', 12),
      fc
        .array(fc.constantFrom('v', 'rows', '[0]', '__proto__', 'constructor', 'prototype', 'length', 'toString'), {
          minLength: 1,
          maxLength: 4,
        })
        .map((keys) => keys.map((key, i) => (i === 0 || key.startsWith('[') ? key : `.${key}`)).join('')),
    );
    /** Every object, list and value inside, each by itself. */
    const inside = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(inside)] : [value];
    fc.assert(
      fc.property(path, hostileJson, (text, given) => {
        const find = unlessRefused(() => compilePath(text));
        if (find === undefined) return;
        const value: unknown = JSON.parse(JSON.stringify(given));
        const found = find(value);
        if (found !== undefined) expect(inside(value)).toContain(found);
      }),
      fuzz(3000),
    );
  });

  test('as deep as a path can be is walked without recursion', () => {
    const depth = 10_000;
    const value: unknown = JSON.parse(`${'['.repeat(depth)}7${']'.repeat(depth)}`);
    expect(compilePath('[0]'.repeat(depth))(value)).toBe(7);
  });
});

describe('a slug', () => {
  const slug = /^(?:[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?)?$/;

  test('has its alphabet and its length, and is its own slug', () => {
    fc.assert(
      fc.property(fc.oneof(text, of('aZ09_-/ \u00e9\u0301\ufb01\u2126', 90)), (given) => {
        const made = slugify(given);
        expect(made).toMatch(slug);
        expect(slugify(made)).toBe(made);
        expect(slugify(given.toUpperCase().toLowerCase())).toBe(slugify(given.toLowerCase()));
      }),
      fuzz(2000),
    );
  });

  test('made by a name is also one, for any text of the wildcards', () => {
    fc.assert(
      fc.property(of('a-{}12topic$&', 20), fc.array(text, { maxLength: 3 }), text, (template, captured, topic) => {
        const name = unlessRefused(() => compileName(template, captured.length));
        if (name === undefined) return;
        expect(name(topic, captured)).toMatch(slug);
      }),
      fuzz(2000),
    );
  });
});

describe('a topic filter', () => {
  const LEVELS = ['', 'a', 'b', '$c'];
  const topicsOf = (depth: number): string[] =>
    depth === 1
      ? LEVELS
      : [...LEVELS, ...topicsOf(depth - 1).flatMap((rest) => LEVELS.map((level) => `${level}/${rest}`))];
  const TOPICS = topicsOf(4).filter((topic) => topic !== '');
  /** MQTT 5.0, 4.7 as a regular expression: of another kind than the walk over levels. */
  const asRegExp = (filter: string): RegExp => {
    const pattern = filter
      .split('/')
      .map((level) => (level === '+' ? '[^/]*' : level === '#' ? '#' : level.replace(/[$.*?^()[\]{}|\\]/g, '\\$&')))
      .join('/')
      .replace(/\/#$/, '(?:/.*)?')
      .replace(/^#$/, '.*');
    return new RegExp(`^${/^[+#]/.test(filter) ? '(?!\\$)' : ''}${pattern}$`, 's');
  };
  const filter = fc
    .tuple(fc.array(fc.constantFrom(...LEVELS, '+'), { maxLength: 4 }), fc.boolean())
    .map(([levels, rest]) => [...levels, ...(rest || levels.length === 0 ? ['#'] : [])].join('/'))
    .filter((f) => f !== '');

  test('matches every topic of four levels as in the specification', () => {
    fc.assert(
      fc.property(filter, (f) => {
        const [matches, expected] = [compileFilter(f), asRegExp(f)];
        const wrong = TOPICS.filter((topic) => (matches(topic) !== null) !== expected.test(topic));
        expect(wrong).toEqual([]);
      }),
      fuzz(300),
    );
  });

  test('that is covered by another matches no further topic', () => {
    fc.assert(
      fc.property(filter, filter, (wide, narrow) => {
        fc.pre(covers(wide, narrow));
        const [wider, narrower] = [compileFilter(wide), compileFilter(narrow)];
        expect(TOPICS.filter((topic) => narrower(topic) !== null && wider(topic) === null)).toEqual([]);
      }),
      fuzz(300),
    );
  });

  test('of any text compiles or is a RangeError, and then throws on no topic', () => {
    fc.assert(
      fc.property(fc.oneof(text, of('ab/+#$', 10)), text, (given, topic) => {
        const matches = unlessRefused(() => compileFilter(given));
        if (matches === undefined) return;
        const captured = matches(topic);
        if (captured !== null) expect(captured).toHaveLength(given.split('/').filter((l) => /^[+#]$/.test(l)).length);
      }),
      fuzz(2000),
    );
  });
});

test('any messages in any order give finite readings of a bounded number of series, or named reasons', () => {
  const MAX_SERIES = 5;
  const inputs = [
    input('d/+', [field('v', { name: '{1}' }), field('rows[0].v', { name: '{1}-first' })], { time: 'ts' }),
    input('d/#', [field('v')], { each: 'rows', time: 'ts', timezone: 'Europe/Berlin' }),
    input('#', [field('', { missingValues: [0] })]),
    input('l/+', [field('')], { each: '' }),
  ];
  const topic = fc.oneof(
    fc.constantFrom('d/a', 'd/A', 'd/b', 'd/__proto__', 'l/x', 'd', '$SYS/x'),
    text,
    text.map((level) => `d/${level}`),
    fc.integer({ min: 505, max: 520 }).map((length) => `d/${'x'.repeat(length)}`),
  );
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    text,
    of('0123456789.e-', 8),
    hostileJson.map((value) => JSON.stringify(value)),
    fc
      .record({ v: hostileJson, ts: hostileJson, rows: fc.array(fc.record({ v: fc.double(), ts: hostileJson })) })
      .map((value) => JSON.stringify(value)),
    fc.nat(32_000).map((depth) => `{"v":${'['.repeat(depth)}1${']'.repeat(depth)}}`),
  );
  const messages = fc.array(fc.tuple(topic, payload, fc.constantFrom(0, 1_750_000_000_000, 8.64e15)), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(messages, (given) => {
      const { decode } = decoding(inputs, MAX_SERIES);
      const series = new Set<string>();
      for (const [topic, payload, receivedAt] of given) {
        const { readings, reasons } = decode(message(topic, payload, { receivedAt }));
        expect(readings.length + reasons.length).toBeGreaterThan(0);
        expect(new Set(reasons).size).toBe(reasons.length);
        for (const reason of reasons) expect(REASONS).toHaveProperty(reason);
        for (const reading of readings) {
          expect(reading.series).toMatch(/^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/);
          expect(Math.abs(reading.value)).toBeLessThanOrEqual(1e30);
          expect(Number.isSafeInteger(reading.at)).toBe(true);
          series.add(reading.series);
        }
      }
      expect(series.size).toBeLessThanOrEqual(MAX_SERIES);
      expect(({} as Record<string, unknown>)['v']).toBeUndefined();
    }),
    fuzz(250),
  );
});
