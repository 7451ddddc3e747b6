import { crc32 } from 'node:zlib';
import type { Origin } from '../../stream/ports/ports.ts';
import type { Database } from '../sqlite/database.ts';

const CHECK_BYTES = 4;

export interface JournalRow {
  readonly seq: number;
  /** Null if the checksum is wrong. */
  readonly entries: Uint8Array | null;
}

/** The tables of the journal: one row for each transaction, and the series whose numbers the rows contain. */
export class Journal {
  readonly #statements: ReturnType<typeof statements>;
  readonly #ids = new Map<string, number>();
  readonly #series = new Map<number, Series>();
  /** Series that the next row is the first to contain. */
  readonly #unwrittenIds = new Set<number>();
  #seq: number;
  #lastId = 0;

  constructor(db: Database) {
    this.#statements = statements(db);
    this.#seq = 1 + newestRow(db);
    for (const { id, ...series } of this.#statements.series.all()) this.#register(id, series);
  }

  /** Number of the next row; a number is never used twice. */
  get seq(): number {
    return this.#seq;
  }

  /** The number of a series in the next row. */
  idOf(slug: string, { input, field }: Origin): number {
    const known = this.#ids.get(slug);
    const before = known === undefined ? undefined : this.#series.get(known);
    if (known !== undefined && before?.input === input && before.field === field) return known;
    const id = known ?? this.#lastId + 1;
    this.#register(id, { slug, input, field });
    this.#unwrittenIds.add(id);
    return id;
  }

  /** Name of a series by its number; empty if its row was lost. */
  slugOf(id: number): string {
    return this.#series.get(id)?.slug ?? '';
  }

  originOf(slug: string): Origin | null {
    return this.#series.get(this.#ids.get(slug) ?? 0) ?? null;
  }

  /** Writes row `seq`. Call it in a transaction, and `committed` after that. */
  append(at: number, entries: Uint8Array): void {
    for (const id of this.#unwrittenIds) this.#statements.name.run({ id, ...this.#series.get(id)! });
    const row = Buffer.allocUnsafe(CHECK_BYTES + entries.length);
    row.writeUInt32LE(crc32(entries));
    row.set(entries, CHECK_BYTES);
    this.#statements.append.run(this.#seq, Math.round(at), row);
  }

  /** Call when the transaction with row `seq` is on the disk. */
  committed(): void {
    this.#seq++;
    this.#unwrittenIds.clear();
  }

  /** The rows after `after`. One query for each row: an open cursor would keep the write-ahead log growing. */
  *rows(after = 0): Generator<JournalRow, void, undefined> {
    let row = this.#statements.after.get(after);
    for (; row !== undefined; row = this.#statements.after.get(row.seq)) {
      const entries = row.entries.subarray(CHECK_BYTES);
      const sound = row.entries.length >= CHECK_BYTES && crc32(entries) === row.entries.readUInt32LE();
      yield { seq: row.seq, entries: sound ? entries : null };
    }
  }

  /** Number of rows up to `seq`. */
  countTo(seq: number): number {
    return this.#statements.countTo.get(seq)!;
  }

  /** Deletes the rows up to `seq`. */
  trim(seq: number): void {
    this.#statements.trim.run(seq);
  }

  #register(id: number, series: Series): void {
    this.#ids.set(series.slug, id);
    this.#series.set(id, series);
    this.#lastId = Math.max(this.#lastId, id);
  }
}

interface Series extends Origin {
  readonly slug: string;
}

interface SeriesRow extends Series {
  readonly id: number;
}

/** The newest row of the journal, 0 where there is none. A trimmed row counts if a snapshot refers to it. */
export const newestRow = (db: Database): number =>
  db
    .prepare<[], number>(
      'SELECT max(coalesce((SELECT max(seq) FROM journal), 0), coalesce((SELECT max(seq) FROM snapshot), 0))',
    )
    .pluck()
    .get()!;

const statements = (db: Database) => ({
  series: db.prepare<[], SeriesRow>('SELECT id, slug, input, field FROM journal_series'),
  name: db.prepare<SeriesRow>(`
    INSERT INTO journal_series (id, slug, input, field) VALUES (:id, :slug, :input, :field)
    ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, input = excluded.input, field = excluded.field
  `),
  append: db.prepare<[number, number, Buffer]>('INSERT INTO journal (seq, at, entries) VALUES (?, ?, ?)'),
  after: db.prepare<[number], { readonly seq: number; readonly entries: Buffer }>(
    'SELECT seq, entries FROM journal WHERE seq > ? ORDER BY seq LIMIT 1',
  ),
  countTo: db.prepare<[number], number>('SELECT count(*) FROM journal WHERE seq <= ?').pluck(),
  trim: db.prepare<[number]>('DELETE FROM journal WHERE seq <= ?'),
});
