import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Live, type Channel } from '../../../src/app/dashboard/live.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A channel that says what is asked of it, and has news when `news` is set. */
const channelOf = (name: string, everyMs: number) => {
  const asked: string[] = [];
  const state = { news: null as object | null };
  const channel: Channel = {
    name,
    everyMs,
    open: (argument) => {
      if (argument === 'unknown') return null;
      asked.push(`open ${argument}`);
      return {
        whole: () => ({ n: 0 }),
        change: () => {
          asked.push('change');
          return state.news;
        },
        close: () => asked.push(`close ${argument}`),
      };
    },
  };
  return { channel, asked, state };
};

const textsOf = async (stream: ReadableStream<Uint8Array>, count: number): Promise<string[]> => {
  const reader = stream.getReader();
  const texts: string[] = [];
  for (let i = 0; i < count; i++) texts.push(new TextDecoder().decode((await reader.read()).value));
  reader.releaseLock();
  return texts;
};

test('without a client nothing is asked; two with one topic share its source, and the last one closes it', async () => {
  const { channel, asked } = channelOf('stream', 500);
  const live = new Live([channel]);
  vi.advanceTimersByTime(10_000);
  expect([asked, vi.getTimerCount()]).toEqual([[], 0]);
  const [a, b] = [live.open(['stream:boiler']), live.open(['stream:boiler'])] as ReadableStream<Uint8Array>[];
  expect(asked).toEqual(['open boiler', 'change']);
  vi.advanceTimersByTime(1_000);
  expect(asked.filter((word) => word === 'change')).toHaveLength(3);
  await a.cancel();
  expect(live.clients).toBe(1);
  await b.cancel();
  expect([asked.at(-1), vi.getTimerCount()]).toEqual(['close boiler', 0]);
});

test('a client gets all of its topic first, then each change, with its topic', async () => {
  const { channel, state } = channelOf('stream', 250);
  const live = new Live([channel]);
  const stream = live.open(['stream:a:b']) as ReadableStream<Uint8Array>;
  state.news = { n: 1 };
  vi.advanceTimersByTime(250);
  state.news = null;
  vi.advanceTimersByTime(1_000);
  expect((await textsOf(stream, 3)).slice(1)).toEqual([
    'event: stream\ndata: {"n":0,"whole":true,"topic":"stream:a:b"}\n\n',
    'event: stream\ndata: {"n":1,"topic":"stream:a:b"}\n\n',
  ]);
  live.close();
});

test('an unknown topic, an unknown argument and a fifth topic are refused, and leave nothing behind', () => {
  const { channel, asked } = channelOf('stream', 250);
  const live = new Live([channel]);
  expect(live.open(['nothing'])).toBe('unknown');
  expect(live.open(['stream:boiler', 'stream:unknown'])).toBe('unknown');
  expect(asked).toEqual(['open boiler', 'change', 'close boiler']);
  expect(live.open(['a', 'b', 'c', 'd', 'e'])).toBe('unknown');
  expect(vi.getTimerCount()).toBe(0);
});
