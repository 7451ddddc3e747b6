import { Content } from '../../stream/dialects/content.ts';
import type { Dialect, Format, Mapper, Receiver, SignalFacts } from '../../stream/dialects/dialect.ts';
import { recognise } from '../../stream/dialects/dialects.ts';
import { firstByte } from '../../stream/dialects/general/json-object.ts';
import { factsAtFirst } from '../../stream/dialects/signals/signals.ts';
import type { Message } from '../../stream/message.ts';
import type { Reason } from '../../stream/reject.ts';
import { parseNumber } from '../../stream/values/number.ts';
import { MAX_PAYLOAD_BYTES } from '../../stream/values/payload.ts';
import type { TimeZone } from '../../stream/time/time-zone.ts';
import { FieldSurvey } from './field-survey.ts';
import { Hints } from './hints.ts';
import { Places, type Place } from './places.ts';

/** Topics, signals of one topic, and signals of all topics that are kept; beyond that messages are only counted. */
export const MAX_TOPICS = 5_000;
const MAX_SIGNALS_EACH = 1_000;
const MAX_SIGNALS = 40_000;
const MAX_TOPIC_BYTES = 512;
/** Characters of a topic that is too long, as its example. */
const EXAMPLE_CHARACTERS = 100;
/** As in the decoder. */
const WORD = /^(?:true|false|on|off)$/i;

/** Formats whose numbers have no path that a field could name. */
const WITHOUT_PATHS: ReadonlySet<Format> = new Set([
  ...(['sparkplug', 'influx', 'senml', 'cbor'] as const),
  // Several devices on one topic, or bytes in a text.
  ...(['rtl433', 'meshtastic', 'ruuvi'] as const),
]);

/** Topics on which no device speaks. */
const OWN = 'zankyo/';
const CONFIGURATION = /^homeassistant\/.+\/config$/;

/** The reason of topics whose metrics no birth has named. */
export const NO_BIRTH = 'no birth';

export interface SurveyedTopic {
  readonly topic: string;
  readonly format: Format;
  /** Live messages, and the times of the first and the last one, epoch ms. */
  readonly live: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Signals, those that are none by default among them. */
  readonly signals: number;
  /** A device says here whether it is there. */
  readonly announces: boolean;
  /** It has numbers of signals that another topic had first: data of Sparkplug, which follow the birth on its own topic. */
  readonly shares: boolean;
  /** A Sparkplug metric has no name, because no birth came that announced it. */
  readonly unborn: boolean;
  /** Why a message could not be read at all: a picture, or a payload that is too large. */
  readonly unreadable: string | null;
}

type Topic = { -readonly [K in keyof SurveyedTopic]: SurveyedTopic[K] };

/** A number, as its format reads it: the service gives it the same name, unit and range. */
export interface SurveyedSignal {
  /** That of its first value. */
  readonly topic: SurveyedTopic;
  readonly device: string;
  readonly signal: string;
  readonly facts: SignalFacts;
  readonly values: FieldSurvey;
  /** Null where no field can name it. */
  readonly place: Place | null;
}

/** Topics without a signal, by format and reason: their number, and one of them. */
export interface Skipped {
  readonly format: string;
  readonly reason: string;
  topics: number;
  readonly example: string;
}

/** The messages of a broker, read by the formats of the service: their numbers, how often they come, and how they vary. Its memory is bounded. */
export class Survey implements Receiver {
  messages = 0;
  retained = 0;
  /** Messages on topics beyond the limit. */
  beyond = 0;
  /** Arrival of the first message on the newest topic. */
  newestAt = -Infinity;
  readonly hints = new Hints();
  private readonly zone: TimeZone;
  private readonly mappers = new Map<Dialect, Mapper>();
  private readonly content = new Content();
  private readonly kept = new Map<string, Topic>();
  private readonly found = new Map<string, SurveyedSignal>();
  private readonly without = new Map<string, Skipped>();
  private readonly seen = new Set<string>();
  // Of the message that is read.
  private topic!: Topic;
  private places: Places | null = null;

  /** `zone`: of this machine, for times in payloads without an offset. */
  constructor(zone: TimeZone) {
    this.zone = zone;
  }

  /** Topics with numbers. */
  get topics(): readonly SurveyedTopic[] {
    return this.all.filter(({ signals }) => signals > 0);
  }

  get all(): readonly SurveyedTopic[] {
    return [...this.kept.values()];
  }

  get signals(): readonly SurveyedSignal[] {
    return [...this.found.values()];
  }

  get skipped(): readonly Skipped[] {
    const rows = new Map([...this.without].map(([key, row]) => [key, { ...row }]));
    for (const { topic, format, signals, announces, shares, unborn, unreadable } of this.kept.values())
      if (unreadable !== null) addTo(rows, 'binary', unreadable, topic);
      else if (signals === 0 && !shares)
        addTo(rows, format, unborn ? NO_BIRTH : announces ? 'availability' : 'no number', topic);
    return [...rows.values()];
  }

  private get full(): boolean {
    return this.kept.size + this.seen.size >= MAX_TOPICS;
  }

