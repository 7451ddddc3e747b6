import { joinAlike, signalsOf, type Alike } from './alike.ts';
import { groupsOf, type ProposedGroup } from './groups.ts';
import { judge, type JudgedTopic, type Signal } from './judge.ts';
import { mappedInputs, mappedNoSignals } from './mapped-inputs.ts';
import { namesOf, slugsOf, withUniqueNames, type Names } from './names.ts';
import { withoutRepeatedEnergy, withoutRepeatedStatus } from './repeats.ts';
import type { NotProposed, ProposedField, ProposedInput } from './proposed.ts';
import { pathOf, type Skipped, type Survey } from './survey.ts';

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

/** Proposes inputs, names, units, ranges and groups for what a survey has found. */
export function propose(survey: Survey): Proposal {
  const judged = withoutRepeatedEnergy(survey.topics.map((topic) => judge(topic, survey.hints)));
  const withSignals = judged.filter(({ signals }) => signals.length > 0);
  const silent = judged.filter(({ signals }) => signals.length === 0);
  const read = withoutRepeatedStatus(withSignals);
  const readSet = new Set(read);
  // A filter must not match numbers that are no signal, nor values that another topic has as well.
  const unread = [
    ...silent.filter(({ fields }) => fields.has('')),
    ...withSignals.filter((each) => !readSet.has(each)),
  ];
  const all = joinAlike(
    read,
    unread.map(({ topic }) => topic),
  ).toSorted((a, b) => (a.filter < b.filter ? -1 : 1));
  const kept = all.slice(0, MAX_INPUTS);
  const named = withUniqueNames(kept.map((alike) => ({ alike, names: namesOf(alike) })));
  const mapped = mappedInputs(
    survey.mapped,
    judged.map(({ topic }) => topic),
  );
  return {
    inputs: [...named.map(({ alike, names }) => inputOf(alike, names)), ...mapped],
    groups: groupsOf(named),
    series: new Set([
      ...named.flatMap((input) => slugsOf(input).map(({ slug }) => slug)),
      ...mapped.flatMap(({ fields }) => fields.map(({ name }) => name)),
    ]).size,
    notProposed: [...notProposed(kept, silent), ...mappedNoSignals(survey.mapped)],
    skipped: survey.skipped,
    inputsBeyond: all.length - kept.length,
  };
}

function inputOf(alike: Alike, names: Names): ProposedInput {
  const { filter, topics } = alike;
  const live = topics.filter((topic) => topic.live > 0);
  const times = new Set(live.map(({ time }) => (time === null ? null : pathOf(time))));
  const [first] = topics;
  return {
    topic: filter,
    format: first.dialect.name === 'number' && !first.fields.has('') ? 'JSON' : first.dialect.name,
    all: false,
    exclude: [],
    each: first.each === null ? null : pathOf(first.each),
    time: times.size === 1 ? [...times][0] : null,
    localTime: live.some(({ localTime, time }) => localTime && time !== null),
    topics: topics.length,
    live: topics.reduce((sum, topic) => sum + topic.live, 0),
    everyMs: usualInterval(live),
    fields: [...signalsOf(alike)]
      .filter(([path]) => names.has(path))
      .map(([path, all]) => fieldOf(path, all, names.get(path)!)),
  };
}

function fieldOf(path: string, signals: readonly Signal[], name: string | null): ProposedField {
  const ranges = signals.map(({ quantity }) => quantity.range);
  const [{ quantity }] = signals;
  return {
    path,
    name,
    unit: quantity.unit,
    range: quantity.counter !== undefined || ranges.includes(undefined) ? null : ranges[0]!,
    counter: signals.every((signal) => signal.quantity.counter !== undefined) ? quantity.counter! : null,
    min: Math.min(...signals.map(({ values }) => values.min)),
    max: Math.max(...signals.map(({ values }) => values.max)),
    last: signals[0].values.last,
    values: signals.reduce((sum, { values }) => sum + values.count, 0),
    topics: signals.length,
  };
}

function usualInterval(topics: readonly JudgedTopic[]): number | null {
  const intervals = topics
    .filter(({ live }) => live > 1)
    .map(({ live, firstAt, lastAt }) => (lastAt - firstAt) / (live - 1))
    .sort((a, b) => a - b);
  return intervals.length === 0 ? null : intervals[Math.floor(intervals.length / 2)];
}

function notProposed(all: readonly Alike[], silent: readonly JudgedTopic[]): readonly NotProposed[] {
  const rows = new Map<string, { topic: string; path: string; why: string; topics: number }>();
  const add = (filter: string, topic: JudgedTopic): void => {
    for (const { path, why } of topic.others) {
      const key = JSON.stringify([filter, path, why]);
      const row = rows.get(key) ?? { topic: filter, path, why, topics: 0 };
      row.topics++;
      rows.set(key, row);
    }
  };
  for (const { filter, topics } of all) for (const topic of topics) add(filter, topic);
  for (const topic of silent) add(topic.topic, topic);
  return [...rows.values()];
}
