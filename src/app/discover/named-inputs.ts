import type { ProposedField, ProposedInput } from './proposed.ts';

/** The messages with the fields, summarised. */
type Heard = Pick<ProposedInput, 'format' | 'topics' | 'live' | 'everyMs'>;

/** Inputs that name their fields by their paths, one for each topic and time. */
export function namedInputs(fields: readonly ProposedField[], heard: Heard): readonly ProposedInput[] {
  const byTopic = new Map<string, ProposedField[]>();
  for (const field of fields) {
    const key = JSON.stringify([field.from.topic, field.from.time]);
    byTopic.set(key, [...(byTopic.get(key) ?? []), field]);
  }
  const { format, live, everyMs } = heard;
  return [...byTopic.values()].map((all) => {
    const { topic, time, localTime } = all[0].from;
    return {
      ...{ topic, format, all: false, exclude: [], time, localTime, topics: 1, live, everyMs },
      fields: all.map((field) => ({ ...field, ...field.from.named, path: field.from.path! })),
    };
  });
}
