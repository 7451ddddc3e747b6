import type { Database } from './database.ts';

/** What the operator said of alarms: the label of each, by the id of the alarm. */
export class Answers {
  readonly #statement: ReturnType<typeof statement>;

  constructor(db: Database) {
    this.#statement = statement(db);
  }

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
