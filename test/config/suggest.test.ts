import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../src/config/suggest.ts';

test.each([
  ['thresold', 'threshold', 1],
  ['gruu', 'gru', 1],
  ['ab', 'ba', 1],
  ['kitten', 'sitting', 3],
  ['ca', 'abc', 3], // the same place is not edited twice; unrestricted it would be 2
  ['', 'abc', 3],
])('%s → %s takes %d edits', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
});

test('the distance is symmetric, zero only between equals, and at most the longer length', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('suggests what is near, in whatever case, and nothing far-fetched', () => {
  expect(nearest('TOPICS', ['path', 'topic', 'name'])).toBe('topic');
  expect(nearest('zone', ['path', 'topic', 'name'])).toBeNull();
  expect(nearest('a', [])).toBeNull();
  expect(didYouMean('gruu', ['gru', 'lstm'])).toBe('; did you mean "gru"?');
  expect(didYouMean('transformer', ['gru', 'lstm'])).toBe('');
});
