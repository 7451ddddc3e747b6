import type { SeriesInfo } from '../detect/reading.ts';
import type { DialectContext } from './dialects/dialect.ts';
import { compilePath, type JsonPath } from './values/json-path.ts';
import { SignalReader, type AllOptions } from './signal-reader.ts';
import { compileName, slugify, type NameTemplate } from './names/slug.ts';
import { compileTimeZone, type TimeZone } from './time/time-zone.ts';
import { compileFilter, wildcardsIn, type TopicMatcher } from './names/topic-filter.ts';

/** One kind of message and the readings in it. */
export interface InputOptions {
  /** MQTT topic filter. */
  readonly topic: string;
  /** Path of a list whose elements contain the fields; null when the payload itself contains them. */
  readonly each: string | null;
  /** Path of the event time, in the element, otherwise in the payload; null for the time of arrival. */
  readonly time: string | null;
  /** IANA name of the zone in which times without an offset are local. */
  readonly timezone: string | null;
  /** Texts may have a decimal comma. */
  readonly decimalComma?: boolean;
  /** Every number is read; the one element of `fields` has the options of all of them. Absent: `fields` alone. */
  readonly all?: AllOptions | null;
  readonly fields: readonly FieldOptions[];
}

export interface FieldOptions extends Omit<SeriesInfo, 'slug'> {
  /** Path of the value; '' when the payload or the element itself is the value. */
  readonly path: string;
  /** Name of the series, with `{1}` and `{topic}`; null for the topic followed by the path. */
  readonly name: string | null;
  /** Numbers that the device sends instead of a missing value; absent: there are none. */
  readonly missingValues?: readonly number[];
}

/** A series that has had a reading, with the indexes of its input and field in the options. */
export interface DecodedSeries extends SeriesInfo {
  readonly index: { readonly input: number; readonly field: number };
}

export interface Field {
  readonly pathText: string;
  readonly path: JsonPath;
  readonly name: NameTemplate;
  readonly missing: ReadonlySet<number>;
  readonly info: Omit<DecodedSeries, 'slug'>;
}

/** An input, compiled. `reader`: where it reads every number; `bareNumbers`: also one that is the whole payload. */
export interface Input {
  readonly index: number;
  readonly filter: TopicMatcher;
  readonly each: JsonPath | null;
  readonly time: JsonPath | null;
  readonly zone: TimeZone | null;
  readonly comma: boolean;
  readonly fields: readonly Field[];
  readonly reader: SignalReader | null;
  readonly bareNumbers: boolean;
}

/** What mappers get from outside. */
export type Outside = Pick<DialectContext, 'publish' | 'memory'>;

/** Throws a RangeError on malformed filters, paths, names and time zones, and on an unknown format. */
export function compileInput(options: InputOptions, index: number, outside: Outside = {}): Input {
  const { topic, fields, decimalComma = false, all = null } = options;
  const each = options.each === null ? null : compilePath(options.each);
  const time = options.time === null ? null : compilePath(options.time);
  const zone = options.timezone === null ? null : compileTimeZone(options.timezone);
  const context = (precision: AllOptions['precision']): DialectContext => ({
    ...{ zone, time, each, decimalComma, precision },
    ...outside,
  });
  return {
    ...{ index, filter: compileFilter(topic), each, time, zone, comma: decimalComma },
    fields: fields.map((field, i) => compileField(field, topic, { input: index, field: i })),
    reader: all === null ? null : new SignalReader(all, context(all.precision)),
    bareNumbers: all?.bareNumbers === true,
  };
}

const compileField = (
  { path, name, missingValues, unit, range, only, maxStep, counter, minDeviation, minDeviationPercent }: FieldOptions,
  topic: string,
  index: DecodedSeries['index'],
): Field => ({
  pathText: path,
  path: compilePath(path),
  name: name === null ? (whole) => slugify(`${whole} ${path}`) : compileName(name, wildcardsIn(topic)),
  missing: new Set(missingValues),
  info: { unit, range, only, maxStep, counter, minDeviation, minDeviationPercent, index },
});
