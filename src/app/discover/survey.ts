import { parseTime } from '../../stream/event-time.ts';
import type { Message } from '../../stream/message.ts';
import { parseNumber } from '../../stream/number.ts';
import { readPayload } from '../../stream/payload.ts';
import type { TimeZone } from '../../stream/time-zone.ts';
import { dialectOf, TIME_KEYS, isBinary, type Dialect } from './dialect.ts';
import { FieldSurvey } from './field-survey.ts';
import { Hints } from './hints.ts';
import { MappedSurvey } from './mapped.ts';

/** Topics, fields of one topic, and fields of all topics that are kept; beyond that messages are only counted. */
export const MAX_TOPICS = 5_000;
const MAX_FIELDS_EACH = 64;
const MAX_FIELDS = 40_000;
const MAX_DEPTH = 6;
const MAX_TOPIC_BYTES = 512;
/** Characters of a topic that is too long, as its example. */
const EXAMPLE_CHARACTERS = 100;
/** A time further away is not that of the reading. */
const NEAR_MS = 5 * 60_000;
/** As in the decoder. */
const WORD = /^(?:true|false|on|off)$/i;

export interface SurveyedField {
  /** From the payload or element inwards; empty when the payload is the number. */
  readonly keys: readonly string[];
  readonly values: FieldSurvey;
}

/** A topic whose messages have numbers. */
export interface SurveyedTopic {
  readonly topic: string;
  readonly dialect: Dialect;
  /** Live messages, and the times of the first and the last one, epoch ms. */
  readonly live: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** By JSON path. */
  readonly fields: ReadonlyMap<string, SurveyedField>;
  /** Keys of the list whose elements are readings; null where the payload is one reading. */
  readonly each: readonly string[] | null;
  /** Keys of the time of the reading; null where there is none, or where it is not that of the reading. */
  readonly time: readonly string[] | null;
  /** The time has no zone, and fits the zone of this machine. */
  readonly localTime: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Topic extends Mutable<Omit<SurveyedTopic, 'fields'>> {
  readonly fields: Map<string, SurveyedField>;
  scalar: boolean | null;
}

/** Topics without a signal, by format and reason: their number, and one of them. */
export interface Skipped {
  readonly format: string;
  readonly reason: string;
  topics: number;
  readonly example: string;
}

/** What a broker's messages look like: numbers, how often they come, and how they vary. Its memory is bounded. */
export class Survey {
  messages = 0;
  retained = 0;
  /** Messages on topics beyond the limit. */
  beyond = 0;
  /** Arrival of the first message on the newest topic. */
  newestAt = -Infinity;
  readonly hints = new Hints();
  private readonly zone: TimeZone;
  /** Messages of formats that fields cannot name. */
  readonly mapped: MappedSurvey;
  private readonly kept = new Map<string, Topic>();
  private readonly without = new Map<string, Skipped>();
  private readonly seen = new Set<string>();
  private fieldCount = 0;

  /** `zone`: of this machine, for times in payloads without an offset. */
  constructor(zone: TimeZone) {
    this.zone = zone;
    this.mapped = new MappedSurvey(zone);
  }

  get topics(): readonly SurveyedTopic[] {
    return [...this.kept.values()].filter(({ fields }) => fields.size > 0);
  }

  get skipped(): readonly Skipped[] {
    return [...this.without.values()];
  }

  get full(): boolean {
    return this.kept.size + this.seen.size + this.mapped.topics.size >= MAX_TOPICS;
  }

  add(message: Message): void {
    const { topic: name, payload, receivedAt, retained } = message;
    if (retained) this.retained++;
    else this.messages++;
    let topic = this.kept.get(name);
    if (topic === undefined) {
      if (this.seen.has(name)) return;
      if (Buffer.byteLength(name) > MAX_TOPIC_BYTES) {
        // Only a part of the name is kept: thousands of long names would fill the memory.
        const part = `${name.slice(0, EXAMPLE_CHARACTERS)}… (${name.length})`;
        if (!this.seen.has(part)) this.skip(part, 'any', `topic longer than ${MAX_TOPIC_BYTES} bytes`);
        return;
      }
      const mapped = MappedSurvey.dialectOf(message);
      if (mapped !== null) {
        const isNew = !this.mapped.topics.has(name);
        if (isNew && this.full) this.beyond++;
        else this.mapped.add(message, mapped);
        if (isNew) this.newestAt = receivedAt;
        return;
      }
      const dialect = dialectOf(name);
      if (dialect.skip !== undefined) {
        if (dialect.name === 'Home Assistant') this.hints.add(payload);
        this.skip(name, dialect.name, dialect.skip);
        return;
      }
      if (this.full) {
        this.beyond++;
        return;
      }
      if (isBinary(payload)) {
        this.skip(name, 'binary', 'format not known');
        return;
      }
      topic = newTopic(name, dialect);
      this.kept.set(name, topic);
      this.newestAt = receivedAt;
    }
    const read = readPayload(payload);
    if (typeof read === 'string') return;
    if (!retained) {
      if (topic.live === 0) topic.firstAt = receivedAt;
      topic.lastAt = receivedAt;
      topic.live++;
    }
    this.read(topic, read.value, receivedAt, retained);
  }

