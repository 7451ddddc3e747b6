import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingLine } from '../../../src/cli/actions/doctor.ts';
import { anomalyLine, table } from '../../../src/cli/terminal/format.ts';
import { journal, pretty } from '../../../src/cli/terminal/log.ts';
import { plain, plainLines } from '../../../src/cli/terminal/plain.ts';
import { anomaly } from '../anomaly.ts';

const ACTIVE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** Text in which every second character would do something to a terminal. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom('\x1b[2J', '\x1b]0;title\x07', '\x9b31m', '\r', '\n', '\x7f', '\u2028', '\u202e', '\0', '\b'),
      fc.string({ unit: 'grapheme' }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

test.each([
  ['hall', 'hall'],
  ['22.5 °C, 日本 👩‍🔧', '22.5 °C, 日本 👩‍🔧'],
  ['\x1b[31mred', '\\u001b[31mred'],
  ['\x9b2J', '\\u009b2J'],
  ['line\r\nmore', 'line\\u000d\\u000amore'],
  ['gpj.\u202eexe', 'gpj.\\u202eexe'],
])('%j is shown as %s', (text, shown) => {
  expect(plain(text)).toBe(shown);
});

test('nothing active is left, and lines of our own stay lines', () => {
  fc.assert(
    fc.property(nasty, nasty, (one, other) => {
      expect(plain(one)).not.toMatch(ACTIVE);
      expect(plainLines(`${plain(one)}\n${other}`).split('\n')[0]).toBe(plain(one));
    }),
  );
});

test('JSON stays the JSON that it was', () => {
  fc.assert(
    fc.property(fc.dictionary(nasty, nasty), (fields) => {
      const line = plain(JSON.stringify(fields));
      expect(line).not.toMatch(ACTIVE);
      expect(JSON.parse(line)).toEqual(fields);
    }),
  );
});

describe('what came from a device or a file does nothing to a terminal', () => {
  /** Without our own colours, of which a harmless text shows how many there are. */
  const holds = (line: (text: string) => string): void => {
    const colours = (text: string): number => text.split('\x1b').length;
    fc.assert(
      fc.property(nasty, (text) => {
        expect(colours(line(text))).toBe(colours(line('hall')));
        expect(stripVTControlCharacters(line(text))).not.toMatch(ACTIVE);
      }),
    );
  };

  test('in the list of anomalies', () => {
    holds((reason) => anomalyLine(anomaly({ reason })));
    holds((incident) => anomalyLine(anomaly({ incident })));
  });

  test('in a table', () => {
    holds((cell) => table(['name'], [[cell]], []).split('\n')[2]);
  });

  test('in a finding', () => {
    holds((text) => findingLine({ part: 'site', about: 'file', state: 'ok', text }));
  });

  test.each([
    ['a terminal', pretty()],
    ['the journal', journal],
  ])('in a line of the log for %s', (_, format) => {
    const line = (fields: object): string => {
      const text = format(JSON.stringify({ level: 40, time: '1970-01-01T00:00:00.000Z', msg: 'm', ...fields }));
      expect(text.endsWith('\n')).toBe(true);
      return text.slice(0, -1);
    };
    holds((msg) => line({ msg }));
    holds((topic) => line({ topic }));
    holds((key) => line({ [`x${key}`]: 1 }));
  });
});
