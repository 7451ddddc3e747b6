import type { Severity } from '../../detect/episode/anomaly.ts';
import type { AlarmMark } from '../../io/sqlite/tables/incident-table.ts';
import type { Period } from '../../io/sqlite/tables/period.ts';
import { groupedBy, SEVERITIES } from '../report/summary.ts';
import type { IncidentsBody, Lane, LaneBar } from './contract/incidents.ts';

/** Lanes of one page: more than fit on a screen, and a bounded answer for a site with a thousand series. */
const MAX_LANES = 40;
/** Bars that begin within the same of so many columns would lie on each other: they are drawn as one. */
const COLUMNS = 160;

/** The higher, the worse. */
export const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

export const worstOf = (severities: readonly Severity[]): Severity =>
  severities.reduce((most, each) => (rank(each) > rank(most) ? each : most));

/** The alarms as bars in order of their begin, at most one for each column. */
export function barsOf(marks: readonly AlarmMark[], { since, until }: Period): readonly LaneBar[] {
  const column = ({ startAt }: AlarmMark): number =>
    Math.floor((COLUMNS * (Math.max(since, startAt) - since)) / Math.max(1, until - since));
  return [...groupedBy(marks, (mark) => String(column(mark)))]
    .map(([, own]) => barOf(own))
    .sort((a, b) => a.from - b.from);
}

function barOf(marks: readonly AlarmMark[]): LaneBar {
  const worst = marks.reduce((most, mark) => (rank(mark.severity) > rank(most.severity) ? mark : most));
  const open = marks.some(({ endAt }) => endAt === null);
  return {
    from: Math.min(...marks.map(({ startAt }) => startAt)),
    until: open ? null : Math.max(...marks.map(({ endAt }) => endAt!)),
    severity: worst.severity,
    alarms: marks.length,
    incident: worst.incident,
  };
}

/**
 * A lane for each series, the worst first: by its worst alarm, then by their number. Series without an alarm follow in the order of
 * `series` while there is room.
 */
export function lanesOf(
  marks: readonly AlarmMark[],
  series: readonly { readonly slug: string; readonly label?: string | undefined }[],
  period: Period,
): Pick<IncidentsBody, 'lanes' | 'lanesBeyond'> {
  const labels = new Map(series.map(({ slug, label }) => [slug, label ?? null]));
  const bySeries = groupedBy(marks, (mark) => mark.series);
  const worst = new Map(
    [...bySeries].map(([name, own]) => [name, Math.max(...own.map(({ severity }) => rank(severity)))]),
  );
  const withAlarms = [...bySeries].toSorted(
    ([a, ofA], [b, ofB]) => worst.get(b)! - worst.get(a)! || ofB.length - ofA.length || (a < b ? -1 : 1),
  );
  const quiet = series.filter(({ slug }) => !bySeries.has(slug));
  const lanes = [...withAlarms, ...quiet.map(({ slug }) => [slug, []] as const)]
    .slice(0, MAX_LANES)
    .map(([name, own]): Lane => ({
      series: name,
      label: labels.get(name) ?? null,
      alarms: own.length,
      bars: barsOf(own, period),
    }));
  const drawn = Math.min(MAX_LANES, withAlarms.length);
  return {
    lanes,
    lanesBeyond: { withAlarms: withAlarms.length - drawn, quiet: quiet.length - (lanes.length - drawn) },
  };
}
