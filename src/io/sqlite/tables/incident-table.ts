import type { Anomaly, AnomalyKind, Severity } from '../../../detect/episode/anomaly.ts';
import { DAY_MS } from '../../../math/time.ts';
import { AnomalyLog } from './anomaly-log.ts';
import { Answers } from './answers.ts';
import type { Database } from '../database.ts';
import { DURING, type Period, type StoredIncident } from './period.ts';

/** What a list or a lane needs of an alarm. */
export interface AlarmMark {
  readonly id: string;
  readonly series: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  readonly startAt: number;
  readonly endAt: number | null;
  /** Its incident; its own id where it has none. */
  readonly incident: string;
}

/** What to read; null: all. */
export interface AlarmFilter {
  readonly series: string | null;
  readonly severity: Severity | null;
  readonly kind: AnomalyKind | null;
  /** Only alarms that are open. */
  readonly open: boolean;
}

/** Alarms, and the last answer of the operator to each, by its id. */
export interface AnsweredAlarms {
  readonly alarms: readonly Anomaly[];
  readonly answers: ReadonlyMap<string, 'fault' | 'normal'>;
}

/** The alarms of one incident in order of the begin of their deviation. */
export interface IncidentMembers extends AnsweredAlarms {
  readonly incident: StoredIncident;
  /** Alarms of the incident beyond those that were read. */
  readonly beyond: number;
}

/** Reads alarms and incidents for the pages of the dashboard. Each call reads a bounded number of rows. */
export class IncidentTable {
  readonly #statements: ReturnType<typeof statements>;
  readonly #log: AnomalyLog;
  readonly #answers: Answers;

  constructor(db: Database) {
    this.#statements = statements(db);
    this.#log = new AnomalyLog(db, { quarantineRows: 0 });
    this.#answers = new Answers(db);
  }

  /** Alarms that were open at some time of the period, the newest first, at most `rows`. */
  marks({ since, until }: Period, { open, ...filter }: AlarmFilter, rows: number): readonly AlarmMark[] {
    const { marks, openMarks } = this.#statements;
    const query = { ...filter, since, until, rows };
    if (open) return openMarks.all(query);
    // Two queries, so that each reads a part of an index only and not the whole table.
    const from = since - LONGEST_MS;
    const earlier = openMarks.all({ ...query, until: Math.min(from, until) });
    return [...marks.all({ ...query, from }), ...earlier].slice(0, rows);
  }

  /** The sentence of an incident and its times. Null where there is no such incident, nor an alarm that is one by itself. */
  incident(id: string): StoredIncident | null {
    const stored = this.#statements.incident.get(id);
    if (stored !== undefined) return stored;
    const alone = this.#log.find(id);
    if (alone === null) return null;
    const { startAt, endAt, severity, reason } = alone;
    return { id, startAt, endAt, severity, reason };
  }

  /** An incident and its first `rows` alarms. */
  members(id: string, rows: number): IncidentMembers | null {
    const incident = this.incident(id);
    if (incident === null) return null;
    const { memberIds, countMembers } = this.#statements;
    const alarms = memberIds.all({ id, rows }).map((member) => this.#log.find(member)!);
    const beyond = countMembers.get({ id })! - alarms.length;
    return { incident, alarms, beyond, answers: this.#answersTo(alarms) };
  }

  /** The alarms of a stream that began since a time, the newest first, at most `rows`; `beyond`: whether there are more. */
  ofStream(stream: string, since: number, rows: number): AnsweredAlarms & { readonly beyond: boolean } {
    const read = [...this.#log.list({ stream, since, limit: rows + 1 })];
    const alarms = read.slice(0, rows);
    return { alarms, beyond: read.length > rows, answers: this.#answersTo(alarms) };
  }

  #answersTo(alarms: readonly Anomaly[]): AnsweredAlarms['answers'] {
    return this.#answers.of(alarms.map(({ id }) => id));
  }
}

/** An alarm that has ended and lasted longer is not found by its end. */
const LONGEST_MS = 90 * DAY_MS;

type MarkQuery = Period & Omit<AlarmFilter, 'open'> & { readonly rows: number };

const MARK = 'id, series, kind, severity, start_at AS startAt, end_at AS endAt, coalesce(incident, id) AS incident';
const FILTER =
  '(:series IS NULL OR series = :series) AND (:severity IS NULL OR severity = :severity) AND (:kind IS NULL OR kind = :kind)';
const NEWEST = 'ORDER BY start_at DESC, id DESC LIMIT :rows';
/** An alarm without an incident is one by itself. */
const MEMBER = '(incident = :id OR (id = :id AND incident IS NULL))';

const statements = (db: Database) => ({
  marks: db.prepare<MarkQuery & { readonly from: number }, AlarmMark>(
    `SELECT ${MARK} FROM anomaly WHERE start_at >= :from AND ${DURING} AND ${FILTER} ${NEWEST}`,
  ),
  openMarks: db.prepare<MarkQuery, AlarmMark>(
    `SELECT ${MARK} FROM anomaly INDEXED BY anomaly_open WHERE start_at < :until AND end_at IS NULL AND ${FILTER} ${NEWEST}`,
  ),
  incident: db.prepare<[string], StoredIncident>(
    'SELECT id, start_at AS startAt, end_at AS endAt, severity, reason FROM incident WHERE id = ?',
  ),
  memberIds: db
    .prepare<{ id: string; rows: number }, string>(
      `SELECT id FROM anomaly WHERE ${MEMBER} ORDER BY start_at, opened_at, rowid LIMIT :rows`,
    )
    .pluck(),
  countMembers: db.prepare<{ id: string }, number>(`SELECT count(*) FROM anomaly WHERE ${MEMBER}`).pluck(),
});
