import { expect, test } from 'vitest';
import { RecurrenceGate } from '../../../src/detect/evidence/recurrence-gate.ts';
import { Memory } from '../../../src/math/memory.ts';

/** What the gate says to each call: x is a rare one. */
const answers = (calls: string, span = 1000, longest = 10): string => {
  const gate = new RecurrenceGate(new Memory(), 'gate', longest);
  return Array.from(calls, (call) => (gate.admits(call === 'x', span) ? 'y' : 'n')).join('');
};

test('what is not rare is learned, and the first two rare events are not', () => {
  expect(answers('..x..xx..')).toBe('yynyynnyy');
});

test('from the third recent event on they are learned', () => {
  expect(answers('.x.x.x.xx')).toBe('ynynyyyyy');
});

test('an event that lasts for longer than the limit is learned', () => {
  expect(answers('xxxxx.', 1000, 3)).toBe('nnnyyy');
});

test('events that come once in ten spans remain exceptions', () => {
  expect(answers(`x${'.'.repeat(100)}`.repeat(5), 10)).toBe(`n${'y'.repeat(100)}`.repeat(5));
});
