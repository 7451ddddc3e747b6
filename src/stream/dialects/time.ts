import { parseTime } from '../time/event-time.ts';
import type { DialectContext, DialectMessage, Receiver } from './dialect.ts';

/** Epoch s of 2001: a smaller number is no time of a reading, but a value. */
const MIN_EPOCH_S = 1e9;

/** A time of a payload as epoch ms. Null where there is none, or it cannot be read: then the receiver gets the reason. */
export function timeOf(
  value: unknown,
  { zone }: DialectContext,
  { receivedAt }: DialectMessage,
  receiver: Receiver,
): number | null {
  if (value === undefined || value === null) return null;
  const at = parseTime(value, zone, receivedAt);
  if (typeof at === 'number') return at;
  receiver.refuse(at);
  return null;
}

/** Keys under which a payload of no known dialect has the time of its values. */
export const TIME_KEYS: readonly string[] = [
  'time',
  'ts',
  'timestamp',
  'Time',
  'Timestamp',
  'datetime',
  'date_time',
  'measured_at',
  'received_at',
  'tst',
  't',
];

/** Whether the value can be a time: a date, or a number of seconds and more since the epoch after 2001. */
const looksLikeTime = (value: unknown): boolean =>
  typeof value === 'number'
    ? value >= MIN_EPOCH_S
    : typeof value === 'string' && /^\s*(\d{4}-\d\d-\d\d|\d{10,19}(\.\d+)?\s*$)/.test(value);

/** The key of the time in a payload of no known dialect; null where it has none. */
export function timeKeyOf(item: object): string | null {
  for (const key of TIME_KEYS)
    if (Object.hasOwn(item, key) && looksLikeTime((item as Record<string, unknown>)[key])) return key;
  return null;
}
