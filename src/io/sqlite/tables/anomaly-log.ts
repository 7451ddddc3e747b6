import type { Anomaly, AnomalyKind, Ending, Severity } from '../../../detect/episode/anomaly.ts';
import type { Habit } from '../../../detect/episode/habit.ts';
import type { EpisodeRecord, IncidentEvent, OpenIncident } from '../../../detect/episode/incidents.ts';
import { known } from '../../../math/known.ts';
import type { AnomalyLogPort, Rejected } from '../../../stream/ports/ports.ts';
import type { Database } from '../database.ts';
import { HabitTable } from './habit-table.ts';
import { ModeTable } from './mode-table.ts';
import type { OperatingMode } from '../../../detect/episode/operating-mode.ts';

export interface AnomalyLogOptions {
  /** Number of rejected messages to keep, the newest. */
  readonly quarantineRows: number;
  /** Called once, when the quarantine becomes full: from then on each new row replaces the oldest. */
  readonly onQuarantineFull?: () => void;
}

/** Filters for `list`; all are optional. */
export interface AnomalyQuery {
  /** Anomalies that started at or after this time, epoch ms. */
  readonly since?: number | undefined;
  /** Anomalies that started before this time, epoch ms. */
  readonly until?: number | undefined;
  readonly stream?: string | undefined;
  /** Anomalies in which this series leads. */
  readonly series?: string | undefined;
  /** Only the newest so many. */
  readonly limit?: number | undefined;
}

/** Stored bytes of a rejected payload: enough to recognise the format, and a flood does not fill the disk. */
const MAX_PAYLOAD_BYTES = 1024;
const MAX_TOPIC_LENGTH = 512;
/** Rows in one query. An open cursor would keep the write-ahead log growing, and block writes on this connection. */
const PAGE_ROWS = 200;

/** The log of episodes, incidents, habits, operating modes and rejected messages. */
export class AnomalyLog implements AnomalyLogPort {
  readonly #options: AnomalyLogOptions;
  readonly #statements: ReturnType<typeof statements>;
  readonly #quarantine: (rejected: readonly Rejected[]) => void;
  readonly #habits: HabitTable;
  readonly #modes: ModeTable;
  #full: boolean;

  constructor(db: Database, options: AnomalyLogOptions) {
    this.#options = options;
    this.#statements = statements(db);
    this.#habits = new HabitTable(db);
    this.#modes = new ModeTable(db);
    const { insertReject, trimRejects } = this.#statements;
    this.#quarantine = db.transaction((rejected: readonly Rejected[]) => {
      for (const { at, topic, reason, payload } of rejected) {
        const kept = Buffer.from(payload.subarray(0, MAX_PAYLOAD_BYTES));
        insertReject.run(Math.round(at), topic.slice(0, MAX_TOPIC_LENGTH), reason, kept);
      }
      trimRejects.run(options.quarantineRows);
    });
    this.#full = this.#quarantined() >= options.quarantineRows;
  }

  /** Writes the episode as it is now. */
  record(episode: EpisodeRecord): void {
    this.#statements.upsert.run(toRow(episode));
  }

  /** Writes the incident. It is open until a `closed` event, even if all its episodes have ended. */
  recordIncident({ phase, incident }: IncidentEvent): void {
    this.#statements.upsertIncident.run({
      id: incident.id,
      start_at: Math.round(incident.startAt),
      end_at: phase === 'closed' ? Math.round(incident.endAt!) : null,
      severity: incident.severity,
      episodes: incident.episodes,
      series: JSON.stringify(incident.series),
      reason: incident.reason,
    });
  }

  openIncidents(): readonly OpenIncident[] {
    const { openIncidents, members } = this.#statements;
    return openIncidents.all().map((incident) => ({
      ...incident,
      members: members
        .all(incident.id)
        .map((row) => ({ anomaly: fromRow(row), at: row.news_at, receivedAt: row.heard_at })),
    }));
  }

  recordHabit(habit: Habit): void {
    this.#habits.record(habit);
  }

  recordHabitsOf(stream: string, habits: readonly Habit[]): void {
    this.#habits.replace(stream, habits);
  }

  recordModesOf(stream: string, modes: readonly OperatingMode[]): void {
    this.#modes.replace(stream, modes);
  }

  /** Stores the newest of these, up to the limit; each payload up to 1 KiB. */
  quarantine(rejected: readonly Rejected[]): void {
    const newest = this.#options.quarantineRows === 0 ? [] : rejected.slice(-this.#options.quarantineRows);
    if (newest.length === 0) return;
    this.#quarantine(newest);
    if (this.#full || this.#quarantined() < this.#options.quarantineRows) return;
    this.#full = true;
    this.#options.onQuarantineFull?.();
  }

  /** The newest first, read page by page: episodes may be recorded while the list is read. */
  *list({ since, until, stream, series, limit = Infinity }: AnomalyQuery = {}): Generator<Anomaly, void, undefined> {
    let before: { startAt: number; id: string } = { startAt: Number.MAX_SAFE_INTEGER, id: '' };
    for (let left = limit; left > 0;) {
      const rows = this.#statements.page.all({
        since: since ?? Number.MIN_SAFE_INTEGER,
        until: until ?? Number.MAX_SAFE_INTEGER,
        stream: stream ?? null,
        series: series ?? null,
        beforeAt: before.startAt,
        beforeId: before.id,
        rows: Math.min(PAGE_ROWS, left),
      });
      for (const row of rows) yield fromRow(row);
      if (rows.length < PAGE_ROWS) return;
      left -= rows.length;
      const last = rows.at(-1)!;
      before = { startAt: last.start_at, id: last.id };
    }
  }

  /** The episode with this id. */
  find(id: string): Anomaly | null {
    const row = this.#statements.find.get(id);
    return row === undefined ? null : fromRow(row);
  }

  /** The episodes that have not ended, the oldest first. */
  open(): Anomaly[] {
    return this.#statements.open.all().map(fromRow);
  }

  #quarantined(): number {
    return this.#statements.countRejects.get()!.count;
  }
}

