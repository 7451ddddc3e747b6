import { readCbor } from '../../values/cbor.ts';
import { instantOf } from './instant.ts';
import type { Dialect, DialectMessage, Mapper, Receiver } from '../dialect.ts';
import { nameOf, type Named } from './senml-names.ts';

/**
 * Sensor Measurement Lists, RFC 8428, as JSON and CBOR; also the drafts before it, `{"bn":…,"e":[…]}`
 * (draft-jennings-senml-10). `bn`, `bt`, `bu`, `bv` and `bs` hold for their record and those after it. A time below 2^28 s is
 * relative to the time of arrival (RFC 8428, section 4.5.3).
 *
 * Device and signal: base name and name. A name without a base name is split at its last `:` or `/`; one that ends with a
 * number or an address names the device, and the unit the signal (`%RH`: humidity). A plain name without a device belongs to
 * the topic.
 */
export const senml: Dialect = {
  name: 'senml',
  sniffs,
  open: () => new SenmlMapper(),
};

/** The keys in CBOR are numbers (RFC 8428, section 6). */
const CBOR_KEYS: readonly (readonly [number, keyof SenmlRecord])[] = [
  [-1, 'bver'],
  [-2, 'bn'],
  [-3, 'bt'],
  [-4, 'bu'],
  [-5, 'bv'],
  [-6, 'bs'],
  [0, 'n'],
  [1, 'u'],
  [2, 'v'],
  [4, 'vb'],
  [5, 's'],
  [6, 't'],
];

interface SenmlRecord {
  readonly bver?: unknown;
  readonly bn?: unknown;
  readonly bt?: unknown;
  readonly bu?: unknown;
  readonly bv?: unknown;
  readonly bs?: unknown;
  readonly n?: unknown;
  readonly u?: unknown;
  readonly v?: unknown;
  readonly vb?: unknown;
  readonly s?: unknown;
  readonly t?: unknown;
}

const MAX_RECORDS = 4096;
/** The version that this reader knows: a pack of a later one may mean something else (RFC 8428, section 4.4). */
const MAX_VERSION = 10;
/** Names of one input that are split and kept, more than one pack can have; beyond, all are split again. */
const MAX_NAMES = 10_000;
/** Names of one pack that are split; those beyond come with the next one. Each takes 1.5 us. */
const MAX_NEW_NAMES = 2_000;
/** A longer name is split each time: ten thousand of them would fill the memory. */
const MAX_KEPT_LENGTH = 512;
/** Below: seconds relative to now. */
const ABSOLUTE_S = 2 ** 28;

const SNIFF_BYTES = 1024;

/** The bytes of a list of records, or of an object with a list `e`; in CBOR a list of maps whose first key is a number. */
function sniffs(payload: Uint8Array): boolean {
  let first = payload[0];
  if (first >= 0x80) return first >> 5 === 4 && payload[1] >> 5 === 5 && isLabel(payload[first === 0x98 ? 3 : 2]);
  let at = 0;
  while (first === 0x20 || (first >= 9 && first <= 13)) first = payload[++at];
  if (first !== 0x5b && first !== 0x7b) return false;
  const head = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.length, SNIFF_BYTES));
  if (first === 0x7b && !head.includes(ENTRIES)) return false;
  if (head.includes(BASE_NAME) || head.includes(NAME)) return true;
  return head.includes('n"') && /"b?n"\s*:\s*"/.test(head.toString('latin1'));
}

const ENTRIES = Buffer.from('"e"');
const BASE_NAME = Buffer.from('"bn":"');
const NAME = Buffer.from('"n":"');

/** 0 to 8 and -1 to -6 as one byte of CBOR. */
const isLabel = (byte: number): boolean => byte <= 8 || (byte >= 0x20 && byte <= 0x25);

class SenmlMapper implements Mapper {
  /** By base name, or topic where there is none; then by name, unit and whether it is a sum. */
  private readonly names = new Map<string, Map<string, Named>>();
  private count = 0;
  private newNames = 0;

