import { expect, test } from 'vitest';
import { EventCount, Labels } from '../../../src/app/tune/labels.ts';

test('rows in a row that are labelled are one event', () => {
  const labels = new Labels(null);
  const marks = [true, true, false, true, false];
  expect(marks.map((mark, i) => labels.next(i, mark))).toEqual([0, 0, -1, 1, -1]);
});

test('windows of time are events whatever the labels say, and both ends belong to them', () => {
  const labels = new Labels([
    [1, 2],
    [4, 9],
  ]);
  expect([0, 1, 2, 3, 4, 5].map((at) => labels.next(at, true))).toEqual([-1, 0, 0, -1, 1, 1]);
});

test('an event is counted once', () => {
  const events = new EventCount();
  for (const event of [-1, 0, 0, -1, 0, 1, -1]) events.meet(event);
  expect(events.count).toBe(2);
});
