import { Content } from '../../stream/dialects/content.ts';
import type { Dialect, Format, Mapper, Receiver, SignalFacts } from '../../stream/dialects/dialect.ts';
import { recognise } from '../../stream/dialects/dialects.ts';
import { factsOf } from '../../stream/dialects/signals.ts';
import type { Message } from '../../stream/message.ts';
import { parseNumber } from '../../stream/number.ts';
import { MAX_PAYLOAD_BYTES } from '../../stream/payload.ts';
import type { TimeZone } from '../../stream/time-zone.ts';
import { FieldSurvey } from './field-survey.ts';

/** Formats whose numbers have no path that a field could name: only their mappers read them. */
const MAPPED: ReadonlySet<Format> = new Set(['sparkplug', 'influx', 'senml', 'cbor']);
const MAX_SIGNALS = 20_000;

export interface MappedTopic {
  readonly topic: string;
  readonly format: Format;
  live: number;
  firstAt: number;
  lastAt: number;
}

export interface MappedSignal {
  readonly topic: string;
  readonly device: string;
  readonly signal: string;
  readonly facts: SignalFacts;
  readonly values: FieldSurvey;
}

/** Messages of formats that fields cannot name, through the mappers of the service. */
export class MappedSurvey implements Receiver {
  readonly topics = new Map<string, MappedTopic>();
  /** By `device/signal`; those that are no signal among them. */
  readonly signals = new Map<string, MappedSignal>();
  private readonly zone: TimeZone;
  private readonly mappers = new Map<Dialect, Mapper>();
  private readonly content = new Content();

  constructor(zone: TimeZone) {
    this.zone = zone;
  }

  /** The format of a message that belongs here; null for one that does not. */
  static dialectOf({ topic, payload }: Message): Dialect | null {
    if (payload.length === 0 || payload.length > MAX_PAYLOAD_BYTES) return null;
    const dialect = recognise(topic, payload);
    return MAPPED.has(dialect.name) ? dialect : null;
  }

  add(message: Message, dialect: Dialect): void {
    const { topic, receivedAt, retained } = message;
    let known = this.topics.get(topic);
    if (known === undefined) {
      known = { topic, format: dialect.name, live: 0, firstAt: receivedAt, lastAt: receivedAt };
      this.topics.set(topic, known);
    }
    if (!retained) {
      if (known.live === 0) known.firstAt = receivedAt;
      known.lastAt = receivedAt;
      known.live++;
    }
    let mapper = this.mappers.get(dialect);
    if (mapper === undefined) {
      const { zone } = this;
      mapper = dialect.open({ zone, time: null, each: null, decimalComma: false, precision: 'ns' });
      this.mappers.set(dialect, mapper);
    }
    mapper.read(this.content.set(message), this);
  }

  sample(device: string, signal: string, raw: unknown, _at: number | null, facts: SignalFacts | null): void {
    const value = parseNumber(raw);
    if (typeof value === 'string') return;
    const { topic, receivedAt, retained } = this.content;
    const key = `${device}/${signal}`;
    let known = this.signals.get(key);
    if (known === undefined) {
      if (this.signals.size >= MAX_SIGNALS) return;
      known = { topic, device, signal, facts: facts ?? factsOf(device, signal), values: new FieldSurvey() };
      this.signals.set(key, known);
    }
    known.values.observe(value, receivedAt, typeof raw === 'boolean', retained);
  }

  availability(): void {
    // It says nothing of what could be read.
  }

  refuse(): void {
    // A message that cannot be read has no signal.
  }
}