  private skip(name: string, format: string, reason: string): void {
    const key = `${format}: ${reason}`;
    const known = this.without.get(key);
    // Beyond the limit a topic may be counted again: the count is then "at least".
    if (!this.full) this.seen.add(name);
    if (known === undefined) this.without.set(key, { format, reason, topics: 1, example: name });
    else known.topics++;
  }

  private read(topic: Topic, document: unknown, at: number, retained: boolean): void {
    const list = listIn(document);
    topic.scalar ??= typeof document !== 'object';
    // Of a list the last reading counts.
    const item = list === null ? document : list.items.at(-1);
    topic.each ??= list === null ? null : list.keys;
    this.readTime(topic, item, document, at, retained);
    const { inside } = topic.dialect;
    const roots = list !== null || inside === undefined ? [[]] : inside;
    for (const root of roots) this.walk(topic, root, within(item, root), at, retained);
  }

  private walk(topic: Topic, keys: readonly string[], value: unknown, at: number, retained: boolean): void {
    if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value) || keys.length >= MAX_DEPTH) return;
      for (const [key, inner] of Object.entries(value)) this.walk(topic, [...keys, key], inner, at, retained);
      return;
    }
    const number = parseNumber(value);
    if (typeof number === 'string') return;
    const path = pathOf(keys);
    let field = topic.fields.get(path);
    if (field === undefined) {
      if (topic.fields.size >= MAX_FIELDS_EACH || this.fieldCount >= MAX_FIELDS) return;
      this.fieldCount++;
      field = { keys, values: new FieldSurvey() };
      topic.fields.set(path, field);
    }
    const binary = typeof value === 'boolean' || (typeof value === 'string' && WORD.test(value.trim()));
    field.values.observe(number, at, binary, retained);
  }

  /** Finds the time of the reading in the first live message. A message whose time does not fit ends that: the topic has none. */
  private readTime(topic: Topic, item: unknown, document: unknown, at: number, retained: boolean): void {
    if (retained || topic.scalar === true) return;
    if (topic.live === 1) topic.time = timeKeys(topic, item);
    if (topic.time === null) return;
    const given = within(item, topic.time) ?? within(document, topic.time);
    if (given === undefined) return;
    if (parseTime(given, null, at) === 'time_without_zone') topic.localTime = true;
    const time = parseTime(given, this.zone, at);
    if (typeof time === 'string' || Math.abs(time - at) > NEAR_MS) topic.time = null;
  }
}

const newTopic = (topic: string, dialect: Dialect): Topic => ({
  topic,
  dialect,
  live: 0,
  firstAt: NaN,
  lastAt: NaN,
  fields: new Map(),
  each: null,
  time: null,
  localTime: false,
  scalar: null,
});

/** The keys of the time: those of the dialect, else the first usual one of the reading. */
function timeKeys({ dialect }: Topic, item: unknown): readonly string[] | null {
  const { time } = dialect;
  if (time !== undefined && time.length > 0) return within(item, time) === undefined ? null : time;
  if (time === undefined || typeof item !== 'object' || item === null) return null;
  const key = TIME_KEYS.find((name) => Object.hasOwn(item, name));
  return key === undefined ? null : [key];
}

function within(value: unknown, keys: readonly string[]): unknown {
  let current = value;
  for (const key of keys) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

/** A list of objects with a time each: the payload itself, or one member of it. */
function listIn(document: unknown): { readonly keys: readonly string[]; readonly items: readonly unknown[] } | null {
  if (isReadings(document)) return { keys: [], items: document };
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return null;
  const found = Object.entries(document).find(([, value]) => isReadings(value));
  return found === undefined ? null : { keys: [found[0]], items: found[1] as readonly unknown[] };
}

const isReadings = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(
    (item) => typeof item === 'object' && item !== null && TIME_KEYS.some((key) => Object.hasOwn(item as object, key)),
  );

/** Keys as a JSON path, as `compilePath` reads it. */
export const pathOf = (keys: readonly string[]): string =>
  keys
    .map((key, i) =>
      /^[^.[\]"'$:\s][^.[\]"':]*$/.test(key) ? `${i > 0 ? '.' : ''}${key}` : `[${JSON.stringify(key)}]`,
    )
    .join('');
