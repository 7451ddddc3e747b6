import type { LedgerPort } from '../../stream/ports/ports.ts';
import type { Database } from '../sqlite/database.ts';

/** Publishes now or on the next connection; `onSettled`: the broker has the alert, or it was refused or dropped. */
type Publish = (topic: string, payload: string, onSettled: () => void) => void;

/**
 * Transactional outbox. An alert is written in the transaction of the anomaly that it reports, published after that,
 * and deleted when the broker has acknowledged it. Each alert is delivered at least once, if necessary by the next run;
 * receivers recognise a second copy by its `message_id`. The publisher limits how many may wait.
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

  /** Publishes the alerts that earlier runs did not deliver. */
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
