import { describe, expect, test } from 'vitest';
import { parseRequest } from '../../../../src/app/commands/request.ts';
import { transferSchema } from '../../../../src/app/hub/learned/requests.ts';
import { firstMistake } from '../../../../src/io/mqtt/request-fields.ts';

const SEND = { do: 'send', by: 'Ada' };

const mistakeIn = (request: unknown): string | null => {
  const { error } = transferSchema.safeParse(request);
  return error === undefined ? null : firstMistake(error, 'do');
};

test('what a request leaves out: all streams, of the same site and name, and none that has learned already', () => {
  expect(transferSchema.parse(SEND)).toEqual({ ...SEND, streams: ['*'], from: null, map: {}, replace: false });
  expect(transferSchema.parse({ do: 'fetch', by: ' Ada ' })).toEqual({ do: 'fetch', by: 'Ada', streams: ['*'] });
});

test.each([
  [{ do: 'explode' }, 'Expected fetch or send in "do".'],
  [{ ...SEND, speed: 1 }, 'A key does not belong to this request.'],
  [{ ...SEND, by: ' ' }, 'by: expected a name, which is stored with the request.'],
  [{ ...SEND, from: 'North' }, 'from: expected the name of a series or group, as in its topic.'],
  [{ ...SEND, streams: [] }, 'streams: expected 1 to 30 names of series or groups, with * for any characters.'],
  [
    { ...SEND, map: { pump: 'a/b/c' } },
    'map: expected at most 256 streams of the site, each with the stream, or site/stream, that it begins with.',
  ],
])('%j: %s', (request, sentence) => {
  expect(mistakeIn(request)).toBe(sentence);
});

describe('a hub takes a name exactly if a site takes it', () => {
  const isTaken = (request: object): boolean =>
    'command' in parseRequest(Buffer.from(JSON.stringify({ command: 'unmute', ...request })), 'north', null);

  test.each(['Ada', 'Ada <b>', 'Ada\u202e', 'Ada\u2028', 'Ada\u0000', 'x'.repeat(64), 'x'.repeat(65)])(
    'by %j',
    (by) => {
      expect(mistakeIn({ do: 'fetch', by }) === null).toBe(isTaken({ by }));
    },
  );

  test.each(['pump', 'pump-', '_pump', 'Pump', 'p'.repeat(64), 'p'.repeat(65)])('stream %j', (series) => {
    expect(mistakeIn({ ...SEND, map: { [series]: 'pump' } }) === null).toBe(isTaken({ series }));
  });
});
