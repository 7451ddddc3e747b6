import { AllTurn } from './all-turn.ts';
import { isBareNumber } from './values/bare-number.ts';
import { Budget } from './budget.ts';
import { Content } from './dialects/content.ts';
import { deviceOf } from './dialects/dialects.ts';
import { compileInput, type DecodedSeries, type Input, type InputOptions, type Outside } from './input.ts';
import { KnownSignals } from './known-signals.ts';
import type { Message } from './message.ts';
import { parseNumber } from './values/number.ts';
import { MAX_PAYLOAD_BYTES, readPayload } from './values/payload.ts';
import { readingTime, type ReadingTime } from './time/reading-time.ts';
import { rejected, type OnReject, type Reason, type Refuse } from './reject.ts';
import type { Admitted, Match, OnAvailability, OnFacts, OnReading, Route, Turn } from './route.ts';
import type { SignalInfo, SignalReader } from './signal-reader.ts';

export type { DecodedSeries, FieldOptions, InputOptions } from './input.ts';
export type { OnAvailability, OnReading } from './route.ts';

export interface DecoderOptions {
  /** Maximum number of series. The memory of the decoder grows only with the number of series. */
  readonly maxSeries: number;
  /** Whether there is memory for a series that is new. */
  readonly hasRoom?: (slug: string) => boolean;
  /** Names that no series may have: the names of groups. */
  readonly reserved?: readonly string[];
  /** Messages that each input matches, to add to. */
  readonly messages?: Float64Array;
  /** The signals of earlier runs, to add to. */
  readonly signals?: KnownSignals;
  readonly outside?: Outside | undefined;
  /** What the format of a signal states, with its first reading and whenever it states something else. */
  readonly onFacts?: OnFacts;
}

const MAX_TOPIC_BYTES = 512;
/**
 * 64 KiB can contain 32,768 bare digits, and scoring all of them would delay every other message; an element with a time and
 * a value takes 20 bytes.
 */
const MAX_ELEMENTS = 4096;
/** Topics without a series whose inputs are remembered; beyond that they are looked up again. */
const MAX_PASSING = 2000;

/**
 * Turns messages into readings. The series of a topic are looked up once and then cached. A series is admitted with its
 * first valid value, so a topic without a valid value does not count towards `maxSeries`.
 * The constructor throws RangeError on malformed filters, paths, names and time zones.
 */
export class Decoder {
  private readonly inputs: readonly Input[];
  private readonly maxSeries: number;
  private readonly hasRoom: (slug: string) => boolean;
  private readonly reserved: ReadonlySet<string>;
  private readonly messages: Float64Array;
  private readonly signals: KnownSignals;
  private readonly known = new Map<string, DecodedSeries>();
  /** Only topics that have a series, so there are never more routes than series. */
  private readonly routes = new Map<string, Route>();
  /** Some of the other topics that inputs match. */
  private readonly passing = new Map<string, Route>();
  private readonly content = new Content();
  private readonly all: AllTurn;
  private readonly onFacts: OnFacts;

  constructor(inputs: readonly InputOptions[], options: DecoderOptions) {
    const { maxSeries, reserved = [], messages = new Float64Array(inputs.length), outside } = options;
    this.inputs = inputs.map((input, i) => compileInput(input, i, outside));
    this.maxSeries = maxSeries;
    this.hasRoom = options.hasRoom ?? (() => true);
    this.reserved = new Set(reserved);
    this.messages = messages;
    this.signals = options.signals ?? new KnownSignals();
    this.onFacts = options.onFacts ?? (() => undefined);
    this.all = new AllTurn(this.signals, {
      admit: (slug, info, at) => this.admit(slug, info, at),
      restate: (slug, info) => {
        this.known.set(slug, { ...this.known.get(slug)!, ...info });
        this.onFacts(slug, info);
      },
    });
  }

  /** The description of a series that has had a reading, else null. */
  series(slug: string): DecodedSeries | null {
    return this.known.get(slug) ?? null;
  }

  /**
   * Calls `onReading` for each reading in the message, in the order of inputs, elements and fields, and `onReject` at
   * most once for each reason. An absent field is not rejected if another one is present, because many devices send only
   * the values that have changed. A retained message has no readings, but may say that a device is gone. Never throws.
   */
  decode(
    message: Message,
    onReading: OnReading,
    onReject: OnReject,
    onAvailability: OnAvailability = () => undefined,
  ): void {
    const refuse = oncePerReason(message, onReject);
    const route = this.routes.get(message.topic) ?? this.match(message.topic);
    if (message.retained && (typeof route === 'string' || !route.hasReader)) {
      refuse('retained');
      return;
    }
    if (typeof route === 'string') {
      refuse(route);
      return;
    }
    if (!message.retained) for (const { input } of route.matches) this.messages[input.index]++;
    const { payload } = message;
    if (payload.length === 0 || payload.length > MAX_PAYLOAD_BYTES) {
      refuse(payload.length === 0 ? 'empty' : 'too_large');
      return;
    }
    const turn: Turn = { message, document: undefined, route, onReading, onAvailability, refuse };
    if (route.hasReader) this.content.set(message);
    let found = false;
    let fields = 0;
    for (const match of route.matches) {
      const all = match.input.reader === null ? 'bare' : this.readAll(match, match.input.reader, turn);
      if (all === 'found') found = true;
      if (all !== 'bare' || message.retained) continue;
      fields++;
      if (turn.document === undefined) {
        const read = readPayload(payload);
        if (typeof read === 'string') {
          refuse(read);
          return;
        }
        turn.document = read.value;
      }
      if (this.readFields(match, turn)) found = true;
    }
    if (found) return;
    if (message.retained) refuse('retained');
    else if (fields > 0) refuse(typeof turn.document === 'object' ? 'no_field' : 'plain_value');
    else refuse(this.content.reason ?? 'no_signal');
  }

