import { couldName } from '../../config/names.ts';
import { mergeTuning, type FieldOptions, type Site, type Tuning } from '../../config/schema.ts';
import { Calendar, UTC, type IsHoliday } from '../../detect/forecast/calendar.ts';
import type { SeriesInfo } from '../../detect/reading.ts';
import type { MonitorOptions } from '../../detect/stream-monitor.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { sourceOf } from '../../stream/source.ts';
import { zoneOffset } from '../../stream/time-zone.ts';
import { wildcardsIn } from '../../stream/topic-filter.ts';

/** The wall clock of the site's `timezone`; UTC when it has none. */
export const calendarOf = ({ timezone }: Pick<Site, 'timezone'>, isHoliday: IsHoliday | null = null): Calendar =>
  timezone === null && isHoliday === null
    ? UTC
    : new Calendar(timezone === null ? () => 0 : zoneOffset(timezone), isHoliday);

export const monitorOptions = (tuning: Tuning, kernel: Kernel | null, calendar = UTC): MonitorOptions => ({
  ...tuning,
  kernel,
  calendar,
  warmupTimeMs: tuning.warmupTime,
  holdForMs: tuning.holdFor,
  minDurationMs: tuning.minDuration,
  coolDownMs: tuning.coolDown,
  silentAfterMs: tuning.silentAfter,
});

/** The fields that may produce a series, judged by its name, before any message has arrived. */
const fieldsOf = (site: Site, slug: string): FieldOptions[] =>
  site.inputs.flatMap((input) => input.fields).filter(({ name }) => couldName(name, slug));

const infoOf = (slug: string, field: FieldOptions | undefined): SeriesInfo => ({
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
  const inputs = site.inputs.filter(({ fields }) =>
    series.some(({ slug }) => fields.some(({ name }) => couldName(name, slug))),
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
export function plansOf(site: Site, stream: string): readonly StreamPlan[] {
  if (Object.hasOwn(site.groups, stream)) {
    const { series, tuning } = site.groups[stream];
    const infos = series.map((slug) => infoOf(slug, fieldsOf(site, slug)[0]));
    const topic = infos.length > 1 ? soleTopic(site, infos) : null;
    return [
      { series: infos, tuning: mergeTuning(site.tuning, tuning), source: topic === null ? null : sourceOf(topic) },
    ];
  }
  return fieldsOf(site, stream).map((field) => planOf(site, stream, field));
}

export const planOf = (site: Site, slug: string, field: FieldOptions): StreamPlan => ({
  series: [infoOf(slug, field)],
  tuning: mergeTuning(site.tuning, field.tuning),
  source: null,
});

/** Two streams with the same text are the same, in all that a site file says about them. */
export const planText = (plan: StreamPlan, { timezone }: Pick<Site, 'timezone'>, holidaysKey: string): string =>
  JSON.stringify([plan, timezone, holidaysKey]);
