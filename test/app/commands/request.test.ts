import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimit } from '../../../src/app/commands/rate-limit.ts';
import { REFUSALS } from '../../../src/app/commands/refusals.ts';
import { replySchema } from '../../../src/app/commands/reply.ts';
import { parseRequest } from '../../../src/app/commands/request.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (request: unknown, series: string | null = null) =>
  parseRequest(bytes(typeof request === 'string' ? request : JSON.stringify(request)), 'home', series);

describe('a request', () => {
  test('is read, with the series of its topic', () => {
    expect(read({ id: 'a1', command: 'mute', for: '1d12h', by: 'Ada', note: 'new pump' }, 'hall')).toEqual({
      command: { id: 'a1', command: 'mute', for: 36 * 3_600_000, by: 'Ada', note: 'new pump', series: 'hall' },
      text: '{"by":"Ada","command":"mute","for":"1d12h","note":"new pump","series":"hall"}',
    });
    expect(read({ schema: 1, command: 'missed', series: 'hall', from: '2026-01-05T01:00:00+01:00' })).toMatchObject({
      command: { from: Date.UTC(2026, 0, 5) },
    });
  });

  test('with the same content has the same text, in whatever order its keys come and with whatever id', () => {
    const [one, two] = [
      read('{"id":"a","command":"freeze","series":"hall"}'),
      read('{"command":"freeze","id":"b"}', 'hall'),
    ];
    expect('text' in one && 'text' in two && one.text).toBe((two as { text: string }).text);
  });

  test.each<[what: string, request: unknown, code: string, text: RegExp]>([
    ['that is too large', `{"command":"freeze","note":"${'x'.repeat(4096)}"}`, 'too_large', /4 KiB/],
    ['that is no JSON', 'freeze', 'not_json', /not JSON/],
    ['that is no object', '[1]', 'not_a_command', /^Expected/],
    ['without a command', '{}', 'not_a_command', /^Expected one of normal, fault/],
    ['with an unknown command', { command: 'rm -rf' }, 'not_a_command', /^Expected one of normal, fault/],
    ['with an unknown key', { command: 'freeze', force: true }, 'not_a_command', /^A key does not belong/],
    ['without what it needs', { command: 'mute' }, 'not_a_command', /^for: expected a duration/],
    ['with a mute of a year', { command: 'mute', for: '52w' }, 'not_a_command', /^for: expected a duration/],
    ['with a time without offset', { command: 'forget', since: '2026-01-05T00:00' }, 'not_a_command', /^since: .*ISO/],
    ['with a date that does not exist', { command: 'forget', since: '2026-02-30T00:00Z' }, 'not_a_command', /^since/],
    ['with a script in its note', { command: 'freeze', note: '<script>alert(1)</script>' }, 'not_a_command', /^note: /],
    ['with a control character', { command: 'freeze', by: 'a\u001b[2J' }, 'not_a_command', /^by: /],
    ['with text from right to left', { command: 'freeze', by: 'a\u202eb' }, 'not_a_command', /^by: /],
    ['with a path as series', { command: 'freeze', series: '../x' }, 'not_a_command', /^series: /],
    ['with __proto__ as series', '{"command":"freeze","series":"__proto__"}', 'not_a_command', /^series: /],
    ['with a wildcard as id', { command: 'freeze', id: '#' }, 'not_a_command', /^id: /],
    ['for another site', { command: 'freeze', site: 'office' }, 'other_site', /another site/],
    ['of another version', { command: 'freeze', schema: 2 }, 'not_a_command', /^schema: /],
  ])('%s is refused', (_, request, code, text) => {
    const refused = read(request);
    expect(refused).toMatchObject({ code, text: expect.stringMatching(text) as string });
    expect(JSON.stringify(refused)).not.toMatch(/script|alert|__proto__|rm -rf|u001b|\u202e/);
  });

  test('for another series than its topic is refused', () => {
    expect(read({ command: 'freeze', series: 'hall' }, 'attic')).toMatchObject({ code: 'series_mismatch' });
  });

  test('that is not UTF-8 is refused', () => {
    expect(parseRequest(Uint8Array.of(0x22, 0xff, 0x22), 'home', null)).toMatchObject({ code: 'not_json', id: null });
  });

  test('that is refused keeps its id, if that is one', () => {
    expect(read({ id: 'a1', command: 'nothing' })).toMatchObject({ id: 'a1' });
    expect(read({ id: '<b>', command: 'freeze' })).toMatchObject({ id: null });
    expect(read({ id: 7, command: 'freeze' })).toMatchObject({ id: null });
  });

  test('of any bytes never throws, and a refusal has a code of the list', () => {
    const anything = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes));
    fc.assert(
      fc.property(anything, (payload) => {
        const result = parseRequest(payload, 'home', null);
        if ('code' in result) expect(Object.keys(REFUSALS)).toContain(result.code);
      }),
    );
  });
});

test('the examples of docs/commands.md are commands and an answer', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/commands.md'), 'utf8');
  const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text) as object);
  const [first, reply, others] = examples;
  for (const request of [first, ...(others as object[])]) expect(read(request, 'boiler')).toHaveProperty('command');
  expect(replySchema.parse(reply)).toEqual(reply);
  expect(others).toHaveLength(13);
});

test('the rate: a burst of 3, then one in 10 ms; a clock that was set back gives none', () => {
  const rate = new RateLimit(3, 10);
  expect([0, 0, 0, 0, 5, 10, 11].map((at) => rate.admits(at))).toEqual([true, true, true, false, false, true, false]);
  expect([-1000, -991, -990].map((at) => rate.admits(at))).toEqual([false, true, false]);
});
