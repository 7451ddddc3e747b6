import { infoOf } from '../../stream/signal-reader.ts';
import { nameOf, patternsFor } from './exclude.ts';
import { filterFor, filtersOf } from './filters.ts';
import { groupsOf, type ProposedGroup } from './groups.ts';
import { judge } from './judge.ts';
import { namedInputs } from './named-inputs.ts';
import { withNames, type NamedSignal } from './names.ts';
import { pathOf } from './places.ts';
import type { NotProposed, ProposedField, ProposedInput } from './proposed.ts';
import { withoutRepeatedEnergy } from './repeats.ts';
import type { Skipped, Survey, SurveyedTopic } from './survey.ts';
import { trafficOf } from './traffic.ts';

export type { NotProposed, ProposedField, ProposedInput } from './proposed.ts';

export interface Proposal {
  readonly inputs: readonly ProposedInput[];
  /** Series of one message, which one network could learn together. */
  readonly groups: readonly ProposedGroup[];
  readonly series: number;
  readonly notProposed: readonly NotProposed[];
  readonly skipped: readonly Skipped[];
  /** Inputs left out because there are too many. */
  readonly inputsBeyond: number;
}

/** More inputs would be a file that nobody reads. */
const MAX_INPUTS = 300;

/**
 * Proposes inputs for the findings of a survey. Names, units, ranges, and the rule for numbers that are no signal come from the formats of the service, so an
 * input reads all that its topics have; a field is named only where the values, or the device itself, contradict its format.
 */
export function propose(survey: Survey): Proposal {
  const judged = withNames(withoutRepeatedEnergy(survey.signals.map((signal) => judge(signal, survey.hints))));
  const bySource = new Map<SurveyedTopic, NamedSignal[]>();
  for (const signal of judged) {
    const all = bySource.get(signal.topic);
    if (all === undefined) bySource.set(signal.topic, [signal]);
    else all.push(signal);
  }
  const isRead = (topic: SurveyedTopic): boolean => (bySource.get(topic) ?? []).some(({ why }) => why === null);
  const read = survey.all.filter(isRead);
  const filters = filtersOf(
    [...read, ...announcing(survey.all, read)],
    survey.all.flatMap(({ topic, unreadable }) => (unreadable === null ? [] : [topic])),
  );
  const byFilter = new Map<string, SurveyedTopic[]>(filters.toSorted().map((filter) => [filter, []]));
  const filterOf = new Map<SurveyedTopic, string>();
  const known = new Set(filters);
  for (const topic of survey.all) {
    const filter = filterFor(topic.topic, known);
    if (filter === null) continue;
    filterOf.set(topic, filter);
    byFilter.get(filter)!.push(topic);
  }
  const all = [...byFilter].flatMap(([filter, topics]) => inputsOf(filter, topics, bySource));
  const inputs = all.slice(0, MAX_INPUTS);
  const proposed = judged.filter(({ why }) => why === null);
  return {
    inputs,
    groups: groupsOf(proposed),
    series: inputs.reduce((sum, { fields }) => sum + fields.length, 0),
    notProposed: notProposed(judged, ({ topic }) => filterOf.get(topic) ?? topic.topic),
    skipped: survey.skipped,
    inputsBeyond: all.length - inputs.length,
  };
}

/** Topics on which the devices say whether they are there. */
function announcing(all: readonly SurveyedTopic[], read: readonly SurveyedTopic[]): readonly SurveyedTopic[] {
  const first = (topic: string): string => topic.split('/', 1)[0];
  const levels = new Set(read.map(({ topic }) => first(topic)));
  const known = new Set(read);
  return all.filter((topic) => topic.announces && !known.has(topic) && levels.has(first(topic.topic)));
}

function inputsOf(
  filter: string,
  topics: readonly SurveyedTopic[],
  bySource: ReadonlyMap<SurveyedTopic, readonly NamedSignal[]>,
): readonly ProposedInput[] {
  const signals = topics.flatMap((topic) => bySource.get(topic) ?? []);
  const proposed = signals.filter(({ why }) => why === null);
  const fields = proposed.filter(({ named }) => !named).map(fieldOf);
  const named = topics.flatMap((topic) => {
    const fields = bySource.get(topic)?.filter((signal) => signal.named) ?? [];
    return namedInputs(fields.map(fieldOf), { format: topic.format, ...trafficOf([topic]) });
  });
  // A topic alone needs no second input for the availability of its device.
  if (fields.length === 0 && !filter.endsWith('/#')) return named;
  const out = signals.filter((signal) => signal.named || (signal.why !== null && !signal.isNone));
  const whole: ProposedInput = {
    ...{ topic: filter, format: formatsOf(topics), all: true, time: null, localTime: false },
    exclude: patternsFor(
      out,
      proposed.filter((signal) => !signal.named),
    ),
    ...trafficOf(topics),
    fields,
  };
  return [whole, ...named];
}

const formatsOf = (topics: readonly SurveyedTopic[]): string =>
  [...new Set(topics.filter(({ signals }) => signals > 0).map(({ format }) => format))].join(', ');

function fieldOf({ topic, device, signal, wanted, name, values, place }: NamedSignal): ProposedField {
  const { unit, range, counter = null } = infoOf(wanted);
  return {
    path: nameOf({ device, signal }),
    ...{ name, unit, range, counter },
    ...{ min: values.min, max: values.max, last: values.last, values: values.count },
    from: {
      ...{ topic: topic.topic, device, signal, path: place === null ? null : pathOf(place.keys) },
      ...{ time: place?.time ?? null, localTime: place?.localTime ?? false },
      named: { unit: wanted.unit ?? '', range, counter },
    },
  };
}

function notProposed(
  signals: readonly NamedSignal[],
  filterOf: (signal: NamedSignal) => string,
): readonly NotProposed[] {
  const rows = new Map<string, { topic: string; path: string; why: string; devices: number }>();
  for (const each of signals) {
    const { signal: path, why } = each;
    if (why === null) continue;
    const topic = path === '' ? each.topic.topic : filterOf(each);
    const key = JSON.stringify([topic, path, why]);
    const row = rows.get(key) ?? { topic, path, why, devices: 0 };
    row.devices++;
    rows.set(key, row);
  }
  return [...rows.values()];
}