  /** Reads every number of the message; `bare`: the payload is one value, and the input reads it as its one field. */
  private readAll(match: Match, reader: SignalReader, turn: Turn): 'found' | 'nothing' | 'bare' {
    const { content, all } = this;
    const dialect = reader.dialectOf(match.dialects, content.payload);
    if (match.input.bareNumbers) return reader.read(dialect, content, all.begin(match, turn)) ? 'found' : 'nothing';
    if (dialect.name === 'scalar') return 'bare';
    // Of a bare number only the topic can tell that it is about availability.
    const bare = isBareNumber(content);
    if (reader.read(dialect, content, all.begin(match, turn), !bare)) return 'found';
    return bare ? 'bare' : 'nothing';
  }

  /** Reads the fields of one input; false when the message has none of them. */
  private readFields(match: Match, turn: Turn): boolean {
    const { each } = match.input;
    const { document } = turn;
    const items = each === null ? [document] : each(document);
    if (items === undefined) return false;
    if (!Array.isArray(items)) {
      turn.refuse('no_list');
      return true;
    }
    if (items.length > MAX_ELEMENTS) turn.refuse('long_list');
    const count = Math.min(items.length, MAX_ELEMENTS);
    let found = false;
    for (let i = 0; i < count; i++) if (this.readItem(match, items[i], turn)) found = true;
    return found;
  }

  /** Reads the fields of one object; false when it has none of them. */
  private readItem(match: Match, item: unknown, turn: Turn): boolean {
    const { fields, comma } = match.input;
    const { receivedAt } = turn.message;
    let found = false;
    let time: ReadingTime | undefined;
    for (let i = 0; i < fields.length; i++) {
      const raw = fields[i].path(item);
      if (raw === undefined) continue;
      found = true;
      const value = parseNumber(raw, comma);
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
      time ??= readingTime(match.input, item, turn.document, receivedAt, turn.refuse);
      turn.onReading({ series: series.slug, ...time, value, receivedAt }, turn.message);
    }
    return found;
  }

  private match(topic: string): Route | Reason {
    const passing = this.passing.get(topic);
    if (passing !== undefined) return passing;
    if (topic === '' || /[+#\0]/.test(topic) || Buffer.byteLength(topic) > MAX_TOPIC_BYTES) return 'bad_topic';
    const matches: Match[] = [];
    for (const input of this.inputs) {
      const captured = input.filter(topic);
      if (captured === null) continue;
      matches.push({ input, captured, series: [], dialects: input.reader?.dialectsOf(topic) ?? [] });
    }
    if (matches.length === 0) return 'no_input';
    const own = matches.filter(({ input }) => input.reader === null);
    const route: Route = {
      topic,
      // What a field names is not read a second time.
      matches: [...own, ...matches.filter(({ input }) => input.reader !== null)],
      hasReader: own.length < matches.length,
      paths: new Set(own.flatMap(({ input }) => input.fields.map(({ pathText }) => pathText))),
    };
    if (this.passing.size >= MAX_PASSING) this.passing.clear();
    if (route.hasReader) this.passing.set(topic, route);
    return route;
  }

  /** Admits the series of a field at the first valid value under its topic. */
  private claim(match: Match, i: number, { route }: Turn): Admitted | Reason {
    const field = match.input.fields[i];
    const { topic } = route;
    const slug = field.name(topic, match.captured);
    const refused = this.refusalOf(slug);
    if (refused !== null) return refused;
    const admitted = { slug, budget: new Budget() };
    match.series[i] = admitted;
    this.known.set(slug, { ...field.info, slug });
    this.keepRoute(route);
    const device = deviceOf(topic);
    this.signals.note({ slug, topic, device, signal: field.pathText, explicit: true, facts: {} });
    return admitted;
  }

  /** Admits the series of a signal that no field names. */
  private admit(slug: string, info: SignalInfo, { match, route }: { match: Match; route: Route }): Reason | null {
    const refused = this.refusalOf(slug);
    if (refused !== null) return refused;
    this.known.set(slug, { ...match.input.fields[0].info, ...info, slug });
    this.keepRoute(route);
    this.onFacts(slug, info);
    return null;
  }

  private refusalOf(slug: string): Reason | null {
    if (slug === '') return 'no_name';
    if (this.known.has(slug) || this.reserved.has(slug)) return 'name_taken';
    if (this.known.size >= this.maxSeries) return 'too_many_series';
    return this.hasRoom(slug) ? null : 'no_memory';
  }

  private keepRoute(route: Route): void {
    this.routes.set(route.topic, route);
    this.passing.delete(route.topic);
  }
}

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
