import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { damageIn, openDatabase } from '../../src/io/sqlite/database.ts';
import { entriesIn } from '../../src/io/ledger/entries.ts';
import { Journal } from '../../src/io/ledger/journal.ts';

/** What became of messages 0 to n - 1. */
export interface Count {
  readonly lost: number;
  readonly twice: number;
}

/** How many different messages the journal has kept; cheap, and behind by a moment. */
export function kept(directory: string): number {
  const path = join(directory, 'db.sqlite');
  if (!existsSync(path)) return 0;
  const copy = new Sqlite(path, { readonly: true, timeout: 5000 });
  try {
    return copy.prepare<[], number>('SELECT count(DISTINCT seq) FROM msgs').pluck().get()!;
  } finally {
    copy.close();
  }
}

/** Counts each message in the journal, and in its copy where the journal has been trimmed. Throws where a row is torn. */
export function count(directory: string, n: number): Count {
  const db = openDatabase(join(directory, 'zankyo.db'), { readonly: true });
  const copy = new Sqlite(join(directory, 'db.sqlite'), { readonly: true });
  try {
    const damage = damageIn(db);
    if (damage !== null) throw new Error(`the database is damaged: ${damage}`);
    const times = new Uint8Array(n);
    const see = (seq: number): void => {
      if (seq >= 0 && seq < n) times[seq]++;
    };
    const first = db.prepare<[], number | null>('SELECT min(seq) FROM journal').pluck().get() ?? Infinity;
    const trimmed = copy.prepare<[number], number>('SELECT seq FROM msgs WHERE row < ?').pluck();
    for (const seq of trimmed.iterate(first)) see(seq);
    const journal = new Journal(db);
    for (const { seq: row, entries } of journal.rows()) {
      if (entries === null) throw new Error(`row ${row} of the journal is not what was written`);
      for (const entry of entriesIn(entries, (id) => journal.slugOf(id)))
        if (entry.kind === 'message')
          for (const { series, value } of entry.readings) if (series.endsWith('-seq')) see(value);
    }
    return { lost: times.filter((each) => each === 0).length, twice: times.filter((each) => each > 1).length };
  } finally {
    db.close();
    copy.close();
  }
}
