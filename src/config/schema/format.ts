import { z } from 'zod';
import { FORMATS } from '../../stream/dialects/dialect.ts';
import * as v from './vocabulary.ts';

const { option } = v;

const patterns = () =>
  z
    .array(z.string({ error: 'expected text' }).min(1, { error: 'expected a pattern such as "*/battery"' }).max(200), {
      error: 'expected a list of patterns such as ["*/battery"]',
    })
    .max(1000)
    .meta({ title: 'list of patterns' });

/** How an input reads messages whose numbers are not named one by one. */
export const formatShape = {
  format: option(
    z.enum(['auto', ...FORMATS]),
    'auto',
    'Format of the messages, where their numbers are not named one by one. `auto`: recognised by topic, then by content (docs/formats.md).',
  ),
  include: option(
    patterns(),
    [],
    'With `fields: all`, signals that are read although they are none by default, such as */battery: patterns of device/signal, with * for any text.',
  ),
  exclude: option(patterns(), [], 'With `fields: all`, signals that are not read: patterns of device/signal.'),
  decimal_comma: option(z.boolean(), false, 'Whether texts may have a decimal comma, as 21,5.'),
  precision: option(z.enum(['ns', 'us', 'ms', 's']), 'ns', 'Unit of the times in Influx lines.'),
};

/** The options of one input, as read. */
interface Given {
  readonly format: 'auto' | (typeof FORMATS)[number];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly precision: 'ns' | 'us' | 'ms' | 's';
  readonly fields?: 'all' | readonly unknown[] | undefined;
}

/** An input that names neither a format nor a field, and gives no option that only one series can have. */
export interface Unnamed {
  readonly each: string | null;
  readonly path: string;
  readonly name: string;
  readonly label?: string | undefined;
  readonly unit: string;
  readonly range: unknown;
  readonly maxStep?: number | undefined;
  readonly counter?: string | undefined;
  readonly minDeviation: number;
}

/** Options that only one series can have, as in the file: an input with one of them reads one number. */
export const ONE_SERIES_KEYS = ['path', 'name', 'label', 'unit', 'range', 'max_step', 'counter', 'min_deviation'];

/**
 * How an input reads every number; null where its fields are named. An input without any option of fields reads every number of
 * a message, but a bare number as its one field, under the name of its topic.
 */
export function allOf({ format, include, exclude, precision, fields }: Given, given: Unnamed, defaultName: string) {
  const asked = fields === 'all' || format !== 'auto' || include.length > 0 || exclude.length > 0;
  if (Array.isArray(fields) || (!asked && !isUnnamed(given, defaultName))) return null;
  return { format, include, exclude, precision, bareNumbers: asked };
}

const isUnnamed = (given: Unnamed, defaultName: string): boolean =>
  given.each === null &&
  given.path === '' &&
  given.name === defaultName &&
  given.label === undefined &&
  given.unit === '' &&
  given.range === null &&
  given.maxStep === undefined &&
  given.counter === undefined &&
  given.minDeviation === 0;
