import { median } from '../../math/median.ts';
import type { AlarmCounts } from '../../math/metrics/alarm-counts.ts';
import { NAB_PROFILES, nabScore, probation, tallyNab, type NabProfile, type NabTally } from '../../math/metrics/nab.ts';
import { periodOf } from '../../math/metrics/period.ts';
import type { Run } from '../../math/metrics/runs.ts';
import { vusPr } from '../../math/metrics/vus.ts';
import { WEEK_MS } from '../../math/time.ts';
import type { Answers } from './answers.ts';
import { matchAlarms, usualTolerance, widened } from './match.ts';

/** The results of one recording. All except NAB's sums are counted after the probation. */
export interface Evaluation {
  readonly rows: number;
  readonly alarms: AlarmCounts;
  /** Time from the start of each found event to its alarm. */
  readonly delaysMs: readonly number[];
  /** Rows outside events, and their time. */
  readonly quietRows: number;
  readonly quietWeeks: number;
  /** NaN where no event is left. */
  readonly vusPr: number;
  readonly nab: NabTally;
  /** How an alarm in a given row counts. */
  readonly judge: (row: number) => 'in a label' | 'false alarm' | 'not counted';
}

/** One line of the table: of one recording, or of all. NaN for a figure without data. */
export interface Figures {
  readonly rows: number;
  readonly events: number;
  readonly found: number;
  readonly falseAlarms: number;
  /** Found events divided by found events plus false alarms. */
  readonly precision: number;
  /** Share of events that were found. */
  readonly recall: number;
  /** Mean over recordings. */
  readonly vusPr: number;
  readonly nab: Readonly<Record<NabProfile, number>>;
  readonly falseAlarmsPerThousandRows: number;
  /** NaN for less than a week outside events: a shorter time gives no rate per week. */
  readonly falseAlarmsPerWeek: number;
  readonly medianDelayMs: number;
}

/**
 * Compares the answers to a recording with its events, in order; an alarm within `toleranceMs` of an event counts as inside. The
 * first rows, as many as NAB excludes (`probation`), and events that begin in them are not counted. NAB and VUS-PR have their
 * own tolerance and use the events without it.
 */
export function evaluate(
  answers: Answers,
  events: readonly Run[],
  toleranceMs = usualTolerance(answers.at),
): Evaluation {
  const { at, scores, values, alarms } = answers;
  const rows = at.length;
  const start = probation(rows);
  const wide = widened(events, at, toleranceMs);
  const from = events.reduce((from, [first], k) => (first < start ? Math.max(from, wide[k][1] + 1) : from), start);
  const counted = [...events.keys()].filter((k) => events[k][0] >= from);
  const own = counted.map((k) => events[k]);
  const ownWide = counted.map((k): Run => [Math.max(from, wide[k][0]), wide[k][1]]);
  const scored = own.map(([first, last]): Run => [first - from, last - from]);
  const { hits, ...counts } = matchAlarms(own, ownWide, alarms, from);
  const found = own.filter((_, k) => hits[k]);
  const inEvents = own.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const span = rows > from ? at[rows - 1] - at[from] : 0;
  const quietRows = Math.max(0, rows - from - inEvents);
  return {
    rows,
    alarms: counts,
    delaysMs: found.map(([first], k) => at[first + counts.delays[k]] - at[first]),
    quietRows,
    quietWeeks: ((span / WEEK_MS) * quietRows) / Math.max(1, rows - from),
    vusPr: scored.length === 0 ? NaN : vusPr(scored, scores.subarray(from), periodOf(values.subarray(from))),
    nab: tallyNab(
      rows,
      events,
      alarms.map(([opened]) => opened),
    ),
    judge: (row) => {
      if (row < from) return 'not counted';
      return ownWide.some(([first, last]) => row >= first && row <= last) ? 'in a label' : 'false alarm';
    },
  };
}

/** The figures of several recordings together: events and alarms are pooled, VUS-PR is the mean over recordings that have it. */
export function figuresOf(evaluations: readonly Evaluation[]): Figures {
  const sum = (of: (evaluation: Evaluation) => number): number =>
    evaluations.reduce((total, each) => total + of(each), 0);
  const events = sum(({ alarms }) => alarms.events);
  const found = sum(({ alarms }) => alarms.found);
  const falseAlarms = sum((each) => each.alarms.false);
  const weeks = sum(({ quietWeeks }) => quietWeeks);
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
    falseAlarmsPerThousandRows: (1000 * falseAlarms) / sum(({ quietRows }) => quietRows),
    falseAlarmsPerWeek: weeks >= 1 ? falseAlarms / weeks : NaN,
    medianDelayMs: median(evaluations.flatMap(({ delaysMs }) => delaysMs)),
  };
}
