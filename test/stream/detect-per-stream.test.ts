import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import type { Reading } from '../../src/detect/reading.ts';
import { StreamMonitor, type MonitorOptions } from '../../src/detect/stream-monitor.ts';
import { tuningSchema } from '../../src/config/schema/tuning.ts';
import { monitorOptions } from '../../src/app/pipeline/monitor-options.ts';
import type { DecodedMessage } from '../../src/stream/decode-messages.ts';
import { detectPerStream } from '../../src/stream/detect-per-stream.ts';
import { sourceOf } from '../../src/stream/names/source.ts';

const options: MonitorOptions = monitorOptions(tuningSchema.parse({}), null);

const monitor = (stream: string, slugs: readonly string[], onEvent: () => void = () => undefined): StreamMonitor =>
  new StreamMonitor(
    stream,
    slugs.map((slug) => ({ slug, unit: '', range: [0, 100] as const, only: 'both' as const })),
    options,
    onEvent,
  );

const reading = (series: string, at: number, value = 1): Reading => ({ series, at, value, receivedAt: at });

/** The operator over these streams, with its results as `stream at verdict?`; messages are numbered from 1 on. */
function running(monitors: readonly StreamMonitor[]) {
  const decoded$ = new Subject<DecodedMessage>();
  let messages = 0;
  const steps: string[] = [];
  const order: string[] = [];
  const failed: string[] = [];
  const end: unknown[] = [];
  const subscription = decoded$
    .pipe(
      detectPerStream({
        placeOf: ({ series }) => {
          if (series === 'nowhere') return null;
          for (const one of monitors) {
            const d = one.series.findIndex(({ slug }) => slug === series);
            if (d >= 0) return { monitor: one, d };
          }
          throw new RangeError(`${series} has no place`);
        },
        onTimeReject: (reason, { seq }) => order.push(`${seq} ${reason}`),
        onError: (error, { stream }) => failed.push(`${stream}: ${(error as Error).message}`),
      }),
    )
    .subscribe({
      next: ({ monitor: { stream }, reading: { at }, verdict }) => {
        steps.push(`${stream} ${at}${verdict === null ? '' : ' scored'}`);
      },
      error: (error: unknown) => end.push((error as Error).message),
      complete: () => end.push('complete'),
    });
  /** Sends a message with these readings. */
  const send = (topic: string, ...readings: Reading[]): void => {
    decoded$.next({ message: null, source: sourceOf(topic), seq: ++messages, readings });
  };
  return { decoded$, send, steps, order, failed, end, subscription };
}

test('each reading goes to its stream, and is scored when it completes a sample', () => {
  const { send, steps } = running([monitor('pair', ['a', 'b']), monitor('c', ['c'])]);
  send('x', reading('a', 1));
  send('c', reading('c', 2));
  send('y', reading('b', 3));
  expect(steps).toEqual(['pair 1', 'c 2 scored', 'pair 3 scored']);
});

test('a group in one message: each message is a sample, at its last reading, also with missing series', () => {
  const { send, steps } = running([monitor('three', ['a', 'b', 'c']), monitor('d', ['d'])]);
  send('t', reading('a', 1), reading('b', 1), reading('d', 1));
  send('t', reading('c', 2));
  send('t', reading('a', 3), reading('d', 3), reading('b', 3), reading('c', 3));
  expect(steps).toEqual([
    ...['three 1', 'three 1 scored', 'd 1 scored'],
    'three 2 scored',
    ...['three 3', 'd 3 scored', 'three 3', 'three 3 scored'],
  ]);
});

test('a stream that throws is stopped; its later readings are dropped, the other streams continue', () => {
  const broken = monitor('a', ['a'], () => {
    throw new Error('no');
  });
  const { send, steps, failed, end } = running([broken, monitor('b', ['b'])]);
  for (const [i, value] of [1, 500, 1, 1].entries())
    for (const series of ['a', 'b']) send('t', reading(series, i, value));
  expect(steps).toEqual(['a 0 scored', 'b 0 scored', 'b 1 scored', 'b 2 scored', 'b 3 scored']);
  expect(failed).toEqual(['a: no']);
  expect(end).toEqual([]);
});

test('a stream that throws is stopped from that reading on, also within the same message', () => {
  const broken = monitor('a', ['a'], () => {
    throw new Error('no');
  });
  const { send, steps, failed } = running([broken, monitor('b', ['b'])]);
  send('t', reading('a', 1));
  send('t', reading('a', 2, 500), reading('a', 3), reading('b', 3), reading('a', 4));
  expect(steps).toEqual(['a 1 scored', 'b 3 scored']);
  expect(failed).toEqual(['a: no']);
});

test('readings out of order are rejected with their message, and the others are processed', () => {
  const { send, steps, order } = running([monitor('a', ['a']), monitor('b', ['b'])]);
  const own = (series: string, at: number, value = 1): Reading => ({ series, at, value, receivedAt: 100 });
  send('t', own('a', 5), own('b', 5));
  send('t', own('a', 5), own('b', 4), own('a', 6));
  send('t', own('b', 5), own('b', 7));
  expect(steps).toEqual(['a 5 scored', 'b 5 scored', 'a 6 scored', 'b 7 scored']);
  expect(order).toEqual(['2 duplicate', '2 late', '3 duplicate']);
});

test('a reading with a wrong time gets its time of arrival and a note; if the decoder set it, only the decoder notes it', () => {
  const { send, steps, order } = running([monitor('a', ['a'])]);
  const MINUTE = 60_000;
  const said = (at: number, minute: number): Reading => ({
    ...reading('a', at, minute % 7),
    receivedAt: minute * MINUTE,
  });
  send('t', said(0, 0));
  for (let minute = 1; minute < 8; minute++) send('t', said(minute - 1e6, minute));
  send('t', { ...said(8 * MINUTE, 8), saidAt: 1 });
  expect(order).toEqual([2, 3, 4, 5, 6].map((n) => `${n} late`).concat('7 clock_wrong', '8 clock_wrong'));
  expect(steps).toEqual([0, 6, 7, 8].map((minute) => `a ${minute * MINUTE} scored`));
});

test('a group in one message: the sample is complete at its last accepted reading', () => {
  const { send, steps } = running([monitor('three', ['a', 'b', 'c'])]);
  send('t', reading('a', 1), reading('b', 1));
  send('t', reading('a', 2), { ...reading('b', 1), receivedAt: 2 });
  expect(steps).toEqual(['three 1', 'three 1 scored', 'three 2 scored']);
});

test('a reading without a place is dropped, and the others of its message are processed', () => {
  const { send, steps, order } = running([monitor('a', ['a'])]);
  send('t', reading('nowhere', 1), reading('a', 1), reading('nowhere', 1));
  expect([steps, order]).toEqual([['a 1 scored'], []]);
});

test('an error of placeOf ends the stream as an error', () => {
  const { decoded$, send, end } = running([monitor('a', ['a'])]);
  send('t', reading('x', 1));
  expect(end).toEqual(['x has no place']);
  expect(decoded$.observed).toBe(false);
});

test('the end and the failure of the source pass through, and unsubscribing reaches it', () => {
  const ended = running([]);
  ended.decoded$.complete();
  expect(ended.end).toEqual(['complete']);
  const failed = running([]);
  failed.decoded$.error(new Error('lost'));
  expect(failed.end).toEqual(['lost']);
  const left = running([]);
  left.subscription.unsubscribe();
  expect(left.decoded$.observed).toBe(false);
});
