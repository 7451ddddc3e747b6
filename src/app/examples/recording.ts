import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../math/time.ts';

/** What a device publishes, and when. */
export interface RecordedMessage {
  /** Time of arrival, epoch ms. */
  readonly at: number;
  readonly topic: string;
  readonly payload: string | Uint8Array;
  /** A stored copy that the broker sends at the start. */
  readonly retained?: boolean;
}

/** The fault in a recording: the series that shows it, and its time, epoch ms. */
export interface RecordedFault {
  readonly series: string;
  readonly from: number;
  readonly until: number;
}

/** A site of config/ with a recording in the formats of its devices. The same seed gives the same bytes. */
export interface Example {
  /** Name of the file in config/, and of the page docs/example-NAME.md. */
  readonly name: string;
  readonly fault: RecordedFault;
  /** A device announces that it is offline: a series of it, and when, epoch ms. */
  readonly loss?: { readonly series: string; readonly at: number };
  /** The series that the site file reads of it, with their units; of a counter that of its rate. */
  readonly series: Readonly<Record<string, string>>;
  /** All messages in order of their arrival. */
  readonly messages: (seed: number) => Iterable<RecordedMessage>;
}

/** Monday, 2 March 2026, 00:00 UTC: the first minute of every recording. */
export const START_AT = Date.UTC(2026, 2, 2);

/** Calls `minute` for each minute of a number of days, and yields the messages that it publishes. */
export function* everyMinute(
  days: number,
  minute: (at: number, i: number) => readonly RecordedMessage[],
): Generator<RecordedMessage> {
  for (let i = 0; i < days * 1440; i++) yield* minute(START_AT + i * MINUTE_MS, i);
}

/** With so many decimals, as a display shows it. */
export const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));

/** One minute of a first-order lag with time constant tau, minutes. */
export const towards = (from: number, to: number, tau: number): number => to + (from - to) * Math.exp(-1 / tau);

/** A cosine of the day with its maximum at this hour. */
export const daily = (at: number, peakHour: number): number =>
  Math.cos((2 * Math.PI * ((at % DAY_MS) / HOUR_MS - peakHour)) / 24);
