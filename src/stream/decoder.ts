import type { Reading, SeriesInfo } from '../detect/reading.ts';
import { Budget } from './budget.ts';
import { parseTime } from './event-time.ts';
import { compilePath, type JsonPath } from './json-path.ts';
import type { Message } from './message.ts';
import { parseNumber } from './number.ts';
import { readPayload } from './payload.ts';
import { rejected, type OnReject, type Reason, type Refuse } from './reject.ts';
import { compileName, slugify, type NameTemplate } from './slug.ts';
import { compileTimeZone, type TimeZone } from './time-zone.ts';
import { compileFilter, wildcardsIn, type TopicMatcher } from './topic-filter.ts';

/** One kind of message and the readings in it. */
export interface InputOptions {
  /** MQTT topic filter. */
  readonly topic: string;
  /** Path of a list whose elements contain the fields; null when the payload itself contains them. */
  readonly each: string | null;
  /** Path of the event time, in the element, otherwise in the payload; null for the time of arrival. */
  readonly time: string | null;
  /** IANA name of the zone in which times without an offset are local. */
  readonly timezone: string | null;
  readonly fields: readonly FieldOptions[];
}

export interface FieldOptions extends Omit<SeriesInfo, 'slug'> {
  /** Path of the value; '' when the payload or the element itself is the value. */
  readonly path: string;
  /** Name of the series, with `{1}` and `{topic}`; null for the topic followed by the path. */
  readonly name: string | null;
  /** Numbers that the device sends instead of a missing value; absent: there are none. */
  readonly missingValues?: readonly number[];
}

export interface DecoderOptions {
  /** Maximum number of series. The memory of the decoder grows only with the number of series. */
  readonly maxSeries: number;
  /** Names that no series may have: the names of groups. */
  readonly reserved?: readonly string[];
  /** Messages that each input matches, to add to. */
  readonly messages?: Float64Array;
}

/** A series that has had a reading, with the indexes of its input and field in the options. */
export interface DecodedSeries extends SeriesInfo {
  readonly index: { readonly input: number; readonly field: number };
}

export type OnReading = (reading: Reading, message: Message) => void;

const MAX_TOPIC_BYTES = 512;
/**
 * 64 KiB can contain 32,768 bare digits, and scoring all of them would delay every other message; an element with a time and
 * a value takes 20 bytes.
 */
const MAX_ELEMENTS = 4096;
const MAX_AHEAD_MS = 10 * 60_000;
/** A clock that was never set counts from 1970, 1980 or 2000; no reading that arrives later is from before 2001. */
const UNSET_BEFORE = Date.UTC(2001, 0);

/**
 * Turns messages into readings. The series of a topic are looked up once and then cached. A series is admitted with its
 * first valid value, so a topic without a valid value does not count towards `maxSeries`.
 * The constructor throws RangeError on malformed filters, paths, names and time zones.
 */
export class Decoder {
  private readonly inputs: readonly Input[];
  private readonly maxSeries: number;
  private readonly reserved: ReadonlySet<string>;
  private readonly messages: Float64Array;
  private readonly known = new Map<string, DecodedSeries>();
  /** Only topics that have a series, so there are never more routes than series. */
  private readonly routes = new Map<string, Route>();

  constructor(
    inputs: readonly InputOptions[],
    { maxSeries, reserved = [], messages = new Float64Array(inputs.length) }: DecoderOptions,
  ) {
    this.inputs = inputs.map(compileInput);
    this.maxSeries = maxSeries;
    this.reserved = new Set(reserved);
    this.messages = messages;
  }

  /** The description of a series that has had a reading, else null. */
  series(slug: string): DecodedSeries | null {
    return this.known.get(slug) ?? null;
  }

  /**
   * Calls `onReading` for each reading in the message, in the order of inputs, elements and fields, and `onReject` at
   * most once for each reason. An absent field is not rejected if another one is present, because many devices send only
   * the values that have changed. Never throws.
   */
  decode(message: Message, onReading: OnReading, onReject: OnReject): void {
    const refuse = oncePerReason(message, onReject);
    const route = this.routes.get(message.topic) ?? this.match(message.topic);
    if (typeof route === 'string') {
      refuse(route);
      return;
    }
    for (const { input } of route.matches) this.messages[input.index]++;
    const payload = readPayload(message.payload);
    if (typeof payload === 'string') {
      refuse(payload);
      return;
    }

    const document = payload.value;
    const turn: Turn = { message, document, route, onReading, refuse };
    let found = false;
    for (const match of route.matches) {
      const { each } = match.input;
      const items = each === null ? [document] : each(document);
      if (items === undefined) continue;
      if (!Array.isArray(items)) {
        refuse('no_list');
        found = true;
        continue;
      }
      if (items.length > MAX_ELEMENTS) refuse('long_list');
      const count = Math.min(items.length, MAX_ELEMENTS);
      for (let i = 0; i < count; i++) if (this.readItem(match, items[i], turn)) found = true;
    }
    if (!found) refuse(typeof document === 'object' ? 'no_field' : 'plain_value');
  }

