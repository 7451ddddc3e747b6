import type { LedgerPort } from '../../stream/ports.ts';
import type { Database } from '../sqlite/database.ts';

/** Sends it, now or when it can be; `onSettled` follows when the broker has it or never will. */
type Publish = (topic: string, payload: string, onSettled: () => void) => void;

/**
 * Alerts that are not at the broker yet, in the database: written in the transaction of what they tell, sent after it,
 * removed when the broker has acknowledged them. So each goes out at least once, also by a run after a crash; receivers tell a
 * second copy by its `message_id`. How many may wait is the bound of who publishes.
 */
export class AlertOutbox {
  readonly #ledger: Pick<LedgerPort, 'write'>;
  readonly #publish: Publish;
  readonly #statements: ReturnType<typeof statements>;
  #lastId: number;

  constructor(db: Database, ledger: Pick<LedgerPort, 'write'>, publish: Publish) {
    this.#ledger = ledger;
    this.#publish = publish;
    this.#statements = statements(db);
    this.#lastId = this.#statements.last.get()!;
  }

  add(topic: string, payload: string): void {
    const id = ++this.#lastId;
    this.#ledger.write(
      () => {
        this.#statements.insert.run(id, topic, payload);
      },
      () => {
        this.#send(id, topic, payload);
      },
      true,
    );
  }

  /** Sends what an earlier run could not. */
  resume(): void {
    for (const { id, topic, payload } of this.#statements.all.all()) this.#send(id, topic, payload);
  }

  #send(id: number, topic: string, payload: string): void {
    this.#publish(topic, payload, () => {
      this.#ledger.write(() => {
        this.#statements.remove.run(id);
      });
    });
  }
}

interface AlertRow {
  readonly id: number;
  readonly topic: string;
  readonly payload: string;
}

const statements = (db: Database) => ({
  last: db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM outbox').pluck(),
  all: db.prepare<[], AlertRow>('SELECT id, topic, payload FROM outbox ORDER BY id'),
  insert: db.prepare<[number, string, string]>('INSERT INTO outbox (id, topic, payload) VALUES (?, ?, ?)'),
  remove: db.prepare<[number]>('DELETE FROM outbox WHERE id = ?'),
});
