import type { Anomaly, AnomalyKind, Ending, Severity } from '../../detect/episode/anomaly.ts';
import type { EpisodeRecord, IncidentEvent, OpenIncident } from '../../detect/episode/incidents.ts';
import { known } from '../../math/known.ts';
import type { AnomalyLogPort, Rejected } from '../../stream/ports.ts';
import type { Database } from './database.ts';

export interface AnomalyLogOptions {
  /** How many rejects are kept, the newest. */
  readonly quarantineRows: number;
  /** Called once, when a reject first fills them up: from then on each one pushes another out. */
  readonly onQuarantineFull?: () => void;
}

/** Which anomalies to list; without any of these, all. */
export interface AnomalyQuery {
  /** Those that began at or after this time, epoch ms. */
  readonly since?: number | undefined;
  /** Those that began before this time, epoch ms. */
  readonly until?: number | undefined;
  readonly stream?: string | undefined;
  /** Those with this series in the lead. */
  readonly series?: string | undefined;
  /** The newest of them. */
  readonly limit?: number | undefined;
}

/** What is kept of a reject: enough to see what a device sends, little enough that a flood does not fill the card. */
const MAX_PAYLOAD_BYTES = 1024;
const MAX_TOPIC_LENGTH = 512;
/** Rows read at a time: an open cursor would keep the write-ahead log growing and the connection from writing. */
const PAGE_ROWS = 200;

/** The log of episodes, of incidents, and of what could not be read. */
export class AnomalyLog implements AnomalyLogPort {
  readonly #options: AnomalyLogOptions;
  readonly #statements: ReturnType<typeof statements>;
  readonly #quarantine: (rejected: readonly Rejected[]) => void;
  #full: boolean;

  constructor(db: Database, options: AnomalyLogOptions) {
    this.#options = options;
    this.#statements = statements(db);
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

  /** Writes the incident as it is told. One that is not told to be over is open, though its episodes may be over. */
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

  /** Keeps what fits of these: the newest, each payload up to 1 KiB. */
  quarantine(rejected: readonly Rejected[]): void {
    const newest = this.#options.quarantineRows === 0 ? [] : rejected.slice(-this.#options.quarantineRows);
    if (newest.length === 0) return;
    this.#quarantine(newest);
    if (this.#full || this.#quarantined() < this.#options.quarantineRows) return;
    this.#full = true;
    this.#options.onQuarantineFull?.();
  }

  /** The newest first. Written episodes may be listed while others are recorded: it reads page by page. */
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
  // In the order in which they were first written, which is that in which they were heard of.
  members: db.prepare<[string], AnomalyRow>(`SELECT ${COLUMNS} FROM anomaly WHERE incident = ? ORDER BY rowid`),
  insertReject: db.prepare<[number, string, string, Buffer]>(
    'INSERT INTO quarantine (at, topic, reason, payload) VALUES (?, ?, ?, ?)',
  ),
  trimRejects: db.prepare<[number]>('DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?'),
  countRejects: db.prepare<[], { readonly count: number }>('SELECT count(*) AS count FROM quarantine'),
});

/** SQLite makes a NULL of NaN by itself, but keeps Infinity, which no JSON and few readers take. */

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

/** A score that was not finite was beyond all measure. */
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
