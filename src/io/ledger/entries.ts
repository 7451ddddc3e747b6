import type { Reading } from '../../detect/reading.ts';
import type { Entry, StreamAction } from '../../stream/ports/ports.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

const TICK = 1;
const DOWNTIME = 2;
const MESSAGE = 3;
const DELIVERY = 4;
const NEW_SESSION = 5;
const TRAINING_RATE = 6;
const COMMAND = 7;

// Flags: the times that follow a reading's value.
const OWN_TIME = 1;
const REJECTED_TIME = 2;

/** A QoS 1 message: its packet identifier, and a hash of its topic and payload. */
export interface Delivery {
  readonly id: number;
  readonly fingerprint: number;
}

/** An entry of a journal row: an event of the streams, or data to recognise redeliveries. */
export type JournalEntry =
  Entry | { readonly kind: 'delivery'; readonly delivery: Delivery } | { readonly kind: 'session' };

/** Encodes entries; a message with one reading takes about 20 bytes. */
export class EntryWriter {
  readonly #writer = new ByteWriter();

  get length(): number {
    return this.#writer.length;
  }

  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  clear(): void {
    this.#writer.clear();
  }

  tick(at: number): void {
    this.#writer.byte(TICK);
    this.#writer.time(at);
  }

  downtime(at: number, downtimeMs: number): void {
    this.#writer.byte(DOWNTIME);
    this.#writer.time(at);
    this.#writer.double(downtimeMs);
  }

  trainingRate(learnEvery: number): void {
    this.#writer.byte(TRAINING_RATE);
    this.#writer.whole(learnEvery);
  }

  /** Commands are few: their action is JSON. */
  command(at: number, action: StreamAction): void {
    this.#writer.byte(COMMAND);
    this.#writer.time(at);
    this.#writer.text(JSON.stringify(action));
  }

  /** The broker has a new session: none of the next messages is a redelivery of an earlier one. */
  session(): void {
    this.#writer.byte(NEW_SESSION);
  }

  delivery({ id, fingerprint }: Delivery): void {
    this.#writer.byte(DELIVERY);
    this.#writer.whole(id);
    this.#writer.uint32(fingerprint);
  }

  /** `idOf` gives the number of a series. All readings of a message have the same `receivedAt`. */
  message(source: number, readings: readonly Reading[], idOf: (series: string) => number): void {
    const writer = this.#writer;
    writer.byte(MESSAGE);
    writer.whole(source);
    writer.time(readings[0].receivedAt);
    writer.whole(readings.length);
    for (const { series, at, value, receivedAt, saidAt } of readings) {
      writer.whole(idOf(series));
      writer.byte((at === receivedAt ? 0 : OWN_TIME) | (saidAt === undefined ? 0 : REJECTED_TIME));
      writer.double(value);
      if (at !== receivedAt) writer.time(at);
      if (saidAt !== undefined) writer.time(saidAt);
    }
  }
}

/** Decodes the entries of a row. Throws a RangeError for bytes that are not a row. */
export function* entriesIn(
  bytes: Uint8Array,
  seriesOf: (id: number) => string,
): Generator<JournalEntry, void, undefined> {
  const reader = new ByteReader(bytes);
  while (!reader.done) {
    const kind = reader.byte();
    if (kind === TICK) yield { kind: 'tick', at: reader.time() };
    else if (kind === DOWNTIME) yield { kind: 'downtime', at: reader.time(), downtimeMs: reader.double() };
    else if (kind === TRAINING_RATE) yield { kind: 'training_rate', learnEvery: reader.whole() };
    else if (kind === COMMAND) yield { kind: 'command', at: reader.time(), action: actionOf(reader.text()) };
    else if (kind === NEW_SESSION) yield { kind: 'session' };
    else if (kind === DELIVERY)
      yield { kind: 'delivery', delivery: { id: reader.whole(), fingerprint: reader.uint32() } };
    else if (kind === MESSAGE) yield messageIn(reader, seriesOf);
    else throw new RangeError(`journal: there is no entry of kind ${kind}`);
  }
}

function actionOf(text: string): StreamAction {
  try {
    return JSON.parse(text) as StreamAction;
  } catch (cause) {
    throw new RangeError('journal: a command is not JSON', { cause });
  }
}

function messageIn(reader: ByteReader, seriesOf: (id: number) => string): Entry {
  const source = reader.whole();
  const receivedAt = reader.time();
  const readings: Reading[] = [];
  for (let left = reader.whole(); left > 0; left--) {
    const series = seriesOf(reader.whole());
    const flags = reader.byte();
    const value = reader.double();
    const at = (flags & OWN_TIME) === 0 ? receivedAt : reader.time();
    const reading = { series, at, value, receivedAt };
    readings.push((flags & REJECTED_TIME) === 0 ? reading : { ...reading, saidAt: reader.time() });
  }
  return { kind: 'message', source, readings };
}
