import type { Anomaly } from '../../../detect/episode/anomaly.ts';
import { AnomalyLog } from '../../../io/sqlite/tables/anomaly-log.ts';
import { Answers } from '../../../io/sqlite/tables/answers.ts';
import type { Database } from '../../../io/sqlite/database.ts';
import { HabitTable } from '../../../io/sqlite/tables/habit-table.ts';
import type { PipelineView } from '../../pipeline/view.ts';
import { factsOf } from '../alarm-facts.ts';
import type { NowCase, NowEvent } from '../contract/now.ts';
import { rank } from '../lanes.ts';

/** Open episodes that are shown, the worst first, and recent events. */
const MOST_CASES = 50;
const MOST_EVENTS = 40;
/** Shares below this are left out. */
const LEAST_SHARE = 0.02;

/** The open episodes and the recent events, as the database has them. */
export class Cases {
  private readonly anomalies: AnomalyLog;
  private readonly answers: Answers;
  private readonly habits: HabitTable;

  constructor(db: Database) {
    this.anomalies = new AnomalyLog(db, { quarantineRows: 0 });
    this.answers = new Answers(db);
    this.habits = new HabitTable(db);
  }

  /** The worst first, then the newest. */
  open(view: PipelineView | null): { readonly cases: readonly NowCase[]; readonly moreCases: number } {
    const open = this.anomalies
      .open()
      .toSorted((a, b) => rank(b.severity) - rank(a.severity) || b.openedAt - a.openedAt);
    const shown = open.slice(0, MOST_CASES);
    const answers = this.answers.of(shown.map(({ id }) => id));
    return {
      cases: shown.map((anomaly) => caseOf(anomaly, answers.get(anomaly.id) ?? null, view)),
      moreCases: open.length - shown.length,
    };
  }

  /** Alarms and new habits, the newest first. */
  recent(): readonly NowEvent[] {
    const alarms = [...this.anomalies.list({ limit: MOST_EVENTS })].map((anomaly): NowEvent => {
      const { id, startAt, kind, stream, series, severity, endAt, reason } = anomaly;
      return { id, at: startAt, kind, stream, series, severity, endAt, open: endAt === null, reason };
    });
    const habits = this.habits.list().map(({ id, at, stream, series, reason }): NowEvent => ({
      ...{ id, at, kind: 'habit', stream, series, severity: null, endAt: null, open: false, reason },
    }));
    return [...alarms, ...habits].toSorted((a, b) => b.at - a.at).slice(0, MOST_EVENTS);
  }
}

const caseOf = (anomaly: Anomaly, answer: NowCase['answer'], view: PipelineView | null): NowCase => {
  const { stream, series } = anomaly;
  const status = view?.streams().find((each) => each.stream === stream);
  const state = status === undefined ? undefined : view?.statesOf(status).find(({ slug }) => slug === series);
  return {
    ...factsOf(anomaly),
    answer,
    evidence: shares(anomaly.evidence),
    contributions: shares(anomaly.contributions),
    heldUntil: state?.heldUntil ?? null,
    muted: state?.muted === 'ON',
    frozen: state?.frozen === 'ON',
  };
};

const shares = (of: Readonly<Record<string, number>>): readonly (readonly [string, number])[] =>
  Object.entries(of)
    .filter(([, share]) => share >= LEAST_SHARE)
    .toSorted(([, a], [, b]) => b - a);
