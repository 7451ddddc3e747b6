import type { Site } from '../../../config/schema/site.ts';
import { compileGlobs, type Glob } from '../../../stream/names/glob.ts';
import { unwanted, type AllOptions } from '../../../stream/signal-reader.ts';
import { covers } from '../../../stream/names/topic-filter.ts';
import type { ProposedField, ProposedInput, Proposal } from '../../discover/proposal.ts';
import type { DiscoverBody, FoundField, FoundInput, SearchState } from '../contract/setup.ts';

const MAX_REASONS = 20;
/** Numbers in one answer: a page with more is slow, and nobody reads it. */
const MAX_FIELDS = 2_000;

/** Topic, device and signal: the same number has the same key in each search. */
export const keyOf = ({ from: { topic, device, signal } }: Pick<ProposedField, 'from'>): string =>
  JSON.stringify([topic, device, signal]);

/** A search as the page shows it; `present`: the inputs of the site file. */
export function discoverBody(state: SearchState, proposal: Proposal | null, present: Site['inputs']): DiscoverBody {
  const all = proposal?.inputs ?? [];
  let left = MAX_FIELDS;
  const shown = all.map((input) => {
    const fields = input.fields.slice(0, left);
    left -= fields.length;
    return { ...input, fields };
  });
  const beyond = all.reduce((sum, { fields }) => sum + fields.length, left - MAX_FIELDS);
  return {
    ...state,
    inputs: shown.filter(({ fields }) => fields.length > 0).map((input) => foundInput(input, present)),
    inputsBeyond: (proposal?.inputsBeyond ?? 0) + beyond,
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
    fields: input.fields.map((field) => foundField(field, present)),
  };
};

function foundField(field: ProposedField, present: Site['inputs']): FoundField {
  const { path, name, unit, counter, last, min, max } = field;
  return {
    key: keyOf(field),
    path,
    name,
    unit,
    counter,
    last,
    min,
    max,
    watched: isWatched(field, present),
  };
}

/** Whether an input of the site file reads this number. */
export const isWatched = ({ from }: ProposedField, present: Site['inputs']): boolean =>
  present.some(
    (input) =>
      covers(input.topic, from.topic) &&
      (input.all !== null
        ? unwanted(compiled(input.all), from.device, from.signal, {}) === null
        : input.each === null && input.fields.some((field) => field.path.replace(/^\$\.?/, '') === from.path)),
  );

const compiled = ({ include, exclude }: AllOptions): { include: Glob; exclude: Glob } => ({
  include: compileGlobs(include),
  exclude: compileGlobs(exclude),
});

function reasonsOf({ notProposed, skipped }: Proposal): DiscoverBody['notProposed'] {
  const reasons = new Map<string, { why: string; fields: number; example: string }>();
  const add = (why: string, fields: number, example: string): void => {
    const known = reasons.get(why);
    if (known === undefined) reasons.set(why, { why, fields, example });
    else known.fields += fields;
  };
  for (const { why, devices, topic, path } of notProposed)
    add(whyOf(why), devices, path === '' ? topic : `${topic} ${path}`);
  for (const { format, reason, topics, example } of skipped) add(`${format}: ${reason}`, topics, example);
  return [...reasons.values()].sort((a, b) => b.fields - a.fields).slice(0, MAX_REASONS);
}

/** `constant, 3 in 20 messages` is one reason for all values. */
const whyOf = (why: string): string => (why.startsWith('constant,') ? 'constant' : why);
