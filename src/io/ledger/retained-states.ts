import type { LedgerPort } from '../../stream/ports.ts';
import type { Database } from '../sqlite/database.ts';

interface StateBroker {
  publishState(topic: string, payload: string): void;
  clearState(topic: string, onCleared: () => void): void;
}

/**
 * Retained states, with their topics in the database. A broker keeps a retained message until somebody clears it, so the topics of
 * earlier runs must be known when a series leaves the site file.
 */
export class RetainedStates {
  readonly #ledger: Pick<LedgerPort, 'write'>;
  readonly #broker: StateBroker;
  readonly #statements: ReturnType<typeof statements>;
  readonly #topics: Set<string>;

  constructor(db: Database, ledger: Pick<LedgerPort, 'write'>, broker: StateBroker) {
    this.#ledger = ledger;
    this.#broker = broker;
    this.#statements = statements(db);
    this.#topics = new Set(this.#statements.all.all());
  }

  /** Topics with a state that this run or an earlier one published. */
  get topics(): readonly string[] {
    return [...this.#topics];
  }

  publish(topic: string, payload: string): void {
    if (!this.#topics.has(topic)) {
      this.#topics.add(topic);
      this.#ledger.write(() => {
        this.#statements.insert.run(topic);
      });
    }
    this.#broker.publishState(topic, payload);
  }

  /** Removes the state from the broker. The topic stays in the database until the broker has acknowledged that. */
  clear(topic: string): void {
    this.#broker.clearState(topic, () => {
      this.#topics.delete(topic);
      this.#ledger.write(() => {
        this.#statements.remove.run(topic);
      });
    });
  }
}

const statements = (db: Database) => ({
  all: db.prepare<[], string>('SELECT topic FROM retained_state ORDER BY topic').pluck(),
  insert: db.prepare<[string]>('INSERT OR IGNORE INTO retained_state (topic) VALUES (?)'),
  remove: db.prepare<[string]>('DELETE FROM retained_state WHERE topic = ?'),
});
