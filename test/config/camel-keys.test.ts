import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import { camelKeys } from '../../src/config/camel-keys.ts';

test('keys change, also in their type; values do not', () => {
  const inner = { left_alone: 1 };
  const camel = camelKeys({ connect_timeout: 5, ca: 'x', stay_of_group: inner });
  expect(camel).toEqual({ connectTimeout: 5, ca: 'x', stayOfGroup: inner });
  expect(camel.stayOfGroup).toBe(inner);
  expectTypeOf(camel).toEqualTypeOf<{ connectTimeout: number; ca: string; stayOfGroup: { left_alone: number } }>();
});

test('what is not given is absent, in its type too', () => {
  const object: { given: number; not_given?: string | undefined } = { given: 1, not_given: undefined };
  const camel = camelKeys(object);
  expect(Object.keys(camel)).toEqual(['given']);
  expectTypeOf(camel).toEqualTypeOf<{ given: number; notGiven?: string }>();
});

test('for all objects: the same values in the same order, under the keys without underscores', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
  const key = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('_'));
  fc.assert(
    fc.property(
      fc.dictionary(
        key,
        fc.anything().filter((value) => value !== undefined),
      ),
      (object) => {
        const camel = camelKeys(object);
        fc.pre(Object.keys(camel).length === Object.keys(object).length);
        expect(Object.values(camel)).toEqual(Object.values(object));
        expect(Object.keys(camel).map((key) => key.toLowerCase())).toEqual(
          Object.keys(object).map((key) => key.replaceAll('_', '')),
        );
      },
    ),
  );
});
