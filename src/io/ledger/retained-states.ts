import type { LedgerPort } from '../../stream/ports/ports.ts';
import type { Database } from '../sqlite/database.ts';
import { GatheredRows } from './gathered-rows.ts';

interface StateBroker {
  publishState(topic: string, payload: string): void;
  clearState(topic: string, onCleared: () => void): void;
}

/**
 * Retained states, with their topics in the database. A broker keeps a retained message until somebody clears it, so
 * the topics of earlier runs must be known when a series leaves the site file.
 */
export class RetainedStates {
  /** By topic, whether it has a state. */
  readonly #changed: GatheredRows<boolean>;
  readonly #broker: StateBroker;
  readonly #topics: Set<string>;

  constructor(db: Database, ledger: Pick<LedgerPort, 'write'>, broker: StateBroker) {
    this.#broker = broker;
    const { all, insert, remove } = statements(db);
    this.#topics = new Set(all.all());
    this.#changed = new GatheredRows(ledger, (topic, has) => {
      (has ? insert : remove).run(topic);
    });
  }

  /** Topics with a state that this run or an earlier one published. */
  get topics(): readonly string[] {
    return [...this.#topics];
  }

  publish(topic: string, payload: string): void {
    if (!this.#topics.has(topic)) {
      this.#topics.add(topic);
      this.#changed.set(topic, true);
    }
    this.#broker.publishState(topic, payload);
  }

  /** Removes the state from the broker. The topic stays in the database until the broker has acknowledged that. */
  clear(topic: string): void {
    this.#broker.clearState(topic, () => {
      this.#topics.delete(topic);
      this.#changed.set(topic, false);
    });
  }
}

const statements = (db: Database) => ({
  all: db.prepare<[], string>('SELECT topic FROM retained_state ORDER BY topic').pluck(),
  insert: db.prepare<[string]>('INSERT OR IGNORE INTO retained_state (topic) VALUES (?)'),
  remove: db.prepare<[string]>('DELETE FROM retained_state WHERE topic = ?'),
});
