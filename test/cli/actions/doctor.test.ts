import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding } from '../../../src/app/doctor/finding.ts';
import { findingLine } from '../../../src/cli/actions/doctor.ts';

const finding = (rest: Partial<Finding>): Finding => ({
  part: 'site',
  about: 'broker',
  state: 'ok',
  text: 'mqtt://localhost accepts the connection.',
  ...rest,
});
const line = (rest: Partial<Finding> = {}, columns?: number): string =>
  stripVTControlCharacters(findingLine(finding(rest), columns));

test('state, subject and sentence stand in columns', () => {
  expect(line()).toBe('  ok       broker     mqtt://localhost accepts the connection.');
  expect(line({ state: 'problem', about: 'processor' })).toBe(
    '  problem  processor  mqtt://localhost accepts the connection.',
  );
});

test('a sentence too long for the terminal goes on under its own beginning', () => {
  const text = 'mqtt://localhost refuses the connection: is the broker running?';
  expect(line({ text }, 60).split('\n')).toEqual([
    '  ok       broker     mqtt://localhost refuses the',
    '                      connection: is the broker running?',
  ]);
});

test('no word is lost, broken or put elsewhere, and no line but one of a single word is too long', () => {
  const words = fc.array(fc.stringMatching(/^\S{1,30}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 30, max: 200 }), (words, columns) => {
      const lines = findingLine(finding({ text: words.join(' ') }), columns).split('\n');
      const sentences = lines.map((one) => stripVTControlCharacters(one).slice(22));
      expect(sentences.join(' ')).toBe(words.join(' '));
      for (const sentence of sentences)
        if (sentence.includes(' ')) expect(22 + sentence.length).toBeLessThanOrEqual(columns);
    }),
  );
});
