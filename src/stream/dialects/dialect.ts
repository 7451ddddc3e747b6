import type { JsonPath } from '../values/json-path.ts';
import type { Reason } from '../reject.ts';
import type { TimeZone } from '../time/time-zone.ts';
import type { SignalFacts } from './signals/signal-facts.ts';

export type { SignalFacts } from './signals/signal-facts.ts';

/** The formats that `format:` of an input can name. */
export const FORMATS = [
  'zigbee2mqtt',
  'tasmota',
  'esphome',
  'shelly-gen1',
  'shelly-gen2',
  'statestream',
  'homie',
  'things-stack',
  'chirpstack',
  'sparkplug',
  'rtl433',
  'meshtastic',
  'ruuvi',
  'influx',
  'senml',
  'cbor',
  'json',
  'availability',
  'scalar',
] as const;

export type Format = (typeof FORMATS)[number];

/** Receives the contents of one message: the decoder, the survey of `discover`, tests. */
export interface Receiver {
  /**
   * One value as it stands in the payload: number, text or boolean. The receiver converts it; a text that is no number is
   * not a value and is left out.
   *
   * `device` and `signal` are in the words of the dialect, for example `kitchen/climate` and `temperature`; levels of `device`
   * are separated by `/`, those of `signal` by `.`. The name of the series is made of both. `at`: epoch ms; null for the time
   * of arrival. `facts`: null where the dialect states nothing, then the words decide (signals.ts). They are read with the first
   * value of a signal, so an object per value is a waste.
   */
  sample(device: string, signal: string, value: unknown, at: number | null, facts: SignalFacts | null): void;
  /**
   * The device says that it is there, or gone. Counts also when retained. `below`: so are all devices whose name continues
   * with `/` after this one; with '' all devices of the input.
   */
  availability(device: string, online: boolean, below?: boolean): void;
  /** Something in the message is refused, or noted (a time that cannot be read). Counted once for each message and reason. */
  refuse(reason: Reason): void;
}

/** One MQTT message. The decoder owns the object and uses it for the next message again. */
export interface DialectMessage {
  readonly topic: string;
  /** At most 64 KiB, at least one byte. */
  readonly payload: Uint8Array;
  /** A copy that the broker has stored: its values are not used; what it says of availability, units and births is. */
  readonly retained: boolean;
  /** Epoch ms. */
  readonly receivedAt: number;
  /** The payload as UTF-8 text; null where it is not. Kept until the next message. */
  text(): string | null;
  /** The payload as JSON; undefined where it is not (the decoder counts that). Parsed on first use, kept until the next message. */
  json(): unknown;
}

/** Reads the messages of one input in one format. It never throws, and its state is bounded. */
export interface Mapper {
  read(message: DialectMessage, receiver: Receiver): void;
}

/** What a mapper gets from its input. */
export interface DialectContext {
  /** For times without an offset; null: none, and such times are refused (`time_without_zone`). */
  readonly zone: TimeZone | null;
  /** Path of the time that the site file names; null: the dialect finds it. */
  readonly time: JsonPath | null;
  /** Path of the list that the site file names; null: the dialect finds it. */
  readonly each: JsonPath | null;
  /** A comma is the decimal point in texts. */
  readonly decimalComma: boolean;
  /** Unit of times in Influx lines. */
  readonly precision: 'ns' | 'us' | 'ms' | 's';
  /** Publishes a Sparkplug rebirth request; absent unless the site allows it. */
  readonly publish?: (topic: string, payload: Uint8Array) => void;
  /** Texts that survive a restart, such as Sparkplug births; at most 64 KiB each. Absent: nothing is kept. */
  readonly memory?: DialectMemory;
}

/** A map that is kept in the database. */
export interface DialectMemory {
  get(key: string): Uint8Array | null;
  set(key: string, value: Uint8Array): void;
}

export interface Dialect {
  readonly name: Format;
  /** Whether the topic is one of this format. Absent: only the content tells. */
  readonly claims?: (topic: string) => boolean;
  /** Whether the content is of this format; it is called for every message, so it reads a few bytes. Where both are present, both must hold. */
  readonly sniffs?: (payload: Uint8Array) => boolean;
  /** The device of a topic with values, where the topic alone tells; null where it does not. For inputs with explicit fields. */
  readonly deviceOf?: (topic: string) => string | null;
  /** One mapper for each input; its state (births, duplicates, descriptions) lives in it. */
  readonly open: (context: DialectContext) => Mapper;
}
