import { MINUTE_MS } from '../../../math/time.ts';
import type { HistoryPort, SeriesHistory } from '../../../stream/history/port.ts';
import { emptyBlock, SeriesRing, type Blocks } from '../../../stream/history/series-ring.ts';
import { blockMs, TIERS } from '../../../stream/history/tiers.ts';
import type { Database } from '../database.ts';
import { bytesOf, readBlock } from './block-bytes.ts';
import { BLOCKS, keyOf, OPEN } from './keys.ts';
import { openBytes, readOpen } from './open-bytes.ts';

/** Blocks of a series that wait for a database which cannot be written. Beyond it the oldest is dropped. */
const MAX_WAITING = 16;

type Statements = ReturnType<typeof statements>;

/** The history of all series. Buckets that have not been saved yet are in memory; a save is part of the ledger's transaction. */
export class HistoryStore implements HistoryPort {
  readonly #statements: Statements;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  open(slug: string): SeriesHistory {
    return new StoredSeries(slug, this.#statements);
  }
}

class StoredSeries implements SeriesHistory, Blocks {
  readonly slug: string;
  readonly ring = new SeriesRing(this);
  readonly seq: number = 0;
  readonly #statements: Statements;
  /** Null before the first save. */
  #id: number | null = null;
  /** Blocks that the ring has left, by their tier and number, until they are saved. */
  readonly #waiting = new Map<string, { readonly tier: number; readonly block: number; readonly bytes: Uint8Array }>();

  constructor(slug: string, all: Statements) {
    this.slug = slug;
    this.#statements = all;
    const row = all.find.get(slug);
    if (row === undefined) return;
    this.#id = row.id;
    this.seq = row.seq;
    const bytes = all.read.get(keyOf(row.id, OPEN, 0));
    if (bytes !== undefined) readOpen(bytes, this.ring);
  }

  leave(tier: number, block: number, data: Float32Array): void {
    const waiting = this.#waiting;
    if (block < 0 || block >= BLOCKS) return;
    waiting.set(`${tier} ${block}`, { tier, block, bytes: bytesOf(data) });
    if (waiting.size > MAX_WAITING) waiting.delete(waiting.keys().next().value!);
  }

  enter(tier: number, block: number, data: Float32Array): boolean {
    const bytes = this.#bytesOf(tier, block);
    if (bytes === undefined) return false;
    if (readBlock(bytes, data)) return true;
    data.set(emptyBlock(tier));
    return false;
  }

  block(tier: number, block: number): Float32Array | null {
    const present = this.ring.copyOf(tier, block);
    if (present !== null) return present;
    const data = emptyBlock(tier);
    return this.enter(tier, block, data) ? data : null;
  }

  oldest(): readonly number[] {
    return TIERS.map((_, tier) => this.#oldestOf(tier));
  }

  /** Writes the buckets that are not in the database yet. The ring may go on before the transaction is known to be on the disk. */
  save(seq: number): void {
    const { ring } = this;
    if (Number.isNaN(ring.minute)) return;
    const { insert, length, upsert, settle } = this.#statements;
    // Again with each save: a transaction may not have come to the disk, and retention may have removed the series.
    const id = (this.#id = insert.get({ slug: this.slug })!);
    let more = 0;
    const write = (key: number, bytes: Uint8Array): void => {
      more += bytes.length - (length.get(key) ?? 0);
      upsert.run({ key, bytes });
    };
    for (const { tier, block, bytes } of this.#waiting.values()) write(keyOf(id, tier, block), bytes);
    write(keyOf(id, OPEN, 0), openBytes(ring));
    settle.run({ id, seq, at: ring.minute * MINUTE_MS, more });
  }

  /** The last save is on the disk. */
  saved(): void {
    this.#waiting.clear();
  }

  #bytesOf(tier: number, block: number): Uint8Array | undefined {
    const waits = this.#waiting.get(`${tier} ${block}`)?.bytes;
    if (waits !== undefined || this.#id === null || block < 0 || block >= BLOCKS) return waits;
    return this.#statements.read.get(keyOf(this.#id, tier, block));
  }

  #oldestOf(tier: number): number {
    const blocks = [this.ring.blocks[tier]];
    for (const each of this.#waiting.values()) if (each.tier === tier) blocks.push(each.block);
    if (this.#id !== null) {
      const key = this.#statements.oldest.get({ from: keyOf(this.#id, tier, 0), until: keyOf(this.#id, tier, BLOCKS) });
      if (key !== undefined) blocks.push(key % BLOCKS);
    }
    const known = blocks.filter((block) => !Number.isNaN(block));
    if (known.length > 0) return Math.min(...known) * blockMs(tier);
    return Number.isNaN(this.ring.minute) ? Infinity : this.ring.minute * MINUTE_MS;
  }
}

const statements = (db: Database) => ({
  find: db.prepare<[string], { readonly id: number; readonly seq: number }>(
    'SELECT id, seq FROM history_series WHERE slug = ?',
  ),
  // A series that retention has removed meanwhile gets its row again.
  insert: db
    .prepare<{ slug: string }, number>(
      `INSERT INTO history_series (slug, seq, at, bytes) VALUES (:slug, 0, 0, 0)
      ON CONFLICT (slug) DO UPDATE SET seq = seq RETURNING id`,
    )
    .pluck(),
  settle: db.prepare<{ id: number; seq: number; at: number; more: number }>(
    'UPDATE history_series SET seq = :seq, at = :at, bytes = bytes + :more WHERE id = :id',
  ),
  read: db.prepare<[number], Uint8Array>('SELECT bytes FROM history WHERE key = ?').pluck(),
  length: db.prepare<[number], number>('SELECT length(bytes) FROM history WHERE key = ?').pluck(),
  upsert: db.prepare<{ key: number; bytes: Uint8Array }>(
    'INSERT INTO history (key, bytes) VALUES (:key, :bytes) ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes',
  ),
  oldest: db
    .prepare<{ from: number; until: number }, number>(
      'SELECT key FROM history WHERE key >= :from AND key < :until ORDER BY key LIMIT 1',
    )
    .pluck(),
});
