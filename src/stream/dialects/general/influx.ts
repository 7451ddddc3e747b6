import { parseTime } from '../../time/event-time.ts';
import { parseDecimal } from '../../values/number.ts';
import { instantOf } from './instant.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from '../dialect.ts';
import { statedFacts } from '../signals/stated-facts.ts';

/**
 * InfluxDB line protocol, as Telegraf's `outputs.mqtt` writes it with `data_format = "influx"`:
 *
 *   measurement,tag=value,… field=value,… time
 *
 * https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 * Device: the measurement and the values of its tags, in the order of their keys; without tags the topic and the measurement.
 * Signal: the field. Fields of text are not read.
 */
export const influx: Dialect = {
  name: 'influx',
  sniffs,
  open: (context) => new InfluxMapper(context),
};

const MAX_LINES = 4096;
/** Fields of one line; 64 KiB could contain 16,000. */
const MAX_FIELDS = 1024;
/** Measurements with their tags that are split once and kept; beyond, all are split again. */
const MAX_HEADS = 4096;

const SNIFF_BYTES = 512;
/** Comments, then a measurement, tags and the first field of a line. No two parts match the same character. */
const LINE =
  /^(?:#[^\n]*\n|[\r\n ])*(?:[^\s,=\\#"{[]|\\.)(?:[^\s,\\]|\\.)*(?:,(?:[^\s,=\\]|\\.)+=(?:[^\s,=\\]|\\.)+)* +(?:[^\s,=\\]|\\.)+=(?:"|[+-]?\.?\d|[tTfF])/;

function sniffs(payload: Uint8Array): boolean {
  const first = payload[0];
  if (first === 0x7b || first === 0x5b || first >= 0x80) return false; // { [ and binary
  const head = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.length, SNIFF_BYTES));
  return head.includes(0x3d) && LINE.test(head.toString('latin1'));
}

/** ms in a unit of time. */
const FACTOR = { us: 1e-3, ms: 1, s: 1e3 } as const;

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const EQUALS = 61;
const BACKSLASH = 92;

interface Head {
  readonly device: string;
  /** Fields by the text of their key in the line. */
  readonly fields: Map<string, Field>;
}

interface Field {
  /** The key without escapes. */
  readonly signal: string;
  readonly facts: SignalFacts;
}

class InfluxMapper implements Mapper {
  private readonly precision: DialectContext['precision'];
  private readonly heads = new Map<string, Head>();
  /** The fields of the line that is being read. */
  private readonly found: Field[] = [];
  private readonly values: (number | boolean)[] = [];
  private count = 0;
  private text = '';
  private at = 0;

  constructor({ precision }: DialectContext) {
    this.precision = precision;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const text = message.text();
    if (text === null) {
      receiver.refuse('not_utf8');
      return;
    }
    this.text = text;
    this.at = 0;
    for (let line = 0; this.skipBlank(); line++) {
      if (line === MAX_LINES) {
        receiver.refuse('long_list');
        return;
      }
      if (!this.line(message, receiver)) {
        receiver.refuse('not_influx');
        this.skipLine();
      }
    }
  }

