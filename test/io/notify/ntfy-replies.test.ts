import { expect, onTestFinished, test } from 'vitest';
import { readReplies } from '../../../src/io/notify/ntfy-replies.ts';
import { httpTarget } from './servers.ts';

test('two messages of one second are read once each, however often the connection is made anew', async () => {
  const server = await httpTarget();
  onTestFinished(() => server.close());
  const lines = ['a', 'b'].map((id) => JSON.stringify({ id, time: 100, event: 'message', message: `pressed ${id}` }));
  // ntfy sends those from that second on.
  server.answer = (response) => response.end(`${lines.join('\n')}\n`);
  const read: string[] = [];
  const end = readReplies({
    ...{ name: 'phone', origin: server.url, topic: 'replies', token: undefined, retryMs: 1 },
    since: { time: 90, id: '' },
    onMessage: (text) => read.push(text),
    log: () => undefined,
  });
  onTestFinished(end);
  while (server.received.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(read).toEqual(['pressed a', 'pressed b']);
  expect(server.received.at(-1)!.path).toBe('/replies/json?since=100');
});
