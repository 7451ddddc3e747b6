import { describe, expect, test } from 'vitest';
import { MAX_AGE_MS, MAX_WAITING, Worker, type Waiting } from '../../../src/app/notify/worker.ts';
import type { Delivery, Outgoing } from '../../../src/io/notify/delivery.ts';
import { notification } from '../../io/notify/servers.ts';

const NOW = Date.UTC(2026, 0, 5, 8);
const OK: Delivery = { ok: true, ref: null, said: '' };
const again = (retryAfterMs: number | null = null): Delivery => ({
  ok: false,
  permanent: false,
  reason: 'HTTP 500',
  retryAfterMs,
});
const REFUSED: Delivery = { ok: false, permanent: true, reason: 'HTTP 400', retryAfterMs: null };

/** A worker of a target that answers with these deliveries in turn, and then takes everything. */
function target(...answers: readonly (Delivery | Promise<Delivery>)[]) {
  const sent: string[] = [];
  const settled: string[] = [];
  const lines: string[] = [];
  const refs: (string | null)[] = [];
  const left = [...answers];
  let closed = false;
  const worker = new Worker({
    name: 'phone',
    open: () =>
      Promise.resolve({
        send: (message: Outgoing, signal: AbortSignal) => {
          sent.push(message.notification.id);
          refs.push(message.ref);
          const next = left.shift();
          if (next === undefined) return Promise.resolve(OK);
          const stopped = new Promise<Delivery>((resolve) => {
            signal.addEventListener('abort', () => {
              resolve(again());
            });
          });
          return Promise.race([next, stopped]);
        },
        close: () => (closed = true),
      }),
    buttonsOf: () => [],
    refOf: (thread) => `ref of ${thread}`,
    onSettled: ({ id }, ref) => settled.push(`${id} ${String(ref)}`),
    now: () => NOW,
    retryMs: 1,
    log: (level, _, message) => lines.push(`${level} ${message}`),
  });
  const add = (id: number, rest: Parameters<typeof notification>[0] = {}): Waiting => {
    const waiting = { id, notification: notification({ id: `n${id}`, at: NOW, ...rest }) };
    worker.add(waiting);
    return waiting;
  };
  const idle = async (): Promise<void> => {
    while (worker.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { worker, sent, settled, lines, refs, add, idle, isClosed: () => closed };
}

describe('a worker', () => {
  test('sends in order, one after the other, with the id of the first message of the thread', async () => {
    const { worker, sent, settled, refs, add, idle } = target({ ok: true, ref: '42', said: '' });
    add(1);
    add(2, { thread: null });
    await idle();
    expect([sent, settled, refs]).toEqual([
      ['n1', 'n2'],
      ['1 42', '2 null'],
      ['ref of boiler-1', null],
    ]);
    expect(worker.counts).toEqual({ sent: 2, failed: 0, dropped: 0 });
  });

  test('tries again until the target takes it: one warning, and one line when it works again', async () => {
    const { worker, sent, lines, add, idle } = target(again(), again(), again());
    add(1);
    while (worker.failingSince === null) await new Promise(setImmediate);
    expect(worker.failingSince).toBe(NOW);
    await idle();
    expect(sent).toEqual(['n1', 'n1', 'n1', 'n1']);
    expect(lines).toEqual([
      'warn phone: a notification was not delivered and is tried again: HTTP 500',
      'info phone: notifications are delivered again',
    ]);
    expect([worker.counts, worker.failingSince]).toEqual([{ sent: 1, failed: 3, dropped: 0 }, null]);
  });

  test('a message that the target refuses for good is given up, and does not hold up the next', async () => {
    const { worker, sent, settled, lines, add, idle } = target(REFUSED);
    add(1);
    add(2);
    await idle();
    expect([sent, settled]).toEqual([
      ['n1', 'n2'],
      ['1 null', '2 null'],
    ]);
    expect(lines).toEqual(['warn phone: a notification was given up: HTTP 400']);
    expect(worker.counts).toEqual({ sent: 1, failed: 1, dropped: 1 });
  });

  test('a message older than a day is not sent', async () => {
    const { worker, sent, settled, add, idle } = target();
    add(1, { at: NOW - MAX_AGE_MS - 1 });
    add(2, { at: NOW - MAX_AGE_MS });
    await idle();
    expect([sent, settled]).toEqual([['n2'], ['1 null', '2 null']]);
    expect(worker.counts.dropped).toBe(1);
  });

  test('at most 1,000 wait: the oldest that is not under way is dropped and counted', async () => {
    let take: (delivery: Delivery) => void = () => undefined;
    const { worker, sent, settled, add, idle } = target(new Promise<Delivery>((resolve) => (take = resolve)));
    for (let id = 1; id <= MAX_WAITING + 2; id++) add(id);
    expect([worker.waiting, worker.counts.dropped, settled]).toEqual([MAX_WAITING, 2, ['2 null', '3 null']]);
    take(OK);
    await idle();
    expect([sent[0], sent[1], sent.length]).toEqual(['n1', 'n4', MAX_WAITING]);
  });

  test('stop ends a pause at once; what waits is not settled', async () => {
    const { worker, settled, add, isClosed } = target(again(60_000));
    add(1);
    add(2);
    while (worker.failingSince === null) await new Promise(setImmediate);
    await worker.stop();
    expect([settled, isClosed()]).toEqual([[], true]);
    add(3);
    expect(worker.waiting).toBe(1);
  });

  test('stop lets a message that is under way end, but not one that hangs', async () => {
    let take: (delivery: Delivery) => void = () => undefined;
    const quick = target(new Promise<Delivery>((resolve) => (take = resolve)));
    quick.add(1);
    await new Promise(setImmediate);
    const stopping = quick.worker.stop();
    take(OK);
    await stopping;
    expect(quick.settled).toEqual(['1 null']);
    const hanging = target(new Promise<Delivery>(() => undefined));
    hanging.add(1);
    await new Promise(setImmediate);
    await hanging.worker.stop();
    expect(hanging.settled).toEqual([]);
  });
});
