import type { Receiver } from '../dialect.ts';

/** The last instant that a Date can hold. */
const END_MS = 8.64e15;

/** Epoch ms of a number in a payload, rounded. Null where it is no instant after 1970; then the receiver gets `not_a_time`. */
export const instantOf = (ms: number, receiver: Receiver): number | null => {
  if (ms > 0 && ms <= END_MS) return Math.round(ms);
  receiver.refuse('not_a_time');
  return null;
};
