import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PublishQueue } from '../../../src/io/mqtt/publish-queue.ts';

const takeAll = (queue: PublishQueue): string[] => {
  const taken: string[] = [];
  for (let next = queue.take(); next !== null; next = queue.take())
    taken.push(`${next.topic} ${next.payload}${next.retain ? ' retained' : ''}`);
  return taken;
};

test('of a state only the newest value is sent, events all and in order', () => {
  const queue = new PublishQueue();
  queue.putState('a', '1');
  queue.addEvent('alarm', 'opened');
  queue.putState('b', '1');
  queue.addEvent('alarm', 'closed');
  queue.putState('a', '2');
  expect(queue.empty).toBe(false);
  expect(takeAll(queue)).toEqual(['alarm opened', 'alarm closed', 'a 2 retained', 'b 1 retained']);
  expect(queue.empty).toBe(true);
});

test('after a new connection every state is due again, once, and no event is', () => {
  const queue = new PublishQueue();
  queue.putState('a', '1');
  queue.putState('b', '1');
  queue.addEvent('alarm', 'opened');
  takeAll(queue);
  queue.putState('b', '2');
  queue.requeueStates();
  expect(takeAll(queue).toSorted()).toEqual(['a 1 retained', 'b 2 retained']);
});

test('keeps the newest events, drops the oldest, and counts exactly these', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(30)), (maxEvents, portions) => {
      const queue = new PublishQueue(maxEvents);
      let published = 0;
      let taken = 0;
      for (const portion of portions) {
        for (let n = 0; n < portion; n++) queue.addEvent('alarm', String(published++));
        if (queue.take() !== null) taken++;
      }
      const rest = takeAll(queue);
      expect(rest.length).toBeLessThanOrEqual(maxEvents);
      expect(rest).toEqual(Array.from({ length: rest.length }, (_, n) => `alarm ${published - rest.length + n}`));
      expect(published).toBe(taken + rest.length + queue.dropped);
    }),
  );
});

test('what is dropped is gone: whoever wanted to know hears of it, and of what is taken from who publishes it', () => {
  const queue = new PublishQueue(2);
  const gone: string[] = [];
  for (const payload of ['1', '2', '3']) queue.addEvent('alarm', payload, () => gone.push(payload));
  expect(gone).toEqual(['1']);
  queue.take()!.onSettled!();
  expect(gone).toEqual(['1', '2']);
  expect(queue.take()).toMatchObject({ payload: '3' });
  expect(gone).toEqual(['1', '2']);
});

test('a cleared state is published once, empty, and not again after a new connection', () => {
  const queue = new PublishQueue();
  const cleared: string[] = [];
  queue.putState('a', '1');
  queue.clearState('a', () => cleared.push('a'));
  const message = queue.take()!;
  expect(message).toMatchObject({ topic: 'a', payload: '', retain: true });
  expect(cleared).toEqual([]);
  message.onSettled!();
  expect(cleared).toEqual(['a']);
  queue.requeueStates();
  expect(queue.take()).toBeNull();
});

test('a new state cancels the clearing that has not gone out', () => {
  const queue = new PublishQueue();
  queue.clearState('a', () => {
    throw new Error('not cleared');
  });
  queue.putState('a', '2');
  expect(queue.take()).toEqual({ topic: 'a', payload: '2', retain: true });
  expect(queue.take()).toBeNull();
});

test('states of some topics are due once more, in the order in which they came first', () => {
  const queue = new PublishQueue();
  for (const topic of ['a/config', 'b', 'c/config']) queue.putState(topic, topic);
  while (queue.take() !== null);
  queue.requeueStates((topic) => topic.endsWith('/config'));
  expect([queue.take()?.topic, queue.take()?.topic, queue.take()]).toEqual(['a/config', 'c/config', null]);
});
