import type { Message } from './message.ts';
import type { Rejected } from './ports.ts';

/** Why a message, or one reading of it, was not taken: the stable name and a sentence for the operator. */
export const REASONS = {
  bad_topic: 'The topic is empty, longer than 512 bytes, or contains a wildcard or a NUL character.',
  no_input: 'No configured input matches the topic.',
  too_large: 'The payload is larger than 64 KiB.',
  not_utf8: 'The payload is not UTF-8 text; binary formats are not read.',
  not_json: 'The payload begins like JSON but cannot be parsed.',
  plain_value: 'The payload is a plain value, but every field of this topic names a path inside a JSON object.',
  no_field: 'The payload contains none of the fields configured for this topic.',
  no_list: 'The path given as `each` does not lead to a list.',
  long_list: 'The list has more than 4096 elements; those after them were left.',

  empty: 'The value is empty.',
  unavailable: 'The sender says that it has no value (null, unavailable, unknown, none, or one of `missing_values`).',
  not_a_number: 'The value is not a decimal number, true/false or ON/OFF.',
  not_finite: 'The value is NaN, infinite, or beyond 1e30, which no sensor measures.',
  decimal_comma: 'The value is written with a decimal comma; a decimal point is needed.',
  not_scalar: 'The path leads to an object or a list instead of a value.',

  no_time: 'The payload carries no time where one is configured; the time of arrival was used.',
  not_a_time: 'The time in the payload cannot be read or is not after 1970; the time of arrival was used.',
  time_without_zone:
    'The time in the payload has no UTC offset and no `timezone` is set; the time of arrival was used.',
  time_in_future: 'The time in the payload is more than 10 minutes ahead of our clock; the time of arrival was used.',
  clock_unset: 'The time in the payload is before 2001, that of a clock nobody has set; the time of arrival was used.',
  clock_wrong:
    'The time in the payload stands still or has gone back for good; until it is ahead again the time of arrival is used.',

  no_name: 'The name of the series has no letter a-z and no digit; give the field a `name`.',
  name_taken: 'Another topic, field or group already has this name; make the `name` distinct, for example with {1}.',
  too_fast: 'The series says more than a reading a millisecond, and has done so for long; what is too much was left.',
  too_many_series: 'The limit on the number of series is reached; no new series is admitted.',

  overload: 'There was more to do than could be done: every other message that nobody would send again was left.',
  retained: 'The message is the copy that the broker had kept: not a new reading.',
  redelivered: 'The message was delivered before.',
  duplicate: 'The series already has a reading of this time.',
  late: 'The series already has a reading of a later time.',
} as const;

export type Reason = keyof typeof REASONS;

/** The reasons that are remarks: the reading was delivered all the same, with the time of its arrival. */
export const NOTES: ReadonlySet<string> = new Set<Reason>([
  'no_time',
  'not_a_time',
  'time_without_zone',
  'time_in_future',
  'clock_unset',
  'clock_wrong',
]);

export type OnReject = (rejected: Rejected) => void;

export type Refuse = (reason: Reason) => void;

const KEPT_TOPIC = 512;
const KEPT_BYTES = 64;

/** The record of a refusal: the first 512 characters of the topic and a copy of the first 64 bytes of the payload. */
export const rejected = ({ receivedAt, topic, payload }: Message, reason: Reason): Rejected => ({
  at: receivedAt,
  topic: topic.slice(0, KEPT_TOPIC),
  reason,
  payload: new Uint8Array(payload.subarray(0, KEPT_BYTES)),
});
