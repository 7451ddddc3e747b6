import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Outbox } from '../../../src/io/mqtt/publish-queue.ts';

const takeAll = (outbox: Outbox): string[] => {
  const taken: string[] = [];
  for (let next = outbox.take(); next !== null; next = outbox.take())
    taken.push(`${next.topic} ${next.payload}${next.retain ? ' retained' : ''}`);
  return taken;
};

test('of a state only the newest value is sent, events all and in order', () => {
  const outbox = new Outbox();
  outbox.state('a', '1');
  outbox.event('alarm', 'opened');
  outbox.state('b', '1');
  outbox.event('alarm', 'closed');
  outbox.state('a', '2');
  expect(outbox.empty).toBe(false);
  expect(takeAll(outbox)).toEqual(['alarm opened', 'alarm closed', 'a 2 retained', 'b 1 retained']);
  expect(outbox.empty).toBe(true);
});

test('after a new connection every state is due again, once, and no event is', () => {
  const outbox = new Outbox();
  outbox.state('a', '1');
  outbox.state('b', '1');
  outbox.event('alarm', 'opened');
  takeAll(outbox);
  outbox.state('b', '2');
  outbox.stateAll();
  expect(takeAll(outbox).toSorted()).toEqual(['a 1 retained', 'b 2 retained']);
});

test('keeps the newest events, drops the oldest, and counts exactly these', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(30)), (maxEvents, portions) => {
      const outbox = new Outbox(maxEvents);
      let published = 0;
      let taken = 0;
      for (const portion of portions) {
        for (let n = 0; n < portion; n++) outbox.event('alarm', String(published++));
        if (outbox.take() !== null) taken++;
      }
      const rest = takeAll(outbox);
      expect(rest.length).toBeLessThanOrEqual(maxEvents);
      expect(rest).toEqual(Array.from({ length: rest.length }, (_, n) => `alarm ${published - rest.length + n}`));
      expect(published).toBe(taken + rest.length + outbox.dropped);
    }),
  );
});

test('what is dropped is gone: whoever wanted to know hears of it, and of what is taken from who publishes it', () => {
  const outbox = new Outbox(2);
  const gone: string[] = [];
  for (const payload of ['1', '2', '3']) outbox.event('alarm', payload, () => gone.push(payload));
  expect(gone).toEqual(['1']);
  outbox.take()!.gone!();
  expect(gone).toEqual(['1', '2']);
  expect(outbox.take()).toMatchObject({ payload: '3' });
  expect(gone).toEqual(['1', '2']);
});
