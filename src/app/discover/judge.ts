import { namedBy, noSignalAbove, quantityAbove, quantityOf, type Quantity } from '../../stream/dialects/signals.ts';
import type { FieldSurvey } from './field-survey.ts';
import type { Hints } from './hints.ts';
import { pathOf, type SurveyedField, type SurveyedTopic } from './survey.ts';

/** A number that is worth learning. */
export interface Signal {
  readonly path: string;
  /** The keys without those of the envelope. */
  readonly keys: readonly string[];
  readonly quantity: Quantity;
  readonly values: FieldSurvey;
}

export interface NoSignalField {
  readonly path: string;
  readonly why: string;
}

export interface JudgedTopic extends SurveyedTopic {
  readonly signals: readonly Signal[];
  readonly others: readonly NoSignalField[];
}

const UNNAMED: Quantity = { name: '', unit: '' };
const STATE: Quantity = { name: 'state', unit: '' };
/** Parts of a Shelly that measure their own temperature. */
const OWN_TEMPERATURE = /^(switch|cover|light|pm1|em1?|rgbw?|cct):\d+$/;

/** Which numbers of a topic are signals, and why the others are not. */
export function judge(topic: SurveyedTopic, hints: Hints): JudgedTopic {
  const signals: Signal[] = [];
  const others: NoSignalField[] = [];
  for (const field of topic.fields.values()) {
    const path = pathOf(field.keys);
    const verdict = verdictOf(topic, field, hints);
    if (typeof verdict === 'string') others.push({ path, why: verdict });
    else signals.push({ path, keys: withoutEnvelope(topic, field.keys), quantity: verdict, values: field.values });
  }
  return { ...topic, signals, others };
}

function verdictOf(topic: SurveyedTopic, { keys, values }: SurveyedField, hints: Hints): Quantity | string {
  const inner = withoutEnvelope(topic, keys);
  const levels = topic.topic.split('/');
  const said = hints.get(topic.topic, keys);
  if (said?.category === 'diagnostic') return 'device diagnostics';
  if (said?.category === 'config') return 'setting';
  if (isTimeOf(topic, keys)) return 'time';
  const named = noSignalAbove(inner) ?? namedBy([...levels, ...inner]) ?? quantityAbove(levels, inner);
  if (typeof named === 'string') return named;
  // Counted in watt-minutes.
  if (topic.dialect.name === 'Shelly' && named?.counter !== undefined) return 'derived';
  if (isOwnTemperature([...levels, ...inner])) return 'device diagnostics';
  if (named?.name === 'voltage' && isBatteryVoltage(topic, values)) return 'battery';
  const { course } = values;
  if (course === 'message count') return 'counts messages';
  if (course === 'clock' && named === null) return 'uptime';
  if (said !== null && said.unit !== null) return settled(quantityOf(said.unit, named, said.counts), values);
  if (values.binary && (isState([...levels, ...inner]) || course !== 'constant')) return STATE;
  if (named === null && course === 'constant') return `constant, ${values.last} in ${values.count} messages`;
  if (named === null && course === 'counter') return { ...UNNAMED, counter: 'hour' };
  return settled(named ?? UNNAMED, values);
}

const isState = (keys: readonly string[]): boolean => {
  const named = namedBy(keys.slice(-1));
  return keys.at(-1) === 'state' || (typeof named === 'object' && named?.name === 'state');
};

/** Without the parts that the values contradict: a range that they leave, a counter that falls. */
function settled({ range, counter, ...quantity }: Quantity, values: FieldSurvey): Quantity {
  const { min, max } = values;
  const isAir = quantity.name === 'pressure' && quantity.unit === '' && min > 850 && max < 1100;
  const fits = range !== undefined && min >= range[0] && max <= range[1];
  return {
    ...quantity,
    ...(isAir ? { unit: 'hPa', range: [300, 1200] as const } : fits ? { range } : {}),
    ...(counter === undefined || values.fell ? {} : { counter }),
  };
}

const isTimeOf = ({ time }: SurveyedTopic, keys: readonly string[]): boolean =>
  time !== null && time.length === keys.length && time.every((key, i) => key === keys[i]);

const isOwnTemperature = (keys: readonly string[]): boolean =>
  keys.includes('temperature') && keys.some((key) => OWN_TEMPERATURE.test(key));

/** Of a device that also reports its battery: in millivolts, or that of a few cells. */
const isBatteryVoltage = ({ fields }: SurveyedTopic, { max }: FieldSurvey): boolean =>
  (max > 1000 || max < 5) && [...fields.keys()].some((path) => /(^|\.)battery/.test(path));

function withoutEnvelope({ dialect }: SurveyedTopic, keys: readonly string[]): readonly string[] {
  const { envelope = [] } = dialect;
  return envelope.every((key, i) => keys[i] === key) ? keys.slice(envelope.length) : keys;
}
