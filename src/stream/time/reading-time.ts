import type { Reading } from '../../detect/reading.ts';
import { parseTime } from './event-time.ts';
import type { JsonPath } from '../values/json-path.ts';
import type { Refuse } from '../reject.ts';
import type { TimeZone } from './time-zone.ts';

const MAX_AHEAD_MS = 10 * 60_000;
/** A clock that was never set counts from 1970, 1980 or 2000; no reading that arrives later is from before 2001. */
const UNSET_BEFORE = Date.UTC(2001, 0);

export type ReadingTime = Pick<Reading, 'at' | 'saidAt'>;

/**
 * The payload's own time if it is valid; otherwise the time of arrival, and a note if a time was expected. A time that is
 * readable but impossible is kept in `saidAt`: the clock of the device is wrong.
 */
export function readingTime(
  { time, zone }: { readonly time: JsonPath | null; readonly zone: TimeZone | null },
  item: unknown,
  document: unknown,
  receivedAt: number,
  refuse: Refuse,
): ReadingTime {
  if (time === null) return { at: receivedAt };
  const at = parseTime(time(item) ?? time(document), zone, receivedAt);
  if (typeof at === 'string') {
    refuse(at);
    return { at: receivedAt };
  }
  return possibleTime(at, receivedAt, refuse);
}

/** The time that a device gives, epoch ms, if it is possible. */
export function possibleTime(at: number, receivedAt: number, refuse: Refuse): ReadingTime {
  const reason = impossible(at, receivedAt);
  if (reason === null) return { at };
  refuse(reason);
  return { at: receivedAt, saidAt: at };
}

const impossible = (at: number, receivedAt: number): 'time_in_future' | 'clock_unset' | null => {
  if (receivedAt < UNSET_BEFORE) return null; // the clock of this machine is not set
  if (at > receivedAt + MAX_AHEAD_MS) return 'time_in_future';
  return at < UNSET_BEFORE ? 'clock_unset' : null;
};