  read(message: DialectMessage, receiver: Receiver): void {
    const records = message.payload[0] >= 0x80 ? fromCbor(message, receiver) : fromJson(message, receiver);
    if (records === null) return;
    if (records.length > MAX_RECORDS) receiver.refuse('long_list');
    this.newNames = 0;
    let bn = '';
    let bt = 0;
    let bu: string | null = null;
    let bv = 0;
    let bs = 0;
    for (let i = 0; i < records.length && i < MAX_RECORDS; i++) {
      const record = records[i] as SenmlRecord | null;
      if (typeof record !== 'object' || record === null) {
        receiver.refuse('not_senml');
        continue;
      }
      if (typeof record.bver === 'number' && record.bver > MAX_VERSION) {
        receiver.refuse('not_senml');
        return;
      }
      if (typeof record.bn === 'string') bn = record.bn;
      if (typeof record.bt === 'number') bt = record.bt;
      if (typeof record.bu === 'string') bu = record.bu;
      if (typeof record.bv === 'number') bv = record.bv;
      if (typeof record.bs === 'number') bs = record.bs;
      const { n, u, v, vb, s, t } = record;
      const value = typeof v === 'number' ? v + bv : v === undefined ? vb : v;
      if (value === undefined && s === undefined) continue;
      const unit = typeof u === 'string' ? u : bu;
      const at = timeOf(bt + (typeof t === 'number' ? t : 0), message.receivedAt, receiver);
      const name = typeof n === 'string' ? n : '';
      if (value !== undefined) {
        const named = this.named(message.topic, bn, name, unit, false);
        if (named !== null) receiver.sample(named.device, named.signal, value, at, named.facts);
      }
      if (typeof s === 'number') {
        const named = this.named(message.topic, bn, name, unit, true);
        if (named !== null) receiver.sample(named.device, named.signal, s + bs, at, named.facts);
      }
    }
    if (this.newNames > MAX_NEW_NAMES) receiver.refuse('long_list');
  }

  /** Null beyond the number of new names that a pack can have. */
  private named(topic: string, bn: string, n: string, unit: string | null, sum: boolean): Named | null {
    const base = bn === '' ? topic : bn;
    const isKept = base.length + n.length <= MAX_KEPT_LENGTH;
    let names = isKept ? this.names.get(base) : undefined;
    const key = `${n}\n${unit ?? ''}${sum ? '\n' : ''}`;
    const known = names?.get(key);
    if (known !== undefined) return known;
    if (++this.newNames > MAX_NEW_NAMES) return null;
    if (!isKept) return nameOf(topic, bn, n, unit, sum);
    if (this.count >= MAX_NAMES) {
      this.names.clear();
      this.count = 0;
      names = undefined;
    }
    if (names === undefined) this.names.set(base, (names = new Map<string, Named>()));
    const named = nameOf(topic, bn, n, unit, sum);
    names.set(key, named);
    this.count++;
    return named;
  }
}

const fromJson = (message: DialectMessage, receiver: Receiver): readonly unknown[] | null => {
  const document = message.json();
  if (document === undefined) return null;
  if (Array.isArray(document)) return document as unknown[];
  const records = typeof document === 'object' && document !== null ? fromDraft(document) : null;
  if (records === null) receiver.refuse('not_senml');
  return records;
};

/** The old form: base values beside a list `e`, the boolean value `bv` in an entry. */
const fromDraft = (document: object): readonly unknown[] | null => {
  const { e, ...base } = document as { readonly e?: unknown };
  if (!Array.isArray(e)) return null;
  const entries = e.slice(0, MAX_RECORDS).map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('bv' in entry)) return entry;
    const { bv, ...rest } = entry;
    return { ...rest, vb: bv };
  });
  return [base, ...entries];
};

/** Major type of CBOR. */
const LIST = 4;

const fromCbor = (message: DialectMessage, receiver: Receiver): readonly unknown[] | null => {
  if (message.payload[0] >> 5 !== LIST) {
    receiver.refuse('not_senml');
    return null;
  }
  const document = readCbor(message.payload);
  if (!Array.isArray(document)) {
    receiver.refuse('not_cbor');
    return null;
  }
  return document.slice(0, MAX_RECORDS + 1).map((item: unknown) => {
    if (typeof item !== 'object' || item === null) return item;
    const labelled = item as Readonly<Record<string, unknown>>;
    const record: Record<string, unknown> = {};
    for (const [label, key] of CBOR_KEYS) if (labelled[label] !== undefined) record[key] = labelled[label];
    return record;
  });
};

/** Seconds since the epoch, or from now, as epoch ms; null for now. */
const timeOf = (seconds: number, receivedAt: number, receiver: Receiver): number | null => {
  if (seconds === 0) return null;
  return instantOf(seconds >= ABSOLUTE_S ? seconds * 1000 : receivedAt + seconds * 1000, receiver);
};
