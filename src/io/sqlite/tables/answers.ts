import type { Database } from '../database.ts';

/** What the operator said of alarms. */
export class Answers {
  readonly #statement: ReturnType<typeof statement>;

  constructor(db: Database) {
    this.#statement = statement(db);
  }

  /** The last answer to each of these alarms that has one, by its id. */
  of(events: readonly string[]): ReadonlyMap<string, 'normal' | 'fault'> {
    if (events.length === 0) return new Map();
    return new Map(this.#statement.all(JSON.stringify(events)).map(({ event, kind }) => [event, kind]));
  }
}

const statement = (db: Database) =>
  db.prepare<[string], { event: string; kind: 'normal' | 'fault' }>(`
    SELECT event, kind FROM label
    WHERE event IN (SELECT value FROM json_each(?)) AND kind IN ('normal', 'fault')
    ORDER BY rowid
  `);
