import { expect, test } from 'vitest';
import { EventQueue } from '../../../src/detect/episode/event-queue.ts';
import { UTC } from '../../../src/detect/forecast/calendar.ts';
import { habit } from '../../habit.ts';

const queue = (): EventQueue => new EventQueue('sump', [{ slug: 'sump', unit: '%', range: null, only: 'both' }], UTC);

test('a habit is passed on once, in order, also by a queue that took it over', () => {
  const flushed: string[] = [];
  const flush = (events: EventQueue): void => {
    events.flush(
      () => flushed.push('event'),
      ({ id }) => flushed.push(id),
      ({ id }) => flushed.push(id),
    );
  };
  const [first, second] = [queue(), queue()];
  first.addHabit(habit({ id: 'a' }));
  second.addHabit(habit({ id: 'b' }));
  first.takeOver(second);
  flush(first);
  flush(first);
  expect(flushed).toEqual(['a', 'b']);
});
