import { expect, test } from 'vitest';
import { collectedReply, type PartOfReply } from '../../../src/app/cluster/collected-reply.ts';
import type { Reply } from '../../../src/app/commands/reply.ts';

const part = (text: string, rest: Partial<Reply & { streams: number }> = {}): PartOfReply => {
  const { streams = 1, ...more } = rest;
  const reply = { id: 'a', command: 'freeze', series: null, status: 'done', code: null, undo: true } as const;
  return { streams, reply: { schema: 1, text, at: '2026-11-27T00:00:00.000Z', ...reply, ...more } };
};
const refused = (text: string): PartOfReply => part(text, { status: 'refused', code: 'too_many', undo: false });

test('where all partitions say the same, the answer is that of each, at the time of the last one', () => {
  const later = part('Stopped.', { at: '2026-11-27T00:00:01.000Z' });
  expect(collectedReply([part('Stopped.'), later, part('Stopped.')], 3)).toEqual(later.reply);
});

test('a partition without streams has no say where others have some, and its own where none has', () => {
  const empty = part('Nothing to do.', { streams: 0, undo: false });
  expect(collectedReply([empty, part('Stopped.'), empty], 3)).toEqual(part('Stopped.').reply);
  expect(collectedReply([empty, empty], 2)).toEqual(empty.reply);
});

test('different answers are counted, the most frequent first; it is refused only where nothing was done', () => {
  expect(collectedReply([refused('Too many.'), refused('Too many.'), part('Stopped.')], 3)).toMatchObject({
    ...{ status: 'done', code: null, undo: true },
    text: '2 of 3 partitions: refused: Too many. 1 of 3 partitions: Stopped.',
  });
  expect(collectedReply([refused('Too many.'), refused('Too many.')], 2)).toEqual(refused('Too many.').reply);
});

test('partitions that have not answered are counted', () => {
  expect(collectedReply([part('Stopped.'), part('Stopped.', { streams: 0 })], 4).text).toBe(
    'Stopped. 2 of 4 partitions have not answered: a partition without a worker gets the command when it has one.',
  );
});

test('the text has four different answers at most', () => {
  const { text } = collectedReply(
    Array.from({ length: 9 }, (_, i) => part(`Answer ${i}.`)),
    9,
  );
  expect(text.match(/Answer/g)).toHaveLength(4);
});
