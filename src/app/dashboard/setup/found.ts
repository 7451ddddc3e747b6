import type { Site } from '../../../config/schema.ts';
import { covers } from '../../../stream/topic-filter.ts';
import type { ProposedField, ProposedInput, Proposal } from '../../discover/proposal.ts';
import type { DiscoverBody, FoundField, FoundInput, SearchState } from '../contract/setup.ts';

const MAX_REASONS = 20;

/** Topic filter and path: the same number has the same key in each search. */
export const keyOf = ({ topic }: Pick<ProposedInput, 'topic'>, { path }: Pick<ProposedField, 'path'>): string =>
  JSON.stringify([topic, path]);

/** A search as the page shows it; `present`: the inputs of the site file. */
export function discoverBody(state: SearchState, proposal: Proposal | null, present: Site['inputs']): DiscoverBody {
  return {
    ...state,
    inputs: (proposal?.inputs ?? []).map((input) => foundInput(input, present)),
    inputsBeyond: proposal?.inputsBeyond ?? 0,
    notProposed: proposal === null ? [] : reasonsOf(proposal),
  };
}

const foundInput = (input: ProposedInput, present: Site['inputs']): FoundInput => {
  const { topic, format, topics, live, everyMs } = input;
  return {
    topic,
    format,
    topics,
    live,
    everyMs,
    fields: input.fields.map((field) => foundField(input, field, present)),
  };
};

function foundField(input: ProposedInput, field: ProposedField, present: Site['inputs']): FoundField {
  const { path, name, unit, counter, last, min, max } = field;
  return {
    key: keyOf(input, field),
    path,
    name,
    unit,
    counter,
    last,
    min,
    max,
    watched: isWatched(input, path, present),
  };
}

/** Whether an input of the site file reads this number of all these topics. */
export const isWatched = ({ topic, each, all }: ProposedInput, path: string, present: Site['inputs']): boolean =>
  present.some(
    (input) =>
      (all && input.all !== null && covers(input.topic, topic)) ||
      (covers(input.topic, topic) &&
        (input.each ?? null) === each &&
        input.fields.some((field) => field.path.replace(/^\$\.?/, '') === path)),
  );

function reasonsOf({ notProposed, skipped }: Proposal): DiscoverBody['notProposed'] {
  const reasons = new Map<string, { why: string; fields: number; example: string }>();
  const add = (why: string, fields: number, example: string): void => {
    const known = reasons.get(why);
    if (known === undefined) reasons.set(why, { why, fields, example });
    else known.fields += fields;
  };
  for (const { why, topics, topic, path } of notProposed)
    add(whyOf(why), topics, path === '' ? topic : `${topic} ${path}`);
  for (const { format, reason, topics, example } of skipped) add(`${format}: ${reason}`, topics, example);
  return [...reasons.values()].sort((a, b) => b.fields - a.fields).slice(0, MAX_REASONS);
}

/** `constant, 3 in 20 messages` is one reason for all values. */
const whyOf = (why: string): string => (why.startsWith('constant,') ? 'constant' : why);
