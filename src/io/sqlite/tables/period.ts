import type { Anomaly, Severity } from '../../../detect/episode/anomaly.ts';
import type { Label } from '../../../stream/ports/ports.ts';
import { AnomalyLog } from './anomaly-log.ts';
import type { Database } from '../database.ts';
import { HabitTable, type StoredHabit } from './habit-table.ts';

/** Alarms and incidents that are read of one period, the newest: a year of a large site fits, and memory has a limit. */
const MAX_ROWS = 20_000;

/** From `since` to before `until`, epoch ms. */
export interface Period {
  readonly since: number;
  readonly until: number;
}

/** The rows of alarms or incidents that were open at some time of a period. */
export const DURING = 'start_at < :until AND (end_at IS NULL OR end_at >= :since)';

/** An incident as it is stored. */
export interface StoredIncident {
  readonly id: string;
  readonly startAt: number;
  /** Null while it is open. */
  readonly endAt: number | null;
  readonly severity: Severity;
  readonly reason: string;
}

/** An answer of the operator; `at` and `by` are those of its command, null where that is not stored any more. */
export interface Answer extends Label {
  readonly at: number | null;
  readonly by: string | null;
}

/** How often a command was sent in the period, by what became of it. */
export interface CommandCount {
  /** Null where the request could not be read. */
  readonly command: string | null;
  readonly status: 'waiting' | 'done' | 'refused';
  readonly n: number;
}

/** All that the database has about a period. */
export interface PeriodRecords {
  /** Episodes that were open at some time of the period, in order of start. */
  readonly alarms: readonly Anomaly[];
  /** The same for incidents. */
  readonly incidents: readonly StoredIncident[];
  /** Habits that came in the period for the last time, or later, and were seen before its end. */
  readonly habits: readonly StoredHabit[];
  /** Answers about a time in the period, in the order in which they were given. */
  readonly answers: readonly Answer[];
  readonly commands: readonly CommandCount[];
  /** Whether there are more alarms or incidents, older ones, than are read. */
  readonly cut: boolean;
}

/** Reads one state of the database, also while the service writes. `maxRows`: for tests. */
export function readPeriod(db: Database, period: Period, maxRows = MAX_ROWS): PeriodRecords {
  return db.transaction(() => {
    const { alarmIds, incidents, answers, commands } = statements(db);
    const log = new AnomalyLog(db, { quarantineRows: 0 });
    const ids = alarmIds.all({ ...period, rows: maxRows + 1 });
    const met = incidents.all({ ...period, rows: maxRows + 1 });
    return {
      alarms: newest(ids, maxRows).map((id) => log.find(id)!),
      incidents: newest(met, maxRows),
      habits: new HabitTable(db).list().filter(({ since, lastAt }) => since < period.until && lastAt >= period.since),
      answers: answers.all(period),
      commands: commands.all(period),
      cut: Math.max(ids.length, met.length) > maxRows,
    };
  })();
}

/** The first `n` of a list that begins with the newest, in order of time. */
const newest = <T>(rows: readonly T[], n: number): readonly T[] => rows.slice(0, n).reverse();

type Limited = Period & { readonly rows: number };

const statements = (db: Database) => ({
  alarmIds: db
    .prepare<Limited, string>(
      `SELECT id FROM anomaly WHERE ${DURING}
       ORDER BY start_at DESC, id DESC LIMIT :rows`,
    )
    .pluck(),
  incidents: db.prepare<Limited, StoredIncident>(
    `SELECT id, start_at AS startAt, end_at AS endAt, severity, reason FROM incident
     WHERE ${DURING}
     ORDER BY start_at DESC, id DESC LIMIT :rows`,
  ),
  answers: db.prepare<Period, Answer>(
    `SELECT label.id, stream, label.series, kind, from_at AS "from", until_at AS until, event, note, at, by
     FROM label LEFT JOIN command ON command.id = label.id
     WHERE from_at < :until AND until_at >= :since ORDER BY coalesce(at, from_at), command.n, label.id`,
  ),
  commands: db.prepare<Period, CommandCount>(
    `SELECT command, status, count(*) AS n FROM command WHERE at >= :since AND at < :until
     GROUP BY command, status ORDER BY command, status`,
  ),
});
