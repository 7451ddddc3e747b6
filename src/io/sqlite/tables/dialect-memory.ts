import type { DialectMemory } from '../../../stream/dialects/dialect.ts';
import type { LedgerPort } from '../../../stream/ports/ports.ts';
import type { Database } from '../database.ts';

/** Pieces that are kept; a further one takes the place of the one that was written longest ago. */
const MAX_PIECES = 2000;
const MAX_BYTES = 65_536;
/** Bytes that wait for a transaction; later ones are not kept. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** What mappers keep across restarts, such as the births of Sparkplug devices. A piece is written with the next transaction. */
export class StoredDialectMemory implements DialectMemory {
  readonly #statements: ReturnType<typeof statements>;
  readonly #ledger: Pick<LedgerPort, 'write'>;
  readonly #waiting = new Map<string, Uint8Array>();
  #waitingBytes = 0;

  constructor(db: Database, ledger: Pick<LedgerPort, 'write'>) {
    this.#statements = statements(db);
    this.#ledger = ledger;
  }

  get(key: string): Uint8Array | null {
    return this.#waiting.get(key) ?? this.#statements.get.get(key) ?? null;
  }

  /** A longer value than 64 KiB is not kept, and removes the one before. */
  set(key: string, value: Uint8Array): void {
    const before = this.#waiting.get(key)?.length ?? 0;
    if (this.#waitingBytes - before + value.length > MAX_WAITING_BYTES) return;
    this.#waitingBytes += value.length - before;
    const isFirst = this.#waiting.size === 0;
    this.#waiting.set(key, value);
    if (!isFirst) return;
    this.#ledger.write(
      () => {
        for (const [name, bytes] of this.#waiting) {
          this.#statements.remove.run(name);
          if (bytes.length <= MAX_BYTES) this.#statements.insert.run(name, bytes);
        }
        this.#statements.limit.run(MAX_PIECES);
      },
      () => {
        this.#waiting.clear();
        this.#waitingBytes = 0;
      },
    );
  }
}

const statements = (db: Database) => ({
  get: db.prepare<[string], Uint8Array>('SELECT value FROM dialect_memory WHERE key = ?').pluck(),
  remove: db.prepare<[string]>('DELETE FROM dialect_memory WHERE key = ?'),
  insert: db.prepare<[string, Uint8Array]>('INSERT INTO dialect_memory (key, value) VALUES (?, ?)'),
  limit: db.prepare<[number]>(
    'DELETE FROM dialect_memory WHERE n <= (SELECT n FROM dialect_memory ORDER BY n DESC LIMIT 1 OFFSET ?)',
  ),
});
