import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileName, SLUG, slugify } from '../../../src/stream/names/slug.ts';

test.each([
  ['Boiler Temperature', 'boiler-temperature'],
  ['zigbee2mqtt/Küche/Fühler', 'zigbee2mqtt-kuche-fuhler'],
  ['status/temperature:0', 'status-temperature-0'],
  ['a -- b', 'a-b'],
  ['/a_b/', 'a_b'],
  ['İstanbul ﬁlter ②', 'istanbul-filter-2'],
  ['温度', ''],
  ['__proto__', 'proto'],
  ['x'.repeat(70), 'x'.repeat(64)],
  [`${'x'.repeat(63)} y`, 'x'.repeat(63)],
])('%s becomes "%s"', (text, slug) => {
  expect(slugify(text)).toBe(slug);
});

test('any text becomes at most 64 safe characters, and a slug is its own slug', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const slug = slugify(text);
      expect(slug).toMatch(/^([a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?)?$/);
      expect(slugify(slug)).toBe(slug);
    }),
    { numRuns: 1000 },
  );
});

test('SLUG is true of a text of 1 to 64 characters exactly if it is its own slug, but for several - in a row', () => {
  const unit = fc.constantFrom('a', '7', '-', '_', 'A', ' ', 'é');
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit, maxLength: 6 }), fc.string({ unit: fc.constantFrom('a', '-'), maxLength: 70 })),
      (text) => {
        const own = text !== '' && text.length <= 64 && slugify(text) === text.replace(/-+/g, '-');
        expect(SLUG.test(text)).toBe(own);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a name is filled with the captured parts or the topic', () => {
  expect(compileName('{2} {1}', 2)('plant/hall 7/boiler', ['hall 7', 'boiler'])).toBe('boiler-hall-7');
  expect(compileName('{topic}', 0)('plant/boiler', [])).toBe('plant-boiler');
  expect(compileName('{1}', 1)('x/$&', ['$&{topic}'])).toBe('topic'); // a topic is text, never a template
});

test.each([
  ['{1}', 0],
  ['{3}', 2],
  ['{0}', 2],
  ['{01}', 2],
  ['{name}', 2],
  ['{}', 2],
])('%s means nothing under a filter with %i wildcards', (template, wildcards) => {
  expect(() => compileName(template, wildcards)).toThrow(RangeError);
});
