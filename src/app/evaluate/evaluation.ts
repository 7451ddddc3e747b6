import { median } from '../../math/median.ts';
import { countAlarms, type AlarmCounts } from '../../math/metrics/alarm-counts.ts';
import { NAB_PROFILES, nabScore, probation, tallyNab, type NabProfile, type NabTally } from '../../math/metrics/nab.ts';
import { periodOf } from '../../math/metrics/period.ts';
import type { Run } from '../../math/metrics/runs.ts';
import { vusPr } from '../../math/metrics/vus.ts';
import type { Answers } from './answers.ts';
import { WEEK_MS } from '../../math/time.ts';

/** What was found in one recording. Everything but NAB's tally is counted after the probation. */
export interface Evaluation {
  readonly rows: number;
  readonly alarms: AlarmCounts;
  /** From the beginning of each event that was found to its alarm. */
  readonly delaysMs: readonly number[];
  /** Time outside events. */
  readonly quietWeeks: number;
  /** NaN where no event is left. */
  readonly vusPr: number;
  readonly nab: NabTally;
}

/** One line of the table: of one recording, or of all. NaN where a figure has nothing to say. */
export interface Figures {
  readonly rows: number;
  readonly events: number;
  readonly found: number;
  readonly falseAlarms: number;
  /** Share of alarms that count, one an event, which were in one. */
  readonly precision: number;
  /** Share of events that were found. */
  readonly recall: number;
  /** Mean over recordings. */
  readonly vusPr: number;
  readonly nab: Readonly<Record<NabProfile, number>>;
  readonly falseAlarmsPerWeek: number;
  readonly medianDelayMs: number;
}

/**
 * Judges the answers to a recording by its events, in order. The first rows, as many as NAB leaves out (`probation`), and
 * events that begin in them teach and do not count.
 */
export function evaluate(answers: Answers, events: readonly Run[]): Evaluation {
  const { at, scores, values, alarms } = answers;
  const rows = at.length;
  const start = probation(rows);
  const from = events.reduce((from, [first, last]) => (first < start ? Math.max(from, last + 1) : from), start);
  const scored = events.filter(([first]) => first >= from).map(([first, last]): Run => [first - from, last - from]);
  const counts = countAlarms(
    scored,
    alarms.filter((row) => row >= from).map((row) => row - from),
  );
  const found = scored.filter(([first, last]) => alarms.some((row) => row - from >= first && row - from <= last));
  const inEvents = scored.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const span = rows > from ? at[rows - 1] - at[from] : 0;
  return {
    rows,
    alarms: counts,
    delaysMs: found.map(([first], k) => Math.max(0, at[from + first + counts.delays[k]] - at[from + first])),
    quietWeeks: ((span / WEEK_MS) * (rows - from - inEvents)) / Math.max(1, rows - from),
    vusPr: scored.length === 0 ? NaN : vusPr(scored, scores.subarray(from), periodOf(values.subarray(from))),
    nab: tallyNab(rows, events, alarms),
  };
}

/** The figures of some recordings together: events and alarms are pooled, VUS-PR is the mean of those that have one. */
export function figuresOf(evaluations: readonly Evaluation[]): Figures {
  const sum = (of: (evaluation: Evaluation) => number): number =>
    evaluations.reduce((total, each) => total + of(each), 0);
  const events = sum(({ alarms }) => alarms.events);
  const found = sum(({ alarms }) => alarms.found);
  const falseAlarms = sum((each) => each.alarms.false);
  const known = evaluations.map((each) => each.vusPr).filter((value) => !Number.isNaN(value));
  const nab = (profile: NabProfile): number =>
    nabScore(
      evaluations.map((each) => each.nab),
      profile,
    );
  return {
    rows: sum(({ rows }) => rows),
    events,
    found,
    falseAlarms,
    precision: found / (found + falseAlarms),
    recall: found / events,
    vusPr: known.reduce((total, value) => total + value, 0) / known.length,
    nab: Object.fromEntries(
      Object.keys(NAB_PROFILES).map((profile) => [profile, nab(profile as NabProfile)]),
    ) as Figures['nab'],
    falseAlarmsPerWeek: falseAlarms / sum(({ quietWeeks }) => quietWeeks),
    medianDelayMs: median(evaluations.flatMap(({ delaysMs }) => delaysMs)),
  };
}
