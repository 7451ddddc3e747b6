import { PbfWriter } from 'pbf';

/** A metric as a sender has it. Only the members that are there are written. */
export interface SentMetric {
  readonly name?: string;
  readonly alias?: number;
  readonly timestamp?: number;
  /** Number of the data type; also decides in which field `value` goes. */
  readonly type?: number;
  /** Whether the data type itself is left out, as DATA messages should. */
  readonly bare?: boolean;
  readonly historical?: boolean;
  readonly isNull?: boolean;
  readonly value?: number | bigint | boolean | string;
  readonly properties?: Readonly<Record<string, number | string>>;
  /** Bytes of a data set (17) or template (18). */
  readonly compound?: number;
}

export interface SentPayload {
  readonly timestamp?: number;
  readonly seq?: number;
  readonly metrics: readonly SentMetric[];
}

/** A Sparkplug B payload: sparkplug_b.proto of the specification, section 6.4.1. */
export function encode({ timestamp, seq, metrics }: SentPayload): Uint8Array {
  const pbf = new PbfWriter();
  if (timestamp !== undefined) pbf.writeVarintField(1, timestamp);
  for (const metric of metrics) pbf.writeMessage(2, writeMetric, metric);
  if (seq !== undefined) pbf.writeVarintField(3, seq);
  return pbf.finish();
}

function writeMetric(metric: SentMetric, pbf: PbfWriter): void {
  const { name, alias, timestamp, type, bare, historical, isNull, properties, compound } = metric;
  if (name !== undefined) pbf.writeStringField(1, name);
  if (alias !== undefined) pbf.writeVarintField(2, alias);
  if (timestamp !== undefined) pbf.writeVarintField(3, timestamp);
  if (type !== undefined && bare !== true) pbf.writeVarintField(4, type);
  if (historical === true) pbf.writeBooleanField(5, true);
  if (isNull === true) pbf.writeBooleanField(7, true);
  if (properties !== undefined) pbf.writeMessage(9, writeProperties, properties);
  if (compound !== undefined) pbf.writeBytesField(compound, Uint8Array.of(0x08, 0x01));
  writeValue(metric, pbf);
}

function writeValue({ type = 10, value }: SentMetric, pbf: PbfWriter): void {
  if (typeof value === 'boolean') pbf.writeBooleanField(14, value);
  else if (typeof value === 'string') pbf.writeStringField(15, value);
  else if (typeof value === 'bigint') pbf.writeVarintField(11, Number(value));
  else if (value === undefined) return;
  else if (type <= 3 || (type >= 5 && type <= 7)) pbf.writeVarintField(10, value >>> 0);
  else if (type === 4 || type === 8 || type === 13) pbf.writeVarintField(11, value);
  else if (type === 9) pbf.writeFloatField(12, value);
  else pbf.writeDoubleField(13, value);
}

function writeProperties(properties: Readonly<Record<string, number | string>>, pbf: PbfWriter): void {
  for (const key of Object.keys(properties)) pbf.writeStringField(1, key);
  for (const value of Object.values(properties))
    pbf.writeMessage(
      2,
      (property: number | string, inner) => {
        if (typeof property === 'string') inner.writeStringField(8, property);
        else if (Number.isInteger(property)) inner.writeVarintField(3, property);
        else inner.writeDoubleField(6, property);
      },
      value,
    );
}