  /** Moves over blank lines and comments; false at the end. */
  private skipBlank(): boolean {
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code === 35) this.skipLine();
      else if (code !== SPACE && code !== NEWLINE && code !== RETURN) return true;
    }
    return false;
  }

  /** Moves to the end of the line. */
  private skipLine(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  /** Reads one line; false where it is none. */
  private line(message: DialectMessage, receiver: Receiver): boolean {
    const { text } = this;
    const start = this.at;
    if (this.unescaped(SPACE) !== SPACE || this.at === start) return false;
    const head = this.head(text.slice(start, this.at), message.topic);
    this.skipSpaces();
    this.count = 0;
    if (head === null || !this.fields(head)) return false;
    this.skipSpaces();
    const time = this.at;
    while (!this.isEnd(this.at)) this.at++;
    const at = this.timeOf(text.slice(time, this.at).trimEnd(), receiver);
    if (at === undefined) return false;
    for (let i = 0; i < this.count; i++) {
      const { signal, facts } = this.found[i];
      receiver.sample(head.device, signal, this.values[i], at, facts);
    }
    return true;
  }

  /** Reads `key=value,…` up to a space or the end of the line. */
  private fields(head: Head): boolean {
    const { text } = this;
    for (;;) {
      const start = this.at;
      if (this.unescaped(EQUALS) !== EQUALS || this.at === start) return false;
      const key = text.slice(start, this.at++);
      const from = this.at;
      if (text.charCodeAt(from) === QUOTE) {
        if (!this.quoted()) return false;
      } else {
        while (!this.isEnd(this.at) && text.charCodeAt(this.at) !== COMMA && text.charCodeAt(this.at) !== SPACE)
          this.at++;
        const value = valueOf(text, from, this.at);
        if (value === null) return false;
        if (this.count < MAX_FIELDS) {
          this.found[this.count] = fieldOf(head, key);
          this.values[this.count++] = value;
        }
      }
      if (this.isEnd(this.at) || text.charCodeAt(this.at) === SPACE) return true;
      if (text.charCodeAt(this.at++) !== COMMA) return false;
    }
  }

  /** Moves to the next unescaped `code` in the line and returns it; NaN or the code of the line end where it does not come. */
  private unescaped(code: number): number {
    const { text } = this;
    for (; ; this.at++) {
      const here = text.charCodeAt(this.at);
      if (here === code || Number.isNaN(here) || here === NEWLINE) return here;
      if (here === BACKSLASH && this.at + 1 < text.length && text.charCodeAt(this.at + 1) !== NEWLINE) this.at++;
    }
  }

  /** Moves over a text in quotes; false where it does not end. */
  private quoted(): boolean {
    const { text } = this;
    for (this.at++; this.at < text.length; this.at++) {
      const here = text.charCodeAt(this.at);
      if (here === BACKSLASH) this.at++;
      else if (here === QUOTE) {
        this.at++;
        return true;
      }
    }
    return false;
  }

  private skipSpaces(): void {
    while (this.text.charCodeAt(this.at) === SPACE) this.at++;
  }

  private isEnd(at: number): boolean {
    const { text } = this;
    if (at >= text.length) return true;
    const here = text.charCodeAt(at);
    return here === NEWLINE || (here === RETURN && (at + 1 === text.length || text.charCodeAt(at + 1) === NEWLINE));
  }

  /** Epoch ms, null for none; undefined where the text is no integer. */
  private timeOf(text: string, receiver: Receiver): number | null | undefined {
    if (text === '') return null;
    if (!/^-?\d+$/.test(text)) return undefined;
    const time = Number(text);
    if (this.precision !== 'ns') return instantOf(time * FACTOR[this.precision], receiver);
    const at = parseTime(time, null); // nanoseconds, or coarser where so few of them would be 1970
    if (typeof at === 'number') return at;
    receiver.refuse(at);
    return null;
  }

  private head(text: string, topic: string): Head | null {
    const untagged = !text.includes(',');
    const key = untagged ? `${topic} ${text}` : text;
    const known = this.heads.get(key);
    if (known !== undefined) return known;
    const device = deviceOf(text, topic);
    if (device === null) return null;
    if (this.heads.size >= MAX_HEADS) this.heads.clear();
    const head = { device, fields: new Map<string, Field>() };
    this.heads.set(key, head);
    return head;
  }
}

/** `45i`, `45u`, `4.5`, `t`, `False` … as number or boolean; null where it is neither. */
const valueOf = (text: string, from: number, to: number): number | boolean | null => {
  const last = text.charCodeAt(to - 1);
  const integer = last === 105 || last === 117; // i, u
  const number = parseDecimal(text.slice(from, integer ? to - 1 : to));
  if (number !== null) return number;
  return BOOLEANS.get(text.slice(from, to)) ?? null;
};

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

const fieldOf = ({ device, fields }: Head, key: string): Field => {
  const known = fields.get(key);
  if (known !== undefined) return known;
  if (fields.size >= MAX_FIELDS) fields.clear();
  const signal = plain(key);
  const field = { signal, facts: statedFacts(device, signal, null) };
  fields.set(key, field);
  return field;
};

/** Escapes: a backslash before a comma, an equals sign or a space. */
const plain = (text: string): string => text.replace(/\\([,= ])/g, '$1');

/** Null where a tag has no value. */
const deviceOf = (head: string, topic: string): string | null => {
  const [measurement, ...tags] = head.split(/(?<!\\),/);
  if (measurement === '') return null;
  const name = plain(measurement);
  if (tags.length === 0) return topic.endsWith(`/${name}`) || topic === name ? topic : `${topic}/${name}`;
  const pairs: (readonly [string, string])[] = [];
  for (const tag of tags) {
    const cut = tag.search(/(?<!\\)=/);
    if (cut < 1 || cut === tag.length - 1) return null;
    pairs.push([plain(tag.slice(0, cut)), plain(tag.slice(cut + 1))]);
  }
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return [name, ...pairs.map(([, value]) => value)].join('/');
};
