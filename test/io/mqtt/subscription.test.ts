import type { MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import { ConnectionStateMachine } from '../../../src/io/mqtt/connection-state.ts';
import { Subscription } from '../../../src/io/mqtt/subscription.ts';

type Callback = (error: Error | null, granted: unknown, packet?: { granted: number[] }) => void;

test('a confirmed subscription is reported with all refused filters; a filter that is removed is refused no more', () => {
  const state = new ConnectionStateMachine();
  for (const event of ['attempt', 'accept', 'connect'] as const) state.apply(event);
  const answers: number[][] = [[1, 0x87], [0x87], [1]];
  // Mosquitto confirms every filter and refuses the messages; other brokers refuse the filter.
  const client = {
    subscribe: (_filters: string[], _options: unknown, done: Callback) => {
      done(null, [], { granted: answers.shift()! });
    },
    unsubscribe: (_filters: string[], done: (error?: Error) => void) => {
      done();
    },
  } as unknown as MqttClient;
  const reports: (readonly string[])[] = [];
  const subscription = new Subscription(
    client,
    state,
    ['a', 'b'],
    () => undefined,
    (refused) => reports.push(refused),
  );
  subscription.ensure(false);
  subscription.change(['a', 'b', 'c']);
  subscription.change(['a', 'd']);
  expect(reports).toEqual([['b'], ['b', 'c'], []]);
});

test('a subscription without an answer is not reported', () => {
  const client = {
    subscribe: (_filters: string[], _options: unknown, done: Callback) => {
      done(new Error('closed'), []);
    },
  } as unknown as MqttClient;
  const reports: unknown[] = [];
  const state = new ConnectionStateMachine();
  new Subscription(
    client,
    state,
    ['a'],
    () => undefined,
    (refused) => reports.push(refused),
  ).ensure(false);
  expect(reports).toEqual([]);
});

test('a filter of a reload that the broker has not confirmed is subscribed with the next connection', () => {
  const state = new ConnectionStateMachine();
  for (const event of ['attempt', 'accept', 'connect'] as const) state.apply(event);
  const asked: string[][] = [];
  let answers = true;
  const client = {
    subscribe: (filters: string[], _options: unknown, done: Callback) => {
      asked.push(filters);
      if (answers) done(null, [], { granted: filters.map(() => 1) });
      else done(new Error('Connection closed'), []);
    },
    unsubscribe: () => undefined,
  } as unknown as MqttClient;
  const subscription = new Subscription(client, state, ['a'], () => undefined);
  subscription.ensure(false);
  answers = false;
  subscription.change(['a', 'b']);
  answers = true;
  subscription.ensure(true);
  subscription.ensure(true);
  expect(asked).toEqual([['a'], ['b'], ['a', 'b']]);
});
