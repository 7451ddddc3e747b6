import { z } from 'zod';
import { RATE_UNITS } from '../../detect/reading.ts';
import { rateUnit } from '../../detect/sensor/counter.ts';
import { allOf, formatShape } from './format.ts';
import { settleName } from '../names.ts';
import { overrideSchema } from './tuning.ts';
import * as v from './vocabulary.ts';

const { section, option, optional, real } = v;

/** The name of a series that is given none. */
export const DEFAULT_NAME = '{topic}-{path}';

const fieldShape = {
  path: option(v.jsonPath(), '', 'JSON path of the number in the payload; "" when the payload is the number.'),
  name: option(
    v.nameTemplate(),
    DEFAULT_NAME,
    'Name of the series: {1} is the text that the first wildcard matched, {topic} the whole topic, {path} the path.',
  ),
  label: optional(v.label(), 'Display name of the series in alerts, for example Boiler flow. Topics keep the name.'),
  unit: option(z.string({ error: 'expected text' }), '', 'Unit in alerts, for example °C.'),
  range: option(
    v.range(),
    null,
    'Physically possible values; a reading outside is a sensor fault and is never learned.',
  ),
  max_step: optional(
    v.positive(1e30),
    'Largest possible change from one reading to the next, in the usual interval; a larger one is a sensor fault and is never learned.',
  ),
  missing_values: option(
    z.array(z.number({ error: 'expected a number' })),
    [],
    'Numbers that the sensor sends when it has no value, such as -9999; they are counted and not used.',
  ),
  counter: optional(
    z.enum(RATE_UNITS),
    'For a value that counts up, as a meter of energy, water or rain: its rise per second, minute, hour or day is monitored.',
  ),
  only: option(
    z.enum(['both', 'above', 'below']),
    'both',
    'Which deviations can be an alarm: above the expected value, below it, or both.',
  ),
  min_deviation: option(
    real(0, 1e12),
    0,
    'Smallest deviation from the expected value that can be an alarm, in the unit of the series.',
  ),
  min_deviation_percent: option(
    real(0, 1e6),
    0,
    'Smallest deviation that can be an alarm, in percent of the expected value. With min_deviation both must be reached.',
  ),
  tuning: option(overrideSchema, {}, "Any option of the site's tuning, for these series alone."),
};

/** The options of a field, or of an input without fields. */
export const FIELD_KEYS = Object.keys(fieldShape);

const inputShape = {
  topic: v.topicFilter().describe('MQTT topic filter to subscribe to, with + and # as wildcards.'),
  ...fieldShape,
  fields: optional(
    z
      .union([
        z.array(section(fieldShape)).min(1, { error: 'expected at least one field' }),
        z.literal('all', { error: 'expected all, or a list of fields' }),
      ])
      .meta({ title: 'all, or list of sections' }),
    'Several numbers of one payload, each with its own `path`, `name` ... `tuning`; these options then stand in the list and not beside the topic. `all`: every number that is a signal, as its format names it; this is the default where nothing beside the topic names a number.',
  ),
  ...formatShape,
  each: option(
    v.jsonPath().nullable(),
    null,
    'JSON path of a list in which each element is a reading; "" when the payload is the list.',
  ),
  time: option(
    v.jsonPath().nullable(),
    null,
    'JSON path of the time of the reading, in the element or else in the payload; null: time of arrival.',
  ),
  timezone: option(
    v.timezone().nullable(),
    null,
    'Time zone of payload times that have none, if it is not the zone of the site.',
  ),
};

export const INPUT_KEYS = Object.keys(inputShape);

export const inputSchema = section(inputShape).transform((input) => {
  const { topic, each, time, timezone, fields, format, include, exclude, precision, decimalComma, ...only } = input;
  const all = allOf({ format, include, exclude, precision, fields }, { each, ...only }, DEFAULT_NAME);
  return {
    ...{ topic, each, time, timezone, decimalComma, all },
    fields: (fields === undefined || fields === 'all' ? [only] : fields).map((field) => ({
      ...field,
      name: settleName(field.name, topic, field.path),
      unit: field.counter === undefined ? field.unit : rateUnit(field.unit, field.counter),
    })),
  };
});

export const groupSchema = section({
  series: z
    .array(v.slug())
    .min(2, { error: 'expected at least two series; one alone needs no group' })
    .describe('Names of the series that one network learns together.'),
  tuning: option(overrideSchema, {}, "Any option of the site's tuning, for this group alone."),
});

export type InputOptions = z.output<typeof inputSchema>;
export type FieldOptions = InputOptions['fields'][number];
export type GroupOptions = z.output<typeof groupSchema>;
