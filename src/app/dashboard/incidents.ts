import type { Severity } from '../../detect/episode/anomaly.ts';
import type { AlarmFilter, AlarmMark, IncidentMembers, IncidentTable } from '../../io/sqlite/tables/incident-table.ts';
import type { Period, StoredIncident } from '../../io/sqlite/tables/period.ts';
import { groupedBy } from '../report/summary.ts';
import { detailsOf } from './alarm-facts.ts';
import type { Share } from './contract/alarm.ts';
import type { IncidentRow, IncidentsBody, IncidentStory } from './contract/incidents.ts';
import { barsOf, lanesOf, worstOf } from './lanes.ts';

/** Alarms that one page counts, the newest: reading them takes some 30 ms, in which the service does nothing else. */
const MAX_MARKS = 5_000;
const MAX_LISTED = 100;
const MAX_SERIES = 8;
const MAX_STORY = 100;
/** Kinds of evidence, and series, whose share is said. */
const MAX_SHARES = 8;

/** A series that is monitored now. */
export interface NamedSeries {
  readonly slug: string;
  readonly label?: string | undefined;
}

/** Lanes and list of a period. `maxMarks`: for tests. */
export function incidentsBody(
  table: IncidentTable,
  series: readonly NamedSeries[],
  { period, filter, now }: { readonly period: Period; readonly filter: AlarmFilter; readonly now: number },
  maxMarks = MAX_MARKS,
): IncidentsBody {
  const read = table.marks(period, filter, maxMarks + 1);
  const marks = read.slice(0, maxMarks);
  const incidents = [...groupedBy(marks, ({ incident }) => incident)];
  const shown = filter.series === null ? series : series.filter(({ slug }) => slug === filter.series);
  const severity: Record<Severity, number> = { minor: 0, major: 0, critical: 0 };
  for (const mark of marks) severity[mark.severity]++;
  return {
    now,
    ...period,
    together: barsOf(marks, period),
    ...lanesOf(marks, shown, period),
    incidents: incidents.slice(0, MAX_LISTED).map(([id, own]) => rowOf(table.incident(id), id, own.toReversed())),
    incidentsBeyond: Math.max(0, incidents.length - MAX_LISTED),
    counts: {
      alarms: marks.length,
      incidents: incidents.length,
      open: marks.filter(({ endAt }) => endAt === null).length,
      severity,
    },
    cut: read.length > maxMarks,
    series: [...new Set([...series.map(({ slug }) => slug), ...marks.map((mark) => mark.series)])].sort(),
  };
}

/** `own`: the oldest first. An incident that is not stored yet has the times of its alarms. */
function rowOf(stored: StoredIncident | null, id: string, own: readonly AlarmMark[]): IncidentRow {
  const names = [...new Set(own.map(({ series }) => series))];
  const open = own.some(({ endAt }) => endAt === null);
  const alone = { endAt: open ? null : Math.max(...own.map((mark) => mark.endAt!)), reason: '' };
  const { endAt, reason } = stored ?? alone;
  return {
    ...{ id, endAt, reason, ...withMembers(stored ?? own[0], own) },
    alarms: own.length,
    kinds: [...new Set(own.map(({ kind }) => kind))],
    series: names.slice(0, MAX_SERIES),
    seriesBeyond: Math.max(0, names.length - MAX_SERIES),
  };
}

/** The stored incident gets the news of its alarms up to 5 s later. */
const withMembers = (
  stored: Pick<StoredIncident, 'startAt' | 'severity'>,
  alarms: readonly Pick<AlarmMark, 'startAt' | 'severity'>[],
): Pick<StoredIncident, 'startAt' | 'severity'> => ({
  startAt: Math.min(stored.startAt, ...alarms.map(({ startAt }) => startAt)),
  severity: worstOf([stored.severity, ...alarms.map(({ severity }) => severity)]),
});

/** One incident as a story. */
export function storyOf(
  { incident, alarms, beyond, answers }: IncidentMembers,
  labelOf: (series: string) => string | undefined,
  now: number,
): IncidentStory {
  const { id, endAt } = incident;
  return {
    ...{ id, now, endAt, ...withMembers(incident, alarms) },
    alarms: alarms.map((alarm) => ({
      ...detailsOf(alarm, sharesOf),
      label: labelOf(alarm.series) ?? null,
      verdict: answers.get(alarm.id) ?? null,
    })),
    alarmsBeyond: beyond,
  };
}

/** The first alarms of an incident with its times. */
export const membersOf = (table: IncidentTable, id: string): IncidentMembers | null => table.members(id, MAX_STORY);

const sharesOf = (shares: Readonly<Record<string, number>>): readonly Share[] =>
  Object.entries(shares)
    .map(([name, share]) => ({ name, share }))
    .sort((a, b) => b.share - a.share)
    .slice(0, MAX_SHARES);
