import { MAX_PAYLOAD_BYTES } from '../../stream/values/payload.ts';
import { parseDecimal, parseNumber } from '../../stream/values/number.ts';
import { Content } from '../../stream/dialects/content.ts';
import type { Dialect, Mapper, Receiver, SignalFacts } from '../../stream/dialects/dialect.ts';
import { recognise } from '../../stream/dialects/dialects.ts';
import { factsAtFirst } from '../../stream/dialects/signals/signals.ts';

/** One value of a recorded message. `at`: epoch ms where the message has a time for it, else null. */
export interface RecordedValue {
  /** `device signal`, a column of the recording. */
  readonly column: string;
  readonly value: number;
  readonly at: number | null;
}

const CONTEXT = { zone: null, time: null, each: null, decimalComma: false, precision: 'ns' } as const;
/** These are read as they always were: each topic, or each key of a topic, is a column. */
const PLAIN: ReadonlySet<string> = new Set(['json', 'scalar', 'availability']);

const HEX = /^(?:[0-9a-f]{2})+$/i;

/**
 * Reads recorded messages through the mappers of the service. Binary payloads are in hexadecimal, as `mosquitto_sub` writes them
 * with `%x`.
 */
export class MqttSignals implements Receiver {
  private readonly mappers = new Map<Dialect, Mapper>();
  private readonly content = new Content();
  private values: RecordedValue[] = [];

  /** The values of a message; null where its format is none that has a mapper of its own. */
  read(topic: string, text: string, receivedAt: number): readonly RecordedValue[] | null {
    const payload = bytesOf(topic, text);
    if (payload.length === 0 || payload.length > MAX_PAYLOAD_BYTES) return null;
    const dialect = recognise(topic, payload);
    if (PLAIN.has(dialect.name)) return null;
    let mapper = this.mappers.get(dialect);
    if (mapper === undefined) this.mappers.set(dialect, (mapper = dialect.open(CONTEXT)));
    this.values = [];
    mapper.read(this.content.set({ topic, payload, retained: false, receivedAt }), this);
    return this.values;
  }

  sample(device: string, signal: string, raw: unknown, at: number | null, facts: SignalFacts | null): void {
    const value = parseNumber(raw);
    if (typeof value === 'string') return;
    if (factsAtFirst(device, signal, facts, value, this.content.receivedAt).noSignal !== undefined) return;
    this.values.push({ column: `${device} ${signal}`.trim(), value, at });
  }

  availability(): void {
    // A recording has no silence detector.
  }

  refuse(): void {
    // Cells that cannot be read are missing.
  }
}

/** The bytes of a payload: of hexadecimal digits on a Sparkplug topic, or where they are CBOR and no number. */
function bytesOf(topic: string, text: string): Uint8Array {
  const plain = Buffer.from(text);
  if (!HEX.test(text)) return plain;
  const binary = Buffer.from(text, 'hex');
  if (topic.startsWith('spBv1.0/')) return binary;
  return binary[0] >= 0x80 && parseDecimal(text) === null && BINARY.has(recognise(topic, binary).name) ? binary : plain;
}
const BINARY: ReadonlySet<string> = new Set(['senml', 'cbor']);
