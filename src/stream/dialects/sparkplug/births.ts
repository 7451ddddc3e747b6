import { PbfWriter } from 'pbf';
import type { SignalFacts } from '../dialect.ts';
import { statedFacts } from '../signals/stated-facts.ts';
import { isMeasured } from './datatype.ts';
import type { Metric } from './payload.ts';

/** A metric as its birth defines it. */
export interface BornMetric {
  /** In the words of a series: `Inputs.A` of the name `Inputs/A`. */
  readonly signal: string;
  readonly name: string;
  /** -1 where it has none. */
  readonly alias: number;
  readonly datatype: number;
  readonly facts: SignalFacts;
  /** A number or boolean that the process has: no control, no counter of sessions. */
  readonly read: boolean;
}

/** Metrics with which hosts command an edge node or number its sessions (Sparkplug 3.0, sections 6.4.18 and 6.4.22). */
const NO_PROCESS = /^(?:bdSeq$|(?:Node|Device) (?:Control|Info)\/)/;

/**
 * `device`: name of the edge node or device. `before`: the metric of this name in the birth before; it is taken again if nothing
 * has changed, because to judge the words of a name takes 3 to 13 us, and a birth can have a thousand.
 */
export const bornMetric = (device: string, metric: Metric, before: BornMetric | null = null): BornMetric => {
  const { name, alias, datatype, properties } = metric;
  const stated = properties === null ? null : factsOf(properties);
  if (before?.alias === alias && before.datatype === datatype && isSame(before.facts, stated)) return before;
  const signal = name.split('/').filter(Boolean).join('.');
  return {
    signal,
    name,
    alias,
    datatype,
    facts: statedFacts(device, signal, stated),
    read: isMeasured(datatype) && !NO_PROCESS.test(name),
  };
};

const isSame = ({ unit, range }: SignalFacts, stated: SignalFacts | null): boolean =>
  unit === stated?.unit && range?.[0] === stated?.range?.[0] && range?.[1] === stated?.range?.[1];

/**
 * Unit and range. The specification names no keys for them; these are the ones of Ignition, which sends them where they are
 * not its defaults, and the plain words. A limit without the other one is no range.
 */
const factsOf = (properties: ReadonlyMap<string, number | string>): SignalFacts | null => {
  let unit: string | undefined;
  let low = NaN;
  let high = NaN;
  for (const [key, value] of properties) {
    const word = key.toLowerCase().replace(/[^a-z]/g, '');
    if (typeof value === 'string') {
      if (/^(?:eng(?:ineering)?)?units?$/.test(word)) unit = value;
    } else if (/^eng(?:ineering)?low(?:limit)?$/.test(word)) low = value;
    else if (/^eng(?:ineering)?high(?:limit)?$/.test(word)) high = value;
  }
  const hasRange = low < high;
  if (unit === undefined && !hasRange) return null;
  return { ...(unit === undefined ? {} : { unit }), ...(hasRange ? { range: [low, high] as const } : {}) };
};

/** 192 is good, 0 bad, 500 stale (Sparkplug 3.0, section 6.4.6.1). Ignition sets the highest bit for bad ones. */
export const isBad = (properties: ReadonlyMap<string, number | string> | null): boolean => {
  const quality = properties?.get('Quality');
  return typeof quality === 'number' && (quality === 0 || quality === 500 || quality < 0 || quality >= 2 ** 31);
};

/** The metrics of an edge node or one of its devices as a birth without values, to be kept and read again. */
export function packBirth(metrics: Iterable<BornMetric>): Uint8Array {
  const pbf = new PbfWriter();
  for (const metric of metrics) pbf.writeMessage(2, writeMetric, metric);
  return pbf.finish();
}

const writeMetric = ({ name, alias, datatype, facts }: BornMetric, pbf: PbfWriter): void => {
  pbf.writeStringField(1, name);
  if (alias >= 0) pbf.writeVarintField(2, alias);
  pbf.writeVarintField(4, datatype);
  if (facts.unit !== undefined || facts.range !== undefined) pbf.writeMessage(9, writeFacts, facts);
};

const writeFacts = ({ unit, range }: SignalFacts, pbf: PbfWriter): void => {
  const keys: string[] = [];
  if (unit !== undefined) keys.push('engUnit');
  if (range !== undefined) keys.push('engLow', 'engHigh');
  for (const key of keys) pbf.writeStringField(1, key);
  if (unit !== undefined)
    pbf.writeMessage(
      2,
      (text: string, value) => {
        value.writeStringField(8, text);
      },
      unit,
    );
  for (const limit of range ?? [])
    pbf.writeMessage(
      2,
      (number: number, value) => {
        value.writeDoubleField(6, number);
      },
      limit,
    );
};
