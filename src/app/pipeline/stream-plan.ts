import { couldName } from '../../config/names.ts';
import type { FieldOptions } from '../../config/schema/input.ts';
import type { Site } from '../../config/schema/site.ts';
import { mergeTuning, type Tuning } from '../../config/schema/tuning.ts';
import type { SeriesInfo } from '../../detect/reading.ts';
import { factsOf } from '../../stream/dialects/signals/signals.ts';
import { compileGlobs } from '../../stream/names/glob.ts';
import type { KnownSignal } from '../../stream/known-signals.ts';
import { infoOf as infoOfFacts, unwanted, type SignalInfo } from '../../stream/signal-reader.ts';
import { sourceOf } from '../../stream/names/source.ts';
import { compileFilter, wildcardsIn } from '../../stream/names/topic-filter.ts';

/** A field, with the properties of a signal that no field of the site file names. */
export type PlanField = Omit<FieldOptions, keyof SignalInfo> & SignalInfo;

/** The known signals of a site: `KnownSignals`, or a table of the database. */
export interface SignalLookup {
  get(slug: string): KnownSignal | null;
}

const NO_SIGNALS: SignalLookup = { get: () => null };

/**
 * The fields that may produce a series, before any message has arrived: for a signal that was read before, the field of the input that
 * reads it now; otherwise the fields whose name fits.
 */
function fieldsOf(site: Site, slug: string, signals: SignalLookup): readonly PlanField[] {
  const read = signalField(site, slug, signals);
  if (read !== null) return [read];
  return site.inputs
    .filter(({ all }) => all?.bareNumbers !== true)
    .flatMap((input) => input.fields)
    .filter(({ name }) => couldName(name, slug));
}

/** The field of a signal that no field of the site file names; null where no input reads it. */
export function signalField(site: Site, slug: string, signals: SignalLookup): PlanField | null {
  const known = signals.get(slug);
  if (known === null || known.explicit) return null;
  const input = site.inputs.find((input) => reads(input, known));
  return input === undefined ? null : { ...input.fields[0], name: slug, ...infoOfFacts(known.facts) };
}

/** Whether an input may produce a series. */
export const mayGive = (input: Site['inputs'][number], slug: string, signals: SignalLookup): boolean => {
  const known = signals.get(slug);
  if (known !== null && !known.explicit && reads(input, known)) return true;
  return input.all?.bareNumbers !== true && input.fields.some(({ name }) => couldName(name, slug));
};

function reads({ topic, all }: Site['inputs'][number], { topic: seen, device, signal, facts }: KnownSignal): boolean {
  if (all === null || compileFilter(topic)(seen) === null) return false;
  const globs = { include: compileGlobs(all.include), exclude: compileGlobs(all.exclude) };
  return unwanted(globs, device, signal, facts) === null;
}

/** For a series of a group without a message so far: the facts that follow from its name. */
function guessed(slug: string): Partial<PlanField> {
  const facts = factsOf(slug.replaceAll('-', '/'), '');
  return facts.noSignal === undefined ? infoOfFacts(facts) : {};
}

const infoOf = (slug: string, field: Partial<PlanField> | undefined): SeriesInfo => ({
  slug,
  label: field?.label,
  unit: field?.unit ?? '',
  range: field?.range ?? null,
  only: field?.only ?? 'both',
  maxStep: field?.maxStep,
  counter: field?.counter,
  minDeviation: field?.minDeviation ?? 0,
  minDeviationPercent: field?.minDeviationPercent ?? 0,
});

/** The only topic that can produce these series; null when there may be several. */
function soleTopic(site: Site, series: readonly SeriesInfo[]): string | null {
  const inputs = site.inputs.filter(
    ({ fields, all }) =>
      all?.bareNumbers !== true && series.some(({ slug }) => fields.some(({ name }) => couldName(name, slug))),
  );
  const [topic] = inputs.map((input) => input.topic);
  return inputs.length > 0 && inputs.every((input) => input.topic === topic) && wildcardsIn(topic) === 0 ? topic : null;
}

/** The series and options of a stream. */
export interface StreamPlan {
  readonly series: readonly SeriesInfo[];
  readonly tuning: Tuning;
  /** The only topic that can produce the series of a group, as a number; null when there may be several. */
  readonly source: number | null;
}

/** The possible plans of a stream with this name: one for a group, otherwise one for each field that may produce the series. */
export function plansOf(site: Site, stream: string, signals = NO_SIGNALS): readonly StreamPlan[] {
  if (Object.hasOwn(site.groups, stream)) {
    const { series, tuning } = site.groups[stream];
    const reader = site.inputs.find(({ all }) => all !== null);
    const infos = series.map((slug) => {
      const field = fieldsOf(site, slug, signals).at(0);
      return infoOf(slug, field ?? (reader && { ...reader.fields[0], ...guessed(slug) }));
    });
    const topic = infos.length > 1 ? soleTopic(site, infos) : null;
    return [
      { series: infos, tuning: mergeTuning(site.tuning, tuning), source: topic === null ? null : sourceOf(topic) },
    ];
  }
  return fieldsOf(site, stream, signals).map((field) => planOf(site, stream, field));
}

export const planOf = (site: Site, slug: string, field: PlanField): StreamPlan => ({
  series: [infoOf(slug, field)],
  tuning: mergeTuning(site.tuning, field.tuning),
  source: null,
});

/** The options of a stream in the site file as a text: equal texts mean equal options. */
export const planText = (plan: StreamPlan, { timezone }: Pick<Site, 'timezone'>, holidaysKey: string): string =>
  JSON.stringify([plan, timezone, holidaysKey]);