  /** Reads the fields of one object; false when it has none of them. */
  private readItem(match: Match, item: unknown, turn: Turn): boolean {
    const { fields } = match.input;
    const { receivedAt } = turn.message;
    let found = false;
    let time: EventTime | undefined;
    for (let i = 0; i < fields.length; i++) {
      const raw = fields[i].path(item);
      if (raw === undefined) continue;
      found = true;
      const value = parseNumber(raw);
      if (typeof value === 'string') {
        turn.refuse(value);
        continue;
      }
      if (fields[i].missing.has(value)) {
        turn.refuse('unavailable');
        continue;
      }
      const series = match.series[i] ?? this.claim(match, i, turn);
      if (typeof series === 'string') {
        turn.refuse(series);
        continue;
      }
      if (!series.budget.spend(receivedAt)) {
        turn.refuse('too_fast');
        continue;
      }
      time ??= eventTime(match.input, item, turn);
      turn.onReading({ series: series.slug, ...time, value, receivedAt }, turn.message);
    }
    return found;
  }

  private match(topic: string): Route | Reason {
    if (topic === '' || /[+#\0]/.test(topic) || Buffer.byteLength(topic) > MAX_TOPIC_BYTES) return 'bad_topic';
    const matches: Match[] = [];
    for (const input of this.inputs) {
      const captured = input.filter(topic);
      if (captured !== null) matches.push({ input, captured, series: [] });
    }
    return matches.length > 0 ? { topic, matches } : 'no_input';
  }

  /** Admits the series of a field at the first valid value under its topic. */
  private claim(match: Match, i: number, { route }: Turn): Admitted | Reason {
    const field = match.input.fields[i];
    const slug = field.name(route.topic, match.captured);
    if (slug === '') return 'no_name';
    if (this.known.has(slug) || this.reserved.has(slug)) return 'name_taken';
    if (this.known.size >= this.maxSeries) return 'too_many_series';
    const admitted = { slug, budget: new Budget() };
    match.series[i] = admitted;
    this.known.set(slug, { ...field.info, slug });
    this.routes.set(route.topic, route);
    return admitted;
  }
}

interface Field {
  readonly path: JsonPath;
  readonly name: NameTemplate;
  readonly missing: ReadonlySet<number>;
  readonly info: Omit<DecodedSeries, 'slug'>;
}

interface Input {
  readonly index: number;
  readonly filter: TopicMatcher;
  readonly each: JsonPath | null;
  readonly time: JsonPath | null;
  readonly zone: TimeZone | null;
  readonly fields: readonly Field[];
}

/** An input that matches a topic; `series` is filled when its fields have their first valid value. */
interface Match {
  readonly input: Input;
  readonly captured: readonly string[];
  readonly series: (Admitted | undefined)[];
}

interface Admitted {
  readonly slug: string;
  readonly budget: Budget;
}

interface Route {
  readonly topic: string;
  readonly matches: readonly Match[];
}

/** One message while it is being decoded. */
interface Turn {
  readonly message: Message;
  readonly document: unknown;
  readonly route: Route;
  readonly onReading: OnReading;
  readonly refuse: Refuse;
}

const compileInput = ({ topic, each, time, timezone, fields }: InputOptions, input: number): Input => ({
  index: input,
  filter: compileFilter(topic),
  each: each === null ? null : compilePath(each),
  time: time === null ? null : compilePath(time),
  zone: timezone === null ? null : compileTimeZone(timezone),
  fields: fields.map(
    ({ path, name, missingValues, unit, range, only, maxStep, counter, minDeviation, minDeviationPercent }, field) => ({
      path: compilePath(path),
      name: name === null ? (whole) => slugify(`${whole} ${path}`) : compileName(name, wildcardsIn(topic)),
      missing: new Set(missingValues),
      info: { unit, range, only, maxStep, counter, minDeviation, minDeviationPercent, index: { input, field } },
    }),
  ),
});

type EventTime = Pick<Reading, 'at' | 'saidAt'>;

/**
 * The payload's own time if it is valid; otherwise the time of arrival, and a note if a time was expected. A time that is
 * readable but impossible is kept in `saidAt`: the clock of the device is wrong.
 */
const eventTime = ({ time, zone }: Input, item: unknown, { message, document, refuse }: Turn): EventTime => {
  const { receivedAt } = message;
  if (time === null) return { at: receivedAt };
  const at = parseTime(time(item) ?? time(document), zone, receivedAt);
  if (typeof at === 'string') {
    refuse(at);
    return { at: receivedAt };
  }
  const reason = impossible(at, receivedAt);
  if (reason === null) return { at };
  refuse(reason);
  return { at: receivedAt, saidAt: at };
};

const impossible = (at: number, receivedAt: number): 'time_in_future' | 'clock_unset' | null => {
  if (receivedAt < UNSET_BEFORE) return null; // the clock of this machine is not set
  if (at > receivedAt + MAX_AHEAD_MS) return 'time_in_future';
  return at < UNSET_BEFORE ? 'clock_unset' : null;
};

/** A list of a thousand bad values is one bad message, not a thousand rows in the quarantine. */
const oncePerReason = (message: Message, onReject: OnReject): Refuse => {
  let reported: Set<Reason> | undefined;
  return (reason) => {
    reported ??= new Set();
    if (reported.has(reason)) return;
    reported.add(reason);
    onReject(rejected(message, reason));
  };
};