  add(message: Message): void {
    const { topic: name, payload, receivedAt, retained } = message;
    if (retained) this.retained++;
    else this.messages++;
    if (payload.length === 0 || this.seen.has(name)) return;
    const topic = this.kept.get(name) ?? this.newTopic(message);
    if (topic === null) return;
    if (!retained) {
      if (topic.live === 0) topic.firstAt = receivedAt;
      topic.lastAt = receivedAt;
      topic.live++;
    }
    const dialect = recognise(name, payload);
    topic.unreadable = unreadable(dialect, payload);
    if (topic.unreadable !== null) return;
    if (topic.signals === 0) topic.format = dialect.name;
    this.topic = topic;
    this.places = null;
    this.mapperOf(dialect).read(this.content.set(message), this);
  }

  sample(device: string, signal: string, raw: unknown, at: number | null, facts: SignalFacts | null): void {
    const value = parseNumber(raw);
    if (typeof value === 'string') return;
    const { topic } = this;
    const { receivedAt, retained } = this.content;
    // Two bridges may have devices of one name.
    const key = `${topic.format} ${topic.topic.split('/', 1)[0]} ${device}/${signal}`;
    let known = this.found.get(key);
    if (known === undefined) {
      if (topic.signals >= MAX_SIGNALS_EACH || this.found.size >= MAX_SIGNALS) return;
      known = {
        ...{ topic, device, signal, facts: factsAtFirst(device, signal, facts, value, receivedAt) },
        ...{ values: new FieldSurvey(), place: this.placeOf(signal, value, at) },
      };
      this.found.set(key, known);
      topic.signals++;
    } else if (known.topic !== topic) topic.shares = true;
    const binary = typeof raw === 'boolean' || (typeof raw === 'string' && WORD.test(raw.trim()));
    known.values.observe(value, receivedAt, binary, retained);
  }

  availability(): void {
    this.topic.announces = true;
  }

  /** A message that cannot be read has no signal. */
  refuse(reason: Reason): void {
    if (reason === 'no_birth') this.topic.unborn = true;
  }

  private newTopic({ topic, payload, receivedAt }: Message): Topic | null {
    if (Buffer.byteLength(topic) > MAX_TOPIC_BYTES) {
      // Only a part of the name is kept: thousands of long names would fill the memory.
      const part = `${topic.slice(0, EXAMPLE_CHARACTERS)}… (${topic.length})`;
      if (!this.seen.has(part)) this.skip(part, 'any', `topic longer than ${MAX_TOPIC_BYTES} bytes`);
      return null;
    }
    if (topic.startsWith(OWN)) this.skip(topic, 'zankyo', 'published by zankyo');
    else if (CONFIGURATION.test(topic)) {
      this.hints.add(payload);
      this.skip(topic, 'Home Assistant', 'configuration');
    } else if (this.full) this.beyond++;
    else {
      const made: Topic = {
        ...{ topic, format: 'scalar', live: 0, firstAt: NaN, lastAt: NaN },
        ...{ signals: 0, announces: false, shares: false, unborn: false, unreadable: null },
      };
      this.kept.set(topic, made);
      this.newestAt = receivedAt;
      return made;
    }
    return null;
  }

  private skip(name: string, format: string, reason: string): void {
    // Beyond the limit a topic may be counted again: the count is then "at least".
    if (!this.full) this.seen.add(name);
    addTo(this.without, format, reason, name);
  }

  private mapperOf(dialect: Dialect): Mapper {
    const known = this.mappers.get(dialect);
    if (known !== undefined) return known;
    const mapper = dialect.open({ zone: this.zone, time: null, each: null, decimalComma: false, precision: 'ns' });
    this.mappers.set(dialect, mapper);
    return mapper;
  }

  private placeOf(signal: string, value: number, at: number | null): Place | null {
    const { content, zone } = this;
    if (WITHOUT_PATHS.has(this.topic.format)) return null;
    if (firstByte(content.payload) === 0x7b) {
      this.places ??= new Places(content.json(), zone, content.receivedAt);
      return this.places.find(signal, value, at);
    }
    // A list has no place that stays the same; anything else is the number itself.
    return firstByte(content.payload) === 0x5b ? null : { keys: [], time: null, localTime: false };
  }
}

function addTo(rows: Map<string, Skipped>, format: string, reason: string, topic: string): void {
  const key = `${format}: ${reason}`;
  const known = rows.get(key);
  if (known === undefined) rows.set(key, { format, reason, topics: 1, example: topic });
  else known.topics++;
}

/** Why nothing of a payload can be read; null where it may be. */
function unreadable(dialect: Dialect, payload: Uint8Array): string | null {
  if (payload.length > MAX_PAYLOAD_BYTES) return 'larger than 64 KiB';
  const beginning = Buffer.from(payload.subarray(0, 200)).toString('latin1');
  // eslint-disable-next-line no-control-regex -- bytes that no text has
  return dialect.name === 'scalar' && /[\x00-\x08\x0e-\x1f]/.test(beginning) ? 'format not known' : null;
}
