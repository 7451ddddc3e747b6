import { PbfReader } from 'pbf';

/**
 * The wire form of a Sparkplug B payload (Protocol Buffers; Sparkplug 3.0, section 6.4.1). Read: timestamp 1, metrics 2 and
 * seq 3 of the payload; of a metric name 1, alias 2, timestamp 3, datatype 4, is_historical 5, is_null 7, properties 9 and
 * the values 10 to 19. Everything else is skipped.
 */

/** What the value of a metric is on the wire. */
export type ValueKind = 'none' | 'integer' | 'decimal' | 'boolean' | 'text' | 'compound';

/** One metric of a payload. The reader fills the same object for each metric. */
export interface Metric {
  /** '' where it has none. */
  name: string;
  /** -1 where it has none. */
  alias: number;
  /** Epoch ms; 0 where it has none. */
  timestamp: number;
  /** Number of the data type; 0 where it has none. */
  datatype: number;
  historical: boolean;
  isNull: boolean;
  kind: ValueKind;
  /** Of a number or boolean; an integer as a signed one of 64 bits. */
  value: number;
  /** Properties of numbers and texts; null where it has none. */
  properties: ReadonlyMap<string, number | string> | null;
}

/** The payload ends within a field, or a field has a form that the format does not have. */
export class MalformedPayload extends Error {}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Properties of one metric that are read. */
const MAX_PROPERTIES = 64;

/** Reads payloads one after the other; between two it holds nothing. */
export class PayloadReader {
  /** Epoch ms; 0 where the payload has no timestamp. */
  timestamp = 0;
  /** 0 to 255; -1 where the payload has none. */
  seq = -1;
  readonly metric: Metric = {
    name: '',
    alias: -1,
    timestamp: 0,
    datatype: 0,
    historical: false,
    isNull: false,
    kind: 'none',
    value: 0,
    properties: null,
  };
  private pbf = new PbfReader(new Uint8Array(0));

  /** Starts a payload: fills `timestamp` and `seq`. Throws MalformedPayload where fields do not follow each other to its end. */
  start(payload: Uint8Array): void {
    const pbf = new PbfReader(payload);
    this.timestamp = 0;
    this.seq = -1;
    try {
      for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
        if (field === 1 && pbf.type === VARINT) this.timestamp = pbf.readVarint();
        else if (field === 3 && pbf.type === VARINT) this.seq = pbf.readVarint();
      }
    } catch (cause) {
      throw new MalformedPayload('fields', { cause });
    }
    if (pbf.pos !== payload.length) throw new MalformedPayload('length');
    pbf.pos = 0;
    this.pbf = pbf;
  }

  /** Fills `metric` with the next one; false after the last. Throws MalformedPayload. */
  next(): boolean {
    try {
      return this.advance();
    } catch (cause) {
      throw cause instanceof MalformedPayload ? cause : new MalformedPayload('metric', { cause });
    }
  }

  private advance(): boolean {
    const { pbf } = this;
    for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
      if (field !== 2 || pbf.type !== BYTES) continue;
      const end = pbf.readVarint() + pbf.pos;
      readMetric(pbf, end, this.metric);
      if (pbf.pos !== end) throw new MalformedPayload('metric');
      return true;
    }
    return false;
  }
}

function readMetric(pbf: PbfReader, end: number, metric: Metric): void {
  metric.name = '';
  metric.alias = -1;
  metric.timestamp = 0;
  metric.datatype = 0;
  metric.historical = false;
  metric.isNull = false;
  metric.kind = 'none';
  metric.value = 0;
  metric.properties = null;
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
    switch (field) {
      case 1:
        if (pbf.type === BYTES) metric.name = pbf.readString();
        break;
      case 2:
        if (pbf.type === VARINT) metric.alias = pbf.readVarint();
        break;
      case 3:
        if (pbf.type === VARINT) metric.timestamp = pbf.readVarint();
        break;
      case 4:
        if (pbf.type === VARINT) metric.datatype = pbf.readVarint();
        break;
      case 5:
        if (pbf.type === VARINT) metric.historical = pbf.readBoolean();
        break;
      case 7:
        if (pbf.type === VARINT) metric.isNull = pbf.readBoolean();
        break;
      case 9:
        if (pbf.type === BYTES) metric.properties = readProperties(pbf);
        break;
      default:
        if (field >= 10 && field <= 19) readValue(pbf, field, metric);
    }
  }
}

/** 12.1 instead of 12.100000381469727: the sender meant no more than the 7 digits that 32 bits hold. */
const shortest = (float: number): number => (Number.isInteger(float) ? float : Number(float.toPrecision(7)));

function readValue(pbf: PbfReader, field: number, metric: Metric): void {
  if ((field === 10 || field === 11) && pbf.type === VARINT) {
    metric.kind = 'integer';
    metric.value = pbf.readVarint(true);
  } else if (field === 12 && pbf.type === FIXED32) {
    metric.kind = 'decimal';
    metric.value = shortest(pbf.readFloat());
  } else if (field === 13 && pbf.type === FIXED64) {
    metric.kind = 'decimal';
    metric.value = pbf.readDouble();
  } else if (field === 14 && pbf.type === VARINT) {
    metric.kind = 'boolean';
    metric.value = pbf.readVarint();
  } else if (field === 15) metric.kind = 'text';
  else metric.kind = 'compound';
}

/** PropertySet: keys 1 and values 2, in the same order. PropertyValue: int 3, long 4, float 5, double 6, boolean 7, string 8. */
function readProperties(pbf: PbfReader): ReadonlyMap<string, number | string> {
  const end = pbf.readVarint() + pbf.pos;
  const keys: string[] = [];
  const values: (number | string | null)[] = [];
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
    if (pbf.type !== BYTES) continue;
    if (field === 1 && keys.length < MAX_PROPERTIES) keys.push(pbf.readString());
    else if (field === 2 && values.length < MAX_PROPERTIES) values.push(readProperty(pbf));
  }
  if (pbf.pos !== end) throw new MalformedPayload('properties');
  const properties = new Map<string, number | string>();
  keys.forEach((key, i) => {
    const value = values[i] ?? null;
    if (value !== null) properties.set(key, value);
  });
  return properties;
}

function readProperty(pbf: PbfReader): number | string | null {
  const end = pbf.readVarint() + pbf.pos;
  let value: number | string | null = null;
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
    if ((field === 3 || field === 4) && pbf.type === VARINT) value = pbf.readVarint(true);
    else if (field === 5 && pbf.type === FIXED32) value = pbf.readFloat();
    else if (field === 6 && pbf.type === FIXED64) value = pbf.readDouble();
    else if (field === 8 && pbf.type === BYTES) value = pbf.readString();
  }
  if (pbf.pos !== end) throw new MalformedPayload('property');
  return value;
}
