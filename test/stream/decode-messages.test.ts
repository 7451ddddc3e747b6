import { Subject, from, map, take, throwError, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { readingsOf } from '../../src/stream/decode-messages.ts';
import { Decoder } from '../../src/stream/decoder.ts';
import type { Message } from '../../src/stream/message.ts';
import { PASSING_LEDGER } from '../../src/stream/ports/passing-ledger.ts';
import type { LedgerPort } from '../../src/stream/ports/ports.ts';
import { sourceOf } from '../../src/stream/names/source.ts';
import { field, input, message } from './harness.ts';

const decoder = (): Decoder =>
  new Decoder([input('s/+', [field('v', { name: '{1}' }), field('w', { name: '{1}-w' })], { time: 'ts' })], {
    maxSeries: 10,
  });

const run = (
  messages: Message[],
  ledger = PASSING_LEDGER,
): { values: (readonly [string, number])[]; reasons: string[] } => {
  const values: (readonly [string, number])[] = [];
  const reasons: string[] = [];
  from(messages)
    .pipe(readingsOf(decoder(), ledger, ({ reason }) => reasons.push(reason)))
    .subscribe(({ readings }) => values.push(...readings.map(({ series, value }) => [series, value] as const)));
  return { values, reasons };
};

test('readings are emitted synchronously, message by message, in the order of the fields', () => {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(({ hot, expectObservable }) => {
    const messages$ = hot('-a-b-c---|', {
      a: message('s/one', { ts: 1_700_001_000, v: 1, w: 2 }),
      b: message('s/one', 'not json'),
      c: message('s/two', { ts: 1_700_001_000, v: 3 }),
    });
    const readings$ = messages$.pipe(
      readingsOf(decoder(), PASSING_LEDGER, () => undefined),
      map(({ message, source, readings }) => [message!.topic, source, ...readings]),
    );
    const reading = (series: string, value: number): object => ({
      series,
      at: 1_700_001_000_000,
      value,
      receivedAt: message('', '').receivedAt,
    });
    expectObservable(readings$).toBe('-x---z---|', {
      x: ['s/one', sourceOf('s/one'), reading('one', 1), reading('one-w', 2)],
      z: ['s/two', sourceOf('s/two'), reading('two', 3)],
    });
  });
});

test('rejected readings are reported with their reason, and the others are emitted', () => {
  const first = { ts: 1_700_001_000, v: 1 };
  // This ledger has had the message before if the broker says so.
  const ledger = { ...PASSING_LEDGER, admit: ({ redelivered }: Message) => !redelivered };
  expect(
    run(
      [
        message('s/a', { ts: 1_700_000_999, v: 0 }, { retained: true }),
        message('s/a', first),
        message('s/a', first, { redelivered: true }),
        message('s/a', { ts: 1_700_000_998, v: 2, w: 3 }),
        message('s/a', '{'),
        message('x', '1'),
        message('s/a', { ts: 1_700_001_001, v: 4 }),
      ],
      ledger,
    ),
  ).toEqual({
    values: [
      ['a', 1],
      ['a', 2],
      ['a-w', 3],
      ['a', 4],
    ],
    reasons: ['retained', 'redelivered', 'not_json', 'no_input'],
  });
});

test('a redelivery of a message that was not processed before is read', () => {
  const first = { ts: 1_700_001_000, v: 1 };
  const again = { redelivered: true };
  expect(run([message('s/a', first, again), message('s/a', first, again)])).toEqual({
    values: [
      ['a', 1],
      ['a', 1],
    ],
    reasons: [],
  });
});

test('the ledger gets each message and its readings before they are emitted; none for a rejected message', () => {
  const calls: string[] = [];
  const ledger: LedgerPort = {
    ...PASSING_LEDGER,
    seq: 7,
    admit: ({ topic, redelivered }) => {
      calls.push(`admit ${topic}`);
      return !redelivered;
    },
    recordReadings: (source, readings, originOf) => {
      const origins = readings.map(({ series, value }) => {
        const { input: i, field: f } = originOf(series);
        return `${series} = ${value} of field ${i}.${f}`;
      });
      calls.push(`read ${source === sourceOf('s/a') ? 's/a' : 'another'}: ${origins.join(', ')}`);
    },
  };
  const messages = [
    message('s/a', { ts: 1_700_001_000, v: 1, w: 2 }),
    message('s/a', '{'),
    message('s/a', { ts: 1_700_001_000, v: 3 }, { retained: true }),
    message('s/a', { ts: 1_700_001_000, v: 4 }, { redelivered: true }),
  ];
  from(messages)
    .pipe(readingsOf(decoder(), ledger, ({ reason }) => calls.push(reason)))
    .subscribe(({ seq }) => calls.push(`passed on in row ${seq}`));
  expect(calls).toEqual([
    ...['admit s/a', 'read s/a: a = 1 of field 0.0, a-w = 2 of field 0.1', 'passed on in row 7'],
    // All of these are acknowledged, so the ledger gets them too.
    ...['admit s/a', 'not_json', 'read s/a: '],
    ...['admit s/a', 'retained', 'read s/a: '],
    ...['admit s/a', 'redelivered'],
  ]);
});

test('completion and error of the source are passed on', () => {
  const seen: string[] = [];
  const operator = readingsOf(decoder(), PASSING_LEDGER, () => undefined);
  from([])
    .pipe(operator)
    .subscribe({ complete: () => seen.push('complete') });
  throwError(() => new Error('link'))
    .pipe(operator)
    .subscribe({ error: (error: Error) => seen.push(error.message) });
  expect(seen).toEqual(['complete', 'link']);
});

test('unsubscribing unsubscribes from the source', () => {
  const messages$ = new Subject<Message>();
  const seen: number[][] = [];
  messages$
    .pipe(
      readingsOf(decoder(), PASSING_LEDGER, () => undefined),
      take(1),
      toArray(),
    )
    .subscribe((all) => seen.push(all.flatMap(({ readings }) => readings.map(({ value }) => value))));
  expect(messages$.observed).toBe(true);
  messages$.next(message('s/a', { ts: 1_700_001_000, v: 1, w: 2 }));
  expect(seen).toEqual([[1, 2]]);
  expect(messages$.observed).toBe(false);
});

test('an error in onReject ends the stream as an error and unsubscribes from the source', () => {
  const messages$ = new Subject<Message>();
  const errors: unknown[] = [];
  const fault = new Error('counter');
  messages$
    .pipe(
      readingsOf(decoder(), PASSING_LEDGER, () => {
        throw fault;
      }),
    )
    .subscribe({ error: (error: unknown) => errors.push(error) });
  messages$.next(message('s/a', 'bad'));
  expect(errors).toEqual([fault]);
  expect(messages$.observed).toBe(false);
});
