import type { Anomaly, AnomalyKind, Severity } from '../../detect/episode/anomaly.ts';
import type { Answer, PeriodRecords } from '../../io/sqlite/tables/period.ts';

export const SEVERITIES = ['minor', 'major', 'critical'] as const satisfies readonly Severity[];
export const KINDS = ['process', 'drift', 'sensor'] as const satisfies readonly AnomalyKind[];

/** The last answer of the operator to an alarm: it was a fault, or it was normal, so a false alarm. */
export type Verdict = 'fault' | 'normal' | null;

/** Numbers of alarms; those without an answer are the rest. */
interface Tally {
  alarms: number;
  /** Answered with `fault`. */
  fault: number;
  /** Answered with `normal`: false alarms. */
  normal: number;
}

export interface SeriesTally extends Tally, Record<Severity, number> {
  series: string;
  /** Faults of the sensor itself, among the alarms. */
  sensor: number;
}

/** The numbers of a period. Counts of alarms that were open at some time of it. */
export interface Summary {
  readonly alarms: Tally & {
    open: number;
    readonly severity: Record<Severity, number>;
    readonly kind: Record<AnomalyKind, number>;
    readonly kindAndSeverity: Record<AnomalyKind, Record<Severity, number>>;
  };
  /** Sensor faults by cause: silent, stuck, range ... */
  readonly sensorFaults: Readonly<Record<string, number>>;
  /** By number of alarms, the most first. */
  readonly series: readonly SeriesTally[];
  readonly incidents: { readonly all: number; readonly open: number };
  /** `fresh`: those that became a habit in the period. */
  readonly habits: { readonly all: number; readonly fresh: number };
  readonly answers: Record<Answer['kind'], number>;
  readonly commands: { done: number; refused: number; waiting: number };
  /** Whether there are older alarms or incidents that are not counted. */
  readonly cut: boolean;
}

/** The last answer to each alarm, by its id. */
export function verdictsOf(answers: readonly Answer[]): ReadonlyMap<string, 'fault' | 'normal'> {
  const verdicts = new Map<string, 'fault' | 'normal'>();
  for (const { event, kind } of answers) if (event !== null && kind !== 'missed') verdicts.set(event, kind);
  return verdicts;
}

/** The cause of a sensor fault, in words: a sensor fault has one kind of evidence. */
export const faultOf = ({ evidence }: Pick<Anomaly, 'evidence'>): string =>
  (Object.keys(evidence).at(0) ?? 'unknown').replaceAll('_', ' ');

/** The members of each group, both in the order of `all`. */
export function groupedBy<T>(all: readonly T[], of: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const own = groups.get(of(each));
    if (own === undefined) groups.set(of(each), [each]);
    else own.push(each);
  }
  return groups;
}

const bySeverity = (): Record<Severity, number> => ({ minor: 0, major: 0, critical: 0 });

export function summaryOf(records: PeriodRecords, since: number): Summary {
  const verdicts = verdictsOf(records.answers);
  const alarms: Summary['alarms'] = {
    ...{ alarms: 0, open: 0, fault: 0, normal: 0 },
    severity: bySeverity(),
    kind: { process: 0, drift: 0, sensor: 0 },
    kindAndSeverity: { process: bySeverity(), drift: bySeverity(), sensor: bySeverity() },
  };
  const series = new Map<string, SeriesTally>();
  for (const alarm of records.alarms) {
    const own = series.get(alarm.series) ?? newTally(alarm);
    series.set(alarm.series, own);
    const verdict = verdicts.get(alarm.id) ?? null;
    for (const tally of [alarms, own]) {
      tally.alarms++;
      if (verdict !== null) tally[verdict]++;
    }
    if (alarm.endAt === null) alarms.open++;
    alarms.severity[alarm.severity]++;
    alarms.kind[alarm.kind]++;
    alarms.kindAndSeverity[alarm.kind][alarm.severity]++;
    own[alarm.severity]++;
    if (alarm.kind === 'sensor') own.sensor++;
  }
  const sensor = records.alarms.filter(({ kind }) => kind === 'sensor');
  const answers = { fault: 0, normal: 0, missed: 0 };
  for (const { kind } of records.answers) answers[kind]++;
  const commands = { done: 0, refused: 0, waiting: 0 };
  for (const { status, n } of records.commands) commands[status] += n;
  return {
    alarms,
    sensorFaults: Object.fromEntries([...groupedBy(sensor, faultOf)].map(([fault, own]) => [fault, own.length])),
    series: [...series.values()].sort((a, b) => b.alarms - a.alarms || (a.series < b.series ? -1 : 1)),
    incidents: { all: records.incidents.length, open: records.incidents.filter(({ endAt }) => endAt === null).length },
    habits: { all: records.habits.length, fresh: records.habits.filter(({ at }) => at >= since).length },
    answers,
    commands,
    cut: records.cut,
  };
}

const newTally = ({ series }: Anomaly): SeriesTally => ({
  ...{ series, alarms: 0, fault: 0, normal: 0, sensor: 0 },
  ...bySeverity(),
});
