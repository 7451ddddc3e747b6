import { AppError } from '../../../errors.ts';
import type { SignalFacts } from '../../../stream/dialects/signals/signal-facts.ts';
import type { KnownSignal, SignalPort } from '../../../stream/known-signals.ts';
import { openDatabase, type Database } from '../database.ts';

/** Names change over the years: of the signals that no message names any more the oldest are deleted beyond this. */
const MAX_ROWS = 100_000;

/** The signals that the service has met, one row each. */
export class SignalTable implements SignalPort {
  readonly #statements: ReturnType<typeof statements>;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  all(): readonly KnownSignal[] {
    return this.#statements.all.all().flatMap((row) => fromRow(row) ?? []);
  }

  get(slug: string): KnownSignal | null {
    const row = this.#statements.one.get({ slug });
    return row === undefined ? null : fromRow(row);
  }

  record({ slug, topic, device, signal, explicit, facts }: KnownSignal): void {
    const row = { slug, topic, device, signal, explicit: explicit ? 1 : 0, facts: JSON.stringify(facts) } as const;
    this.#statements.replace.run(row);
    this.#statements.trim.run({ most: MAX_ROWS });
  }
}

/** The signals in a database file, read once; none where it cannot be read. */
export function signalsIn(path: string): Pick<SignalTable, 'get'> {
  try {
    const db = openDatabase(path, { readonly: true });
    try {
      const all = new Map(new SignalTable(db).all().map((signal) => [signal.slug, signal]));
      return { get: (slug) => all.get(slug) ?? null };
    } finally {
      db.close();
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { get: () => null };
  }
}

interface SignalRow {
  readonly slug: string;
  readonly topic: string;
  readonly device: string;
  readonly signal: string;
  readonly explicit: 0 | 1;
  readonly facts: string;
}

const COLUMNS = 'slug, topic, device, signal, explicit, facts';

const statements = (db: Database) => ({
  all: db.prepare<[], SignalRow>(`SELECT ${COLUMNS} FROM signal ORDER BY rowid`),
  one: db.prepare<{ slug: string }, SignalRow>(`SELECT ${COLUMNS} FROM signal WHERE slug = :slug`),
  replace: db.prepare<SignalRow>(
    `INSERT OR REPLACE INTO signal (${COLUMNS}) VALUES (${COLUMNS.replace(/\w+/g, ':$&')})`,
  ),
  trim: db.prepare<{ most: number }>('DELETE FROM signal WHERE rowid <= (SELECT max(rowid) FROM signal) - :most'),
});

/** Null where the row is damaged. */
function fromRow({ facts, explicit, ...row }: SignalRow): KnownSignal | null {
  try {
    return { ...row, explicit: explicit === 1, facts: JSON.parse(facts) as SignalFacts };
  } catch {
    return null;
  }
}
