import type { Message } from './message.ts';

/** Why a message, or one of its readings, was rejected: the stable name and a sentence for the operator. */
export const REASONS = {
  bad_topic: 'The topic is empty, longer than 512 bytes, or contains a wildcard or a NUL character.',
  no_input: 'No configured input matches the topic.',
  too_large: 'The payload is larger than 64 KiB.',
  not_utf8: 'The payload is neither UTF-8 text nor in a binary format that this input reads.',
  not_json: 'The payload begins like JSON but cannot be parsed.',
  not_cbor: 'The payload is not CBOR, or has more than 32 levels, 32,768 items, or 8,192 maps and arrays.',
  not_senml: 'The payload, or one of its records, is not SenML of a version up to 10.',
  not_influx: 'A line is not of the Influx line protocol; other lines of the message were read.',
  not_sparkplug: 'The payload is not Sparkplug B.',
  plain_value: 'The payload is a plain value, but every field of this topic names a path inside a JSON object.',
  no_field: 'The payload contains none of the fields configured for this topic.',
  no_signal: 'The message has no number that is a signal (docs/formats.md).',
  no_list: 'The path given as `each` does not lead to a list.',
  long_list: 'The message has more elements than are read (docs/bad-input.md); the rest was dropped.',

  empty: 'The value is empty.',
  unavailable: 'The device reports a missing value (null, unavailable, unknown, none, or one of `missing_values`).',
  not_a_number: 'The value is not a decimal number, true/false or ON/OFF.',
  not_finite: 'The value is NaN, infinite, or beyond 1e30, which no sensor measures.',
  decimal_comma: 'The value is written with a decimal comma; the option decimal_comma of its input reads it.',
  not_scalar: 'The path leads to an object or a list instead of a value.',

  no_birth:
    'A Sparkplug metric was not announced in a birth that was received, so its value has no name and no type; the option sparkplug.rebirth asks for one.',
  sequence_gap: 'The sequence number of a Sparkplug edge node skipped: messages were lost before this one.',
  historical: 'The Sparkplug metric is historical, not a live value.',
  compound_value: 'The Sparkplug metric is a data set, template, array or file; these are not read.',

  no_time: 'The payload has no time at the configured path; the time of arrival was used.',
  not_a_time: 'The time in the payload cannot be read or is not after 1970; the time of arrival was used.',
  time_without_zone:
    'The time in the payload has no UTC offset and no `timezone` is set; the time of arrival was used.',
  time_in_future:
    'The time in the payload is more than 10 minutes ahead of the clock of this machine; the time of arrival was used.',
  clock_unset:
    'The time in the payload is before 2001, so the clock of the device was never set; the time of arrival was used.',
  clock_wrong:
    'The time in the payload does not advance or was set back; the time of arrival is used until the time advances again.',

  no_name: 'The name of the series contains no letter a-z and no digit; give the field a `name`.',
  name_taken: 'Another topic, field or group already has this name; make the `name` distinct, for example with {1}.',
  too_fast: 'Rate limit exceeded (1,000 readings/s after a burst of 1,000,000); the excess was dropped.',
  no_memory: 'The memory limit of the service is nearly reached (docs/systemd.md); no new series is admitted.',
  too_many_series: 'The limit on the number of series is reached; no new series is admitted.',

  overload: 'Overloaded: every second QoS 0 message is dropped.',
  retained: 'The message is a retained copy stored by the broker, not a new reading.',
  redelivered: 'The message was delivered before.',
  duplicate: 'The series already has a reading of this time.',
  late: 'The series already has a reading of a later time.',
} as const;

export type Reason = keyof typeof REASONS;

/** The reasons that are only notes: the reading was used, mostly with its time of arrival. */
export const NOTES: ReadonlySet<string> = new Set<Reason>([
  'no_time',
  'not_a_time',
  'time_without_zone',
  'time_in_future',
  'clock_unset',
  'clock_wrong',
  'sequence_gap',
]);

export interface Rejected {
  readonly at: number;
  readonly topic: string;
  readonly reason: string;
  readonly payload: Uint8Array;
}

export type OnReject = (rejected: Rejected) => void;

export type Refuse = (reason: Reason) => void;

const QUARANTINED_TOPIC_LENGTH = 512;
const QUARANTINED_PAYLOAD_BYTES = 64;

/** The record of a reject: the first 512 characters of the topic and a copy of the first 64 bytes of the payload. */
export const rejected = ({ receivedAt, topic, payload }: Message, reason: Reason): Rejected => ({
  at: receivedAt,
  topic: topic.slice(0, QUARANTINED_TOPIC_LENGTH),
  reason,
  payload: new Uint8Array(payload.subarray(0, QUARANTINED_PAYLOAD_BYTES)),
});
