import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IDLE_MS, LearnedInbox } from '../../../src/app/learned/inbox.ts';
import { LearnedOutbox } from '../../../src/app/learned/outbox.ts';
import { PART_BYTES, partsOf } from '../../../src/io/mqtt/learned/chunk.ts';
import type { CommandRequest } from '../../../src/stream/ports/ports.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const FILE = Uint8Array.from({ length: 2 * PART_BYTES + 5 }, (_, i) => i & 255);

const inboxWith = (admit: () => boolean = () => true) => {
  const requests: CommandRequest[] = [];
  const inbox = new LearnedInbox({ admit, reply: () => undefined, now: () => 7 });
  inbox.requests$.subscribe((request) => requests.push(request));
  const send = (payload: object | string, retained = false): void => {
    const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    inbox.take({ topic: 't', payload: bytes, receivedAt: 1, retained, redelivered: false });
  };
  /** The outcome of each request, with its id. */
  const outcomes = () =>
    requests.map(({ payload, file, refused }) => {
      const { id } = JSON.parse(Buffer.from(payload).toString()) as { id?: string };
      return [id, file === undefined ? refused : file.byteLength];
    });
  return { inbox, requests, send, outcomes };
};
const parts = (id: string, series = 'pump') =>
  [...partsOf(FILE)].map((part) => ({ schema: 1, id, series, ...part, by: 'Ada' }));

describe('the files that a site gets', () => {
  test('three parts are one request for import, with the file; copies that come later change nothing', () => {
    const { requests, send, outcomes } = inboxWith();
    for (const part of [...parts('x'), ...parts('x')]) send(part);
    expect(outcomes()).toEqual([['x', FILE.length]]);
    expect(Buffer.from(requests[0].file!).equals(Buffer.from(FILE))).toBe(true);
    expect(JSON.parse(Buffer.from(requests[0].payload).toString())).toEqual({
      ...{ command: 'import', id: 'x', series: 'pump', by: 'Ada' },
      sha256: parts('x')[0].sha256,
    });
  });

  test('a lost part: the file is refused as incomplete 30 s after the last part, and the next file is taken', () => {
    const { send, outcomes } = inboxWith();
    const [first, , last] = parts('x');
    send(first);
    vi.advanceTimersByTime(IDLE_MS - 1);
    send(last);
    vi.advanceTimersByTime(IDLE_MS - 1);
    expect(outcomes()).toEqual([]);
    vi.advanceTimersByTime(1);
    for (const part of parts('y')) send(part);
    expect(outcomes()).toEqual([
      ['x', 'incomplete'],
      ['y', FILE.length],
    ]);
  });

  test('a second file meanwhile is refused once, and the first one becomes whole', () => {
    const { send, outcomes } = inboxWith();
    const [first, ...others] = parts('x');
    send(first);
    for (const part of parts('y')) send(part);
    for (const part of others) send(part);
    expect(outcomes()).toEqual([
      ['y', 'transfer_running'],
      ['x', FILE.length],
    ]);
  });

  test('a wrong checksum, a part for another series, and what is no part are refused', () => {
    const { send, outcomes } = inboxWith();
    for (const part of parts('x')) send({ ...part, sha256: 'a'.repeat(64) });
    const [first, second] = parts('y');
    send(first);
    send({ ...second, series: 'other' });
    for (const wrong of ['no JSON', {}, { ...first, more: 1 }, 'x'.repeat(70_000)]) send(wrong);
    expect(outcomes()).toEqual([
      ['x', 'checksum_wrong'],
      ['y', 'part_wrong'],
      ...Array.from({ length: 4 }, () => [undefined, 'part_wrong']),
    ]);
  });

  test('a copy that was processed before is not processed again; a retained part is left to the commands, which refuse it', () => {
    const copies = inboxWith(() => false);
    for (const part of parts('x')) copies.send(part);
    expect(copies.outcomes()).toEqual([]);
    const { requests, send } = inboxWith();
    send(parts('x')[0], true);
    expect(requests).toMatchObject([{ message: { retained: true } }]);
  });
});

test('a site sends the next part when the broker has the one before', () => {
  const sent: Record<string, unknown>[] = [];
  const settled: (() => void)[] = [];
  const outbox = new LearnedOutbox({
    publish: (payload, onSettled) => {
      sent.push(JSON.parse(payload) as Record<string, unknown>);
      settled.push(onSettled);
    },
  });
  outbox.send('x', [
    { stream: 'a', content: FILE },
    { stream: 'b', content: FILE.subarray(0, 3) },
  ]);
  for (let n = 0; n < 4; n++) {
    expect([sent.length, outbox.isSending()]).toEqual([n + 1, true]);
    settled[n]();
  }
  expect(outbox.isSending()).toBe(false);
  expect(sent.map(({ id, series, file, files, part }) => [id, series, file, files, part])).toEqual([
    ['x', 'a', 1, 2, 1],
    ['x', 'a', 1, 2, 2],
    ['x', 'a', 1, 2, 3],
    ['x', 'b', 2, 2, 1],
  ]);
});
