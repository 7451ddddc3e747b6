import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePath } from '../../../src/stream/values/json-path.ts';
import { unlessRefused } from '../../fuzz.ts';

const document = {
  ENERGY: { Power: 2635, 'Total (kWh)': 6.3 },
  'temperature:0': { tC: 19.8 },
  'a.b': { '"': 1, "'": 2, '': 3 },
  list: [10, { v: 11 }, [12]],
  $state: 'ready',
  none: null,
};

test.each<[path: string, value: unknown]>([
  ['', document],
  ['$', document],
  ['ENERGY.Power', 2635],
  ['$.ENERGY.Power', 2635],
  ['.ENERGY.Power', 2635],
  ['ENERGY["Power"]', 2635],
  ['$["ENERGY"].Power', 2635],
  ['ENERGY.Total (kWh)', 6.3],
  ['temperature:0.tC', 19.8],
  ["['temperature:0'].tC", 19.8],
  ['["a.b"]["\\""]', 1],
  ['["a.b"]["\'"]', 2],
  ['["a.b"][""]', 3],
  ['list[0]', 10],
  ['list[1].v', 11],
  ['list[2][0]', 12],
  ['$state', 'ready'],
  ['none', null],
])('%s leads to %j', (path, value) => {
  expect(compilePath(path)(document)).toEqual(value);
});

test.each([
  'Energy',
  'ENERGY.power',
  'list[3]',
  'list.0',
  'list.length',
  'ENERGY[0]',
  'none.x',
  '$state.length',
  'list[0].x',
])('%s leads nowhere', (path) => {
  expect(compilePath(path)(document)).toBeUndefined();
});

test.each<[path: string, position: number]>([
  ['.', 1],
  ['a.', 2],
  ['a..b', 2],
  ['a[', 2],
  ['a[-1]', 2],
  ['a[x]', 2],
  ['a["x]', 2],
  ['a["\\x"]', 2],
  ['a]b', 2],
  ['[0]b', 4],
  ['$.', 2],
  ['a"b', 2],
])('%s is malformed at character %i', (path, position) => {
  expect(() => compilePath(path)).toThrow(new RegExp(`at character ${position}$`));
  expect(() => compilePath(path)).toThrow(RangeError);
});

test('no path reaches a prototype', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    for (const value of [{}, [], 'text', 1, true, null, undefined]) expect(compilePath(key)(value)).toBeUndefined();
  }
  expect(compilePath('__proto__.v')(JSON.parse('{"__proto__":{"v":1}}'))).toBe(1); // a key like any other
});

test('for any keys, the quoted path finds the value', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 6 }), fc.integer(), (keys, value) => {
      const path = keys.map((key) => `[${JSON.stringify(key)}]`).join('');
      const nested = keys.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);
      expect(compilePath(path)(nested)).toBe(value);
    }),
  );
});

test('any text either compiles or is a RangeError, and what compiles throws on no value', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('a', '.', '[', ']', '0', '"', "'", '$', '\\') }),
  );
  fc.assert(
    fc.property(text, fc.anything(), (text, value) => {
      const path = unlessRefused(() => compilePath(text));
      if (path === undefined) return;
      path(value);
    }),
    { numRuns: 1000 },
  );
});

test('a thousand levels down is no recursion', () => {
  let value: unknown = 1;
  for (let i = 0; i < 1000; i++) value = [value];
  expect(compilePath('[0]'.repeat(1000))(value)).toBe(1);
});