interface AnomalyRow {
  readonly id: string;
  readonly stream: string;
  readonly series: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  readonly start_at: number;
  readonly peak_at: number;
  readonly end_at: number | null;
  readonly score: number | null;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly unit: string;
  readonly contributions: string;
  readonly reason: string;
  readonly opened_at: number;
  readonly ended_by: Ending | null;
  readonly confidence: number | null;
  readonly evidence: string;
  readonly incident: string | null;
  readonly news_at: number;
  readonly heard_at: number;
}

interface IncidentRow {
  readonly id: string;
  readonly start_at: number;
  readonly end_at: number | null;
  readonly severity: Severity;
  readonly episodes: number;
  readonly series: string;
  readonly reason: string;
}

interface PageParameters {
  readonly since: number;
  readonly until: number;
  readonly stream: string | null;
  readonly series: string | null;
  readonly beforeAt: number;
  readonly beforeId: string;
  readonly rows: number;
}

const COLUMNS =
  'id, stream, series, kind, severity, start_at, peak_at, end_at, score, value, expected, lower, upper, unit, contributions, reason, ' +
  'opened_at, ended_by, confidence, evidence, incident, news_at, heard_at';

const statements = (db: Database) => ({
  upsert: db.prepare<AnomalyRow>(`
    INSERT INTO anomaly (${COLUMNS})
    VALUES (${COLUMNS.replace(/\w+/g, ':$&')})
    ON CONFLICT (id) DO UPDATE SET
      ${COLUMNS.replace(/\w+/g, '$& = excluded.$&')}
  `),
  page: db.prepare<PageParameters, AnomalyRow>(`
    SELECT ${COLUMNS} FROM anomaly
    WHERE start_at >= :since AND start_at < :until
      AND (:stream IS NULL OR stream = :stream) AND (:series IS NULL OR series = :series)
      AND (start_at, id) < (:beforeAt, :beforeId)
    ORDER BY start_at DESC, id DESC LIMIT :rows
  `),
  find: db.prepare<[string], AnomalyRow>(`SELECT ${COLUMNS} FROM anomaly WHERE id = ?`),
  open: db.prepare<[], AnomalyRow>(`SELECT ${COLUMNS} FROM anomaly WHERE end_at IS NULL ORDER BY start_at, id`),
  upsertIncident: db.prepare<IncidentRow>(`
    INSERT INTO incident (id, start_at, end_at, severity, episodes, series, reason)
    VALUES (:id, :start_at, :end_at, :severity, :episodes, :series, :reason)
    ON CONFLICT (id) DO UPDATE SET
      start_at = excluded.start_at, end_at = excluded.end_at, severity = excluded.severity,
      episodes = excluded.episodes, series = excluded.series
  `),
  openIncidents: db.prepare<[], Pick<IncidentRow, 'id' | 'severity' | 'episodes' | 'reason'>>(
    'SELECT id, severity, episodes, reason FROM incident WHERE end_at IS NULL ORDER BY rowid',
  ),
  // In the order in which they were opened: rows are inserted in that order.
  members: db.prepare<[string], AnomalyRow>(`SELECT ${COLUMNS} FROM anomaly WHERE incident = ? ORDER BY rowid`),
  insertReject: db.prepare<[number, string, string, Buffer]>(
    'INSERT INTO quarantine (at, topic, reason, payload) VALUES (?, ?, ?, ?)',
  ),
  trimRejects: db.prepare<[number]>('DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?'),
  countRejects: db.prepare<[], { readonly count: number }>('SELECT count(*) AS count FROM quarantine'),
});

/** `known` turns Infinity into NULL, which JSON and most readers cannot represent. SQLite itself stores NaN as NULL. */
const toRow = ({ anomaly, at, receivedAt }: EpisodeRecord): AnomalyRow => ({
  id: anomaly.id,
  stream: anomaly.stream,
  series: anomaly.series,
  kind: anomaly.kind,
  severity: anomaly.severity,
  start_at: Math.round(anomaly.startAt),
  peak_at: Math.round(anomaly.peakAt),
  end_at: anomaly.endAt === null ? null : Math.round(anomaly.endAt),
  score: known(anomaly.score),
  value: known(anomaly.value),
  expected: known(anomaly.expected),
  lower: known(anomaly.lower),
  upper: known(anomaly.upper),
  unit: anomaly.unit,
  contributions: JSON.stringify(anomaly.contributions),
  reason: anomaly.reason,
  opened_at: Math.round(anomaly.openedAt),
  ended_by: anomaly.endedBy,
  confidence: known(anomaly.confidence),
  evidence: JSON.stringify(anomaly.evidence),
  incident: anomaly.incident,
  news_at: at,
  heard_at: receivedAt,
});

/** A NULL score was infinite. */
const fromRow = (row: AnomalyRow): Anomaly => ({
  id: row.id,
  stream: row.stream,
  series: row.series,
  kind: row.kind,
  severity: row.severity,
  startAt: row.start_at,
  peakAt: row.peak_at,
  endAt: row.end_at,
  score: row.score ?? Infinity,
  value: row.value,
  expected: row.expected,
  lower: row.lower,
  upper: row.upper,
  unit: row.unit,
  contributions: JSON.parse(row.contributions) as Record<string, number>,
  reason: row.reason,
  openedAt: row.opened_at,
  endedBy: row.ended_by,
  confidence: row.confidence,
  evidence: JSON.parse(row.evidence) as Record<string, number>,
  incident: row.incident,
});
