import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileFilter, covers, wildcardsIn } from '../../../src/stream/names/topic-filter.ts';

test.each<[filter: string, topic: string, captured: string[] | null]>([
  ['plant/boiler/temp', 'plant/boiler/temp', []],
  ['plant/boiler/temp', 'plant/boiler', null],
  ['plant/boiler', 'plant/boiler/temp', null],
  ['plant/boiler', 'plant/Boiler', null],
  ['plant/+/temp', 'plant/boiler/temp', ['boiler']],
  ['plant/+/temp', 'plant/hall/boiler/temp', null],
  ['+/+', 'a/b', ['a', 'b']],
  ['+/+', '/b', ['', 'b']],
  ['+', '/b', null],
  ['plant/#', 'plant/hall/boiler', ['hall/boiler']],
  ['plant/#', 'plant', ['']],
  ['plant/+/#', 'plant/hall', ['hall', '']],
  ['plant/+/#', 'plant', null],
  ['#', 'a/b/c', ['a/b/c']],
  ['#', '$SYS/broker/uptime', null],
  ['+/broker/uptime', '$SYS/broker/uptime', null],
  ['$SYS/#', '$SYS/broker/uptime', ['broker/uptime']],
  ['a/+', 'a/$b', ['$b']],
  ['a//b', 'a//b', []],
  ['#', '', null],
])('%s on %s captures %j', (filter, topic, captured) => {
  expect(compileFilter(filter)(topic)).toEqual(captured);
});

test.each(['', 'a/#/b', 'a#', '#a', 'a/b+', 'a/++', '+#', 'a\0b'])('%j is no filter', (filter) => {
  expect(() => compileFilter(filter)).toThrow(RangeError);
});

const level = fc.constantFrom('', 'a', 'b', 'ab', '$a');
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => [...levels, ...(rest || levels.length === 0 ? ['#'] : [])].join('/'))
  .filter((text) => text !== '');
const topic = fc
  .array(level, { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join('/'))
  .filter((text) => text !== '');

/** Section 4.7 as a definition by recursion on levels. */
const matches = (filters: string[], topics: string[]): boolean => {
  if (filters[0] === '#') return true;
  if (filters.length === 0 || topics.length === 0) return filters.length === topics.length;
  return (filters[0] === '+' || filters[0] === topics[0]) && matches(filters.slice(1), topics.slice(1));
};

test('a topic matches exactly when the definition says so', () => {
  fc.assert(
    fc.property(filter, topic, (filter, topic) => {
      const hidden = topic.startsWith('$') && /^[+#]/.test(filter);
      expect(compileFilter(filter)(topic) !== null).toBe(!hidden && matches(filter.split('/'), topic.split('/')));
    }),
    { numRuns: 2000 },
  );
});

test('the captured parts, put back into the filter, give the topic', () => {
  fc.assert(
    fc.property(filter, topic, (filter, topic) => {
      const captured = compileFilter(filter)(topic);
      if (captured === null) return;
      expect(captured).toHaveLength(wildcardsIn(filter));
      const rest = [...captured];
      const filled = filter.split('/').map((level) => (level === '+' || level === '#' ? rest.shift() : level));
      expect([topic, `${topic}/`]).toContain(filled.join('/')); // `a/#` also matches `a`
    }),
    { numRuns: 2000 },
  );
});

test.each<[wide: string, narrow: string, covered: boolean]>([
  ['a/+', 'a/b', true],
  ['a/b', 'a/+', false],
  ['a/#', 'a', true],
  ['a/#', 'a/+/c', true],
  ['a/+', 'a/#', false],
  ['+/b', 'a/+', false],
  ['a/+', 'a/b/c', false],
  ['#', 'a/b', true],
  ['#', '$SYS/#', false],
])('%s covers %s: %s', (wide, narrow, covered) => {
  expect(covers(wide, narrow)).toBe(covered);
});

test('a covered filter matches nothing that the wider one does not', () => {
  const paths = (levels: readonly string[], depth: number): string[] =>
    depth === 0
      ? []
      : [...levels, ...paths(levels, depth - 1).flatMap((rest) => levels.map((level) => `${level}/${rest}`))];
  const narrowest = paths(['a', 'b', '+', '$c'], 2);
  const filters = [...narrowest, '#', ...narrowest.map((filter) => `${filter}/#`)];
  const topics = paths(['a', 'b', '$c'], 3);
  const matched = new Map(
    filters.map((filter) => [filter, topics.filter((topic) => compileFilter(filter)(topic) !== null)]),
  );
  let covering = 0;
  for (const wide of filters)
    for (const narrow of filters) {
      if (!covers(wide, narrow)) continue;
      covering++;
      expect(matched.get(wide), `${wide} covers ${narrow}`).toEqual(expect.arrayContaining(matched.get(narrow)!));
    }
  expect(covering).toBeGreaterThan(filters.length);
});
