import { readCbor } from '../cbor.ts';
import { instantOf } from './instant.ts';
import type { Dialect, DialectMessage, Mapper, Receiver, SignalFacts } from './dialect.ts';
import { statedFacts } from './stated-facts.ts';

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
/** Base names of one input, and names of each, that are split and kept; beyond, all are split again. */
const MAX_BASES = 500;
const MAX_NAMES = 100;
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

  read(message: DialectMessage, receiver: Receiver): void {
    const records = message.payload[0] >= 0x80 ? fromCbor(message, receiver) : fromJson(message, receiver);
    if (records === null) return;
    if (records.length > MAX_RECORDS) receiver.refuse('long_list');
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
        const { device, signal, facts } = this.named(message.topic, bn, name, unit, false);
        receiver.sample(device, signal, value, at, facts);
      }
      if (typeof s === 'number') {
        const { device, signal, facts } = this.named(message.topic, bn, name, unit, true);
        receiver.sample(device, signal, s + bs, at, facts);
      }
    }
  }

  private named(topic: string, bn: string, n: string, unit: string | null, sum: boolean): Named {
    const base = bn === '' ? topic : bn;
    let names = this.names.get(base);
    if (names === undefined) {
      if (this.names.size >= MAX_BASES) this.names.clear();
      this.names.set(base, (names = new Map<string, Named>()));
    }
    const key = `${n}\n${unit ?? ''}${sum ? '\n' : ''}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    if (names.size >= MAX_NAMES) names.clear();
    const named = nameOf(topic, bn, n, unit, sum);
    names.set(key, named);
    return named;
  }
}

interface Named {
  readonly device: string;
  readonly signal: string;
  readonly facts: SignalFacts;
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

const fromCbor = (message: DialectMessage, receiver: Receiver): readonly unknown[] | null => {
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

/** A part that is a number or an address, and so names a device. */
const ADDRESS = /^(?:\d.*|[0-9a-f]{8,}|.*\])$/i;

function nameOf(topic: string, bn: string, n: string, unit: string | null, sum: boolean): Named {
  let device = bn.replace(/[:/_.-]+$/, '');
  let signal = n;
  if (device === '') {
    const whole = n.replace(/[:/]+$/, '');
    const cut = Math.max(whole.lastIndexOf(':'), whole.lastIndexOf('/'));
    const isDevice = cut >= 0 && ADDRESS.test(whole.slice(cut + 1));
    device = isDevice ? whole : cut < 0 ? topic : whole.slice(0, cut);
    signal = isDevice ? '' : whole.slice(cut + 1);
  }
  const { word, ...facts } = unitOf(unit);
  if (signal === '') signal = word;
  if (!sum) return { device, signal, facts: statedFacts(device, signal, facts) };
  // RFC 8428, section 4.2: the integral over time, in the unit multiplied by seconds; for a meter, its count.
  return { device, signal: `${signal}.sum`, facts: { unit: `${facts.unit ?? ''}·s`, counter: 'hour' } };
}

/** The units of RFC 8428, section 12.1, whose symbol is not the usual one, or that tell the quantity. */
const UNITS: Readonly<Record<string, SignalFacts & { readonly word: string }>> = {
  Cel: { word: 'temperature', unit: '°C' },
  K: { word: 'temperature', unit: 'K' },
  '%RH': { word: 'humidity', unit: '%', range: [0, 100] },
  '%EL': { word: 'battery', unit: '%', noSignal: 'battery' },
  EL: { word: 'battery', unit: 's', noSignal: 'battery' },
  lon: { word: 'longitude', unit: '°', noSignal: 'position' },
  lat: { word: 'latitude', unit: '°', noSignal: 'position' },
  '/': { word: 'value', unit: '' },
  '%': { word: 'percent', unit: '%' },
  m2: { word: 'area', unit: 'm²' },
  m3: { word: 'volume', unit: 'm³' },
  'm/s': { word: 'speed', unit: 'm/s' },
  'm/s2': { word: 'acceleration', unit: 'm/s²' },
  'm3/s': { word: 'flow', unit: 'm³/s' },
  'W/m2': { word: 'irradiance', unit: 'W/m²' },
  V: { word: 'voltage', unit: 'V' },
  A: { word: 'current', unit: 'A' },
  W: { word: 'power', unit: 'W' },
  J: { word: 'energy', unit: 'J' },
  Pa: { word: 'pressure', unit: 'Pa' },
  lx: { word: 'illuminance', unit: 'lx' },
  lm: { word: 'light', unit: 'lm' },
  Hz: { word: 'frequency', unit: 'Hz' },
  kg: { word: 'weight', unit: 'kg' },
  dB: { word: 'level', unit: 'dB' },
  pH: { word: 'ph', unit: '', range: [0, 14] },
  count: { word: 'count', unit: '' },
};

const unitOf = (unit: string | null): SignalFacts & { readonly word: string } =>
  unit === null ? { word: 'value' } : (UNITS[unit] ?? { word: unit, unit });
