import type { OperatingMode } from '../../../detect/episode/operating-mode.ts';
import { known } from '../../../math/known.ts';
import type { Database } from '../database.ts';

/** An operating mode as it is stored. A time that is not known is null. */
export interface StoredMode extends Omit<OperatingMode, 'since' | 'lastAt'> {
  readonly since: number | null;
  readonly lastAt: number | null;
}

/** The operating modes of all streams, one row each. */
export class ModeTable {
  readonly #list: (series: string | null) => StoredMode[];
  readonly #replace: (stream: string, modes: readonly OperatingMode[]) => void;

  constructor(db: Database) {
    const { insert, remove, list } = statements(db);
    this.#list = (series) => list.all({ series }).map(fromRow);
    this.#replace = db.transaction((stream: string, modes: readonly OperatingMode[]) => {
      remove.run({ stream });
      modes.forEach((mode, place) => insert.run(toRow(mode, place)));
    });
  }

  /** Writes the modes of a stream, and deletes its other rows. */
  replace(stream: string, modes: readonly OperatingMode[]): void {
    this.#replace(stream, modes);
  }

  /** In order of series and level; those of one series only, if it is given. */
  list(series?: string): StoredMode[] {
    return this.#list(series ?? null);
  }
}

interface ModeRow {
  readonly stream: string;
  readonly place: number;
  readonly series: string;
  readonly level: number;
  readonly spread: number;
  readonly unit: string;
  readonly since: number | null;
  readonly times: number;
  readonly last_at: number | null;
  readonly present: 0 | 1;
}

const COLUMNS = 'stream, place, series, level, spread, unit, since, times, last_at, present';

const statements = (db: Database) => ({
  insert: db.prepare<ModeRow>(`INSERT INTO mode (${COLUMNS}) VALUES (${COLUMNS.replace(/\w+/g, ':$&')})`),
  remove: db.prepare<{ stream: string }>('DELETE FROM mode WHERE stream = :stream'),
  list: db.prepare<{ series: string | null }, ModeRow>(
    `SELECT ${COLUMNS} FROM mode WHERE :series IS NULL OR series = :series ORDER BY series, level`,
  ),
});

const round = (at: number): number | null => known(Math.round(at));

const toRow = (mode: OperatingMode, place: number): ModeRow => ({
  stream: mode.stream,
  place,
  series: mode.series,
  level: mode.level,
  spread: mode.spread,
  unit: mode.unit,
  since: round(mode.since),
  times: mode.times,
  last_at: round(mode.lastAt),
  present: mode.present ? 1 : 0,
});

const fromRow = ({ stream, series, level, spread, unit, since, times, last_at, present }: ModeRow): StoredMode => ({
  stream,
  series,
  unit,
  level,
  spread,
  since,
  times,
  lastAt: last_at,
  present: present === 1,
});
