import { seriesName } from '../../stream/series-name.ts';
import { infoOf } from '../../stream/signal-reader.ts';
import type { MappedSignal, MappedSurvey, MappedTopic } from './mapped.ts';
import type { NotProposed, ProposedField, ProposedInput } from './proposed.ts';

/** A group of topics of one format that one input reads. */
interface Together {
  readonly filter: string;
  readonly topics: readonly MappedTopic[];
}

/**
 * Inputs that read every signal, for formats whose numbers have no path. `others`: topics of other formats, which no wildcard should
 * take in.
 */
export function mappedInputs({ topics, signals }: MappedSurvey, others: readonly string[]): readonly ProposedInput[] {
  return together([...topics.values()], others).flatMap(({ filter, topics }) => {
    const names = new Set(topics.map(({ topic }) => topic));
    const own = [...signals.values()].filter(({ topic, facts }) => names.has(topic) && facts.noSignal === undefined);
    return own.length === 0 ? [] : [inputOf(filter, topics, own)];
  });
}

/** Numbers in these formats that are no signal. */
export const mappedNoSignals = ({ signals }: MappedSurvey): readonly NotProposed[] =>
  [...signals.values()].flatMap(({ topic, signal, facts: { noSignal } }) =>
    noSignal === undefined ? [] : [{ topic, path: signal, why: noSignal, topics: 1 }],
  );

const firstLevel = (topic: string): string => topic.split('/')[0];

function together(topics: readonly MappedTopic[], others: readonly string[]): readonly Together[] {
  const taken = new Set(others.map(firstLevel));
  const groups = new Map<string, MappedTopic[]>();
  for (const topic of topics) {
    const level = firstLevel(topic.topic);
    const apart =
      taken.has(level) || topics.some(({ topic: t, format }) => firstLevel(t) === level && format !== topic.format);
    const filter = apart || level === topic.topic ? topic.topic : `${level}/#`;
    groups.set(filter, [...(groups.get(filter) ?? []), topic]);
  }
  // A birth and the data of a Sparkplug device come on different topics.
  return [...groups].map(([filter, all]) => ({
    filter: all.length === 1 && all[0].format !== 'sparkplug' ? all[0].topic : filter,
    topics: all,
  }));
}

function inputOf(filter: string, topics: readonly MappedTopic[], signals: readonly MappedSignal[]): ProposedInput {
  const intervals = topics
    .filter(({ live }) => live > 1)
    .map((topic) => (topic.lastAt - topic.firstAt) / (topic.live - 1));
  return {
    topic: filter,
    format: topics[0].format,
    all: true,
    exclude: [],
    each: null,
    time: null,
    localTime: false,
    topics: topics.length,
    live: topics.reduce((sum, { live }) => sum + live, 0),
    everyMs: intervals.sort((a, b) => a - b).at(intervals.length >> 1) ?? null,
    fields: signals.map(fieldOf),
  };
}

function fieldOf({ device, signal, facts, values }: MappedSignal): ProposedField {
  const { unit, range, counter } = infoOf(facts);
  return {
    path: signal === '' ? device : `${device}/${signal}`,
    name: seriesName(device, signal),
    unit,
    range,
    counter: counter ?? null,
    min: values.min,
    max: values.max,
    last: values.last,
    values: values.count,
    topics: 1,
  };
}
