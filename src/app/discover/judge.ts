import { namedBy, quantityOf } from '../../stream/dialects/signals/signals.ts';
import type { SignalFacts } from '../../stream/dialects/signals/signal-facts.ts';
import type { FieldSurvey } from './field-survey.ts';
import type { Hint, Hints } from './hints.ts';
import type { SurveyedSignal } from './survey.ts';

export interface JudgedSignal extends SurveyedSignal {
  /** Why the number is not worth learning; null where it is. */
  readonly why: string | null;
  /** The service leaves it out by itself. */
  readonly isNone: boolean;
  /** What the series needs: the facts of the format, unless the values or the device itself contradict them. */
  readonly wanted: SignalFacts;
}

/** Whether a number is a signal, and which unit, range and counter it has. */
export function judge(signal: SurveyedSignal, hints: Hints): JudgedSignal {
  const verdict = verdictOf(signal, hints);
  const isNone = signal.facts.noSignal !== undefined;
  return typeof verdict === 'string'
    ? { ...signal, why: verdict, isNone, wanted: signal.facts }
    : // Without a place no field can name it: the service reads it as its format does.
      { ...signal, why: null, isNone, wanted: signal.place === null ? signal.facts : verdict };
}

/** Whether a field of its own must say what the format does not. */
export const isException = ({ facts, wanted, why }: JudgedSignal): boolean => why === null && wanted !== facts;

function verdictOf(
  { topic, device, signal, facts, values, place }: SurveyedSignal,
  hints: Hints,
): string | SignalFacts {
  if (facts.noSignal !== undefined) return facts.noSignal;
  const said = place === null ? null : hints.get(topic.topic, place.keys);
  if (said?.category === 'diagnostic') return 'device diagnostics';
  if (said?.category === 'config') return 'setting';
  const { course } = values;
  if (course === 'message count' && facts.counter === undefined) return 'counts messages';
  const isUnknown = facts.unit === undefined && facts.binary === undefined && facts.counter === undefined;
  if (isUnknown && course === 'clock') return 'uptime';
  if (said !== null && said.unit !== null) return settled(saidFacts(facts, said, said.unit), values, signal || device);
  if (isUnknown && course === 'constant') return `constant, ${values.last} in ${values.count} messages`;
  if (isUnknown && course === 'counter') return { counter: 'hour' };
  return settled(facts, values, signal || device);
}

/** The unit that the device gives to Home Assistant. */
function saidFacts(facts: SignalFacts, { counts }: Hint, unit: string): SignalFacts {
  const counter = counts || facts.counter !== undefined;
  if (facts.unit === unit && counter === (facts.counter !== undefined)) return facts;
  const { range } = quantityOf(unit, null, false);
  return { unit, ...(range === undefined ? {} : { range }), ...(counter ? { counter: facts.counter ?? 'hour' } : {}) };
}

/** Without the parts that the values contradict: a range that they leave, a counter that falls. The same object where there are none. */
function settled(facts: SignalFacts, values: FieldSurvey, words: string): SignalFacts {
  const { range, counter, ...rest } = facts;
  const { min, max } = values;
  if (facts.unit === '' && min > 850 && max < 1100 && isPressure(words)) return { unit: 'hPa', range: [300, 1200] };
  const leaves = range !== undefined && (min < range[0] || max > range[1]);
  const falls = counter !== undefined && values.fell;
  if (!leaves && !falls) return facts;
  return {
    ...rest,
    ...(range === undefined || leaves ? {} : { range }),
    ...(counter === undefined || falls ? {} : { counter }),
  };
}

function isPressure(words: string): boolean {
  const named = namedBy(words.split(/[./]/));
  return typeof named === 'object' && named?.name === 'pressure';
}
