import { Subject, from, map, take, throwError, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { readingsOf } from '../../src/stream/decode-messages.ts';
import { Decoder } from '../../src/stream/decoder.ts';
import { Inbox } from '../../src/stream/inbox.ts';
import type { Message } from '../../src/stream/message.ts';
import { field, input, message } from './harness.ts';

const decoder = (): Decoder =>
  new Decoder([input('s/+', [field('v', { name: '{1}' }), field('w', { name: '{1}-w' })], { time: 'ts' })], {
    maxSeries: 10,
  });

const run = (messages: Message[]): { values: (readonly [string, number])[]; reasons: string[] } => {
  const values: (readonly [string, number])[] = [];
  const reasons: string[] = [];
  from(messages)
    .pipe(readingsOf(decoder(), new Inbox(), ({ reason }) => reasons.push(reason)))
    .subscribe(({ readings }) => values.push(...readings.map(({ series, value }) => [series, value] as const)));
  return { values, reasons };
};

test('readings come at once, message by message, in the order of the fields', () => {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(({ hot, expectObservable }) => {
    const messages$ = hot('-a-b-c---|', {
      a: message('s/one', { ts: 1_700_001_000, v: 1, w: 2 }),
      b: message('s/one', 'not json'),
      c: message('s/two', { ts: 1_700_001_000, v: 3 }),
    });
    const readings$ = messages$.pipe(
      readingsOf(decoder(), new Inbox(), () => undefined),
      map(({ topic, readings }) => [topic, ...readings]),
    );
    const reading = (series: string, value: number): object => ({
      series,
      at: 1_700_001_000_000,
      value,
      receivedAt: message('', '').receivedAt,
    });
    expectObservable(readings$).toBe('-x---z---|', {
      x: ['s/one', reading('one', 1), reading('one-w', 2)],
      z: ['s/two', reading('two', 3)],
    });
  });
});

test('what is refused is told with its reason, and the readings go on', () => {
  const first = { ts: 1_700_001_000, v: 1 };
  expect(
    run([
      message('s/a', { ts: 1_700_000_999, v: 0 }, { retained: true }),
      message('s/a', first),
      message('s/a', first, { redelivered: true }),
      message('s/a', first),
      message('s/a', { ts: 1_700_000_998, v: 2, w: 3 }),
      message('s/a', '{'),
      message('x', '1'),
      message('s/a', { ts: 1_700_001_001, v: 4 }),
    ]),
  ).toEqual({
    values: [
      ['a', 1],
      ['a-w', 3],
      ['a', 4],
    ],
    reasons: ['retained', 'redelivered', 'duplicate', 'late', 'not_json', 'no_input'],
  });
});

test('the end and the failure of the source are passed on', () => {
  const seen: string[] = [];
  const operator = readingsOf(decoder(), new Inbox(), () => undefined);
  from([])
    .pipe(operator)
    .subscribe({ complete: () => seen.push('complete') });
  throwError(() => new Error('link'))
    .pipe(operator)
    .subscribe({ error: (error: Error) => seen.push(error.message) });
  expect(seen).toEqual(['complete', 'link']);
});

test('who has enough leaves the source', () => {
  const messages$ = new Subject<Message>();
  const seen: number[][] = [];
  messages$
    .pipe(
      readingsOf(decoder(), new Inbox(), () => undefined),
      take(1),
      toArray(),
    )
    .subscribe((all) => seen.push(all.flatMap(({ readings }) => readings.map(({ value }) => value))));
  expect(messages$.observed).toBe(true);
  messages$.next(message('s/a', { ts: 1_700_001_000, v: 1, w: 2 }));
  expect(seen).toEqual([[1, 2]]);
  expect(messages$.observed).toBe(false);
});

test('a fault in the count of rejects ends the stream as an error and leaves the source', () => {
  const messages$ = new Subject<Message>();
  const errors: unknown[] = [];
  const fault = new Error('counter');
  messages$
    .pipe(
      readingsOf(decoder(), new Inbox(), () => {
        throw fault;
      }),
    )
    .subscribe({ error: (error: unknown) => errors.push(error) });
  messages$.next(message('s/a', 'bad'));
  expect(errors).toEqual([fault]);
  expect(messages$.observed).toBe(false);
});
