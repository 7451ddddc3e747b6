import fc from 'fast-check';
import { expect, test } from 'vitest';
import { couldName, highestPlaceholder, isLiteral, settleName } from '../../src/config/names.ts';
import { compileName } from '../../src/stream/names/slug.ts';

test.each([
  ['{topic}-{path}', 'plant/pump1/flow', '', 'plant-pump1-flow'],
  ['{topic}-{path}', 'tele/washer/SENSOR', 'ENERGY.Power', 'tele-washer-sensor-energy-power'],
  ['{topic}-{path}', 'zigbee2mqtt/+', 'temperature', '{topic}-temperature'],
  ['Living Room', 'a/+', 'x', 'living-room'],
  ['{1}-{path}', 'a/+', 'b.c', '{1}-b-c'],
  ['{path}', 'a', '', ''],
  ['{topic}-{path}', 'plant/{1}/x', '', 'plant-1-x'],
  ['{topic}', 'a/$&/b', '', 'a-b'],
])('%s of %s and "%s" is %s', (template, filter, path, name) => {
  expect(settleName(template, filter, path)).toBe(name);
});

test('a literal name has no placeholder left', () => {
  expect(isLiteral('washer-power')).toBe(true);
  expect(isLiteral('{1}-power')).toBe(false);
  expect(highestPlaceholder('{1}-{12}-{topic}')).toBe(12);
  expect(highestPlaceholder('{topic}')).toBe(0);
});

test('what a template gives for any topic is a name it could give', () => {
  const level = fc.stringMatching(/^[a-zA-Z0-9 _.-]{0,8}$/);
  const template = fc.constantFrom('{1}', '{1}-temp', 'Temp {2}', 'a-{2}-b-{1}', '{topic}-energy-power', '{1}{2}');
  fc.assert(
    fc.property(template, level, level, (name, first, second) => {
      expect(couldName(name, compileName(name, 2)(`x/${first}/${second}`, [first, second]))).toBe(true);
    }),
  );
  expect(couldName('{1}-temp', 'kitchen-humidity')).toBe(false);
  expect(couldName('kitchen', 'kitchen-temp')).toBe(false);
});

test('twenty placeholders are as quick to tell as one: each part is taken where it comes first', () => {
  expect(couldName(`${'{1}a'.repeat(20)}b`, 'a'.repeat(64))).toBe(false);
  expect(couldName(`${'{1}a'.repeat(20)}b`, `${'a'.repeat(63)}b`)).toBe(true);
  expect(couldName('{1}ab{1}b', 'ab')).toBe(false); // no letter stands for two parts
  expect(highestPlaceholder('{1}'.repeat(200_000))).toBe(1);
});
