import type { Label } from '../../../stream/ports/ports.ts';
import type { Anomaly } from '../../../detect/episode/anomaly.ts';
import type { Database } from '../database.ts';
import { DURING, type Period } from './period.ts';

/** A series, and the stream that it belongs to: alarms of the process and of drift are those of the stream. */
export interface SeriesOfStream {
  readonly series: string;
  readonly stream: string;
}

export interface StoredAlarmSpan extends Pick<Anomaly, 'id' | 'series' | 'kind' | 'severity' | 'reason'> {
  readonly from: number;
  readonly until: number | null;
}

export interface StoredCommandMark {
  readonly id: string | null;
  readonly at: number;
  readonly command: string;
  readonly by: string | null;
  readonly undone: 0 | 1;
}

/** Reads what the database has of one series in a period, for a chart: the newest `rows` of each kind. */
export class SeriesMarks {
  readonly #statements: ReturnType<typeof statements>;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  /** Alarms of the stream that were open at some time of the period; those of the sensors of other series are left out. */
  alarms(of: SeriesOfStream, period: Period, rows: number): readonly StoredAlarmSpan[] {
    return this.#statements.alarms.all({ ...of, ...period, rows });
  }

  /** Commands for the series, its stream or the whole site that were carried out. */
  commands(of: SeriesOfStream, period: Period, rows: number): readonly StoredCommandMark[] {
    return this.#statements.commands.all({ ...of, ...period, rows });
  }

  labels(of: SeriesOfStream, period: Period, rows: number): readonly Label[] {
    return this.#statements.labels.all({ ...of, ...period, rows });
  }
}

type Question = SeriesOfStream & Period & { readonly rows: number };

const statements = (db: Database) => ({
  alarms: db.prepare<Question, StoredAlarmSpan>(
    `SELECT id, series, kind, severity, start_at AS "from", end_at AS until, reason FROM anomaly
     WHERE stream = :stream AND ${DURING}
       AND (kind <> 'sensor' OR series = :series)
     ORDER BY start_at DESC, id DESC LIMIT :rows`,
  ),
  commands: db.prepare<Question, StoredCommandMark>(
    `SELECT id, at, command, by, undone_by IS NOT NULL AS undone FROM command
     WHERE at >= :since AND at < :until AND status = 'done' AND command IS NOT NULL
       AND (series IS NULL OR series IN (:series, :stream))
     ORDER BY n DESC LIMIT :rows`,
  ),
  labels: db.prepare<Question, Label>(
    `SELECT id, stream, series, kind, from_at AS "from", until_at AS until, event, note FROM label
     WHERE from_at < :until AND until_at >= :since AND series IN (:series, :stream)
     ORDER BY from_at DESC, id LIMIT :rows`,
  ),
});
