import { expect, test } from 'vitest';
import { tuningFrom } from '../../src/config/tuning-words.ts';

test('options as in a site file: numbers, words and durations', () => {
  expect(tuningFrom(['cell=lstm', 'hidden_size=8', 'cool_down=2h', 'peepholes=true'])).toEqual({
    cell: 'lstm',
    hiddenSize: 8,
    coolDown: 7_200_000,
    peepholes: true,
  });
  expect(tuningFrom([])).toEqual({});
});

test('every mistake at once, in the words of a site file', () => {
  expect(() => tuningFrom(['warmpu=3', 'cell=gruu'])).toThrow(
    expect.objectContaining({
      code: 'usage',
      message:
        'tuning.cell: expected one of gru, lstm, rnn, elementwise; got "gruu"; did you mean "gru"?\n' +
        'tuning.warmpu: unknown option "warmpu"; did you mean "warmup"?',
    }),
  );
});

test.each(['warmup', '=3', 'warmup='])('%j is no option', (word) => {
  expect(() => tuningFrom([word])).toThrow(`${word}: expected option=value, such as sensitivity=1.5`);
});

test('a value that is no YAML is refused', () => {
  expect(() => tuningFrom(['cell=[gru'])).toThrow('cell=[gru: [gru cannot be read as YAML');
});
