import type { Migration } from './migration.ts';

/** The tables of notifications and all later ones. */
export const MIGRATIONS_FROM_7: readonly Migration[] = [
  {
    // Notifications that wait for their target; what each target was sent about an incident; its replies.
    version: 7,
    sql: `
      CREATE TABLE notification (
        id INTEGER PRIMARY KEY,
        target TEXT NOT NULL,
        at INTEGER NOT NULL,
        message TEXT NOT NULL
      ) STRICT;
      CREATE TABLE notify_thread (
        target TEXT NOT NULL,
        thread TEXT NOT NULL,
        at INTEGER NOT NULL,
        severity TEXT NOT NULL,
        ref TEXT,
        PRIMARY KEY (target, thread)
      ) STRICT;
      CREATE TABLE notify_state (
        target TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (target, name)
      ) STRICT;
    `,
  },
  {
    // The levels at which a series stays, where it has more than one.
    version: 8,
    sql: `
      CREATE TABLE mode (
        stream TEXT NOT NULL,
        place INTEGER NOT NULL,
        series TEXT NOT NULL,
        level REAL NOT NULL,
        spread REAL NOT NULL,
        unit TEXT NOT NULL,
        since INTEGER,
        times INTEGER NOT NULL,
        last_at INTEGER,
        present INTEGER NOT NULL,
        PRIMARY KEY (stream, place)
      ) STRICT;
    `,
  },
  {
    // When freezes end by themselves; the states from before the last few commands of a stream, not only the last one.
    version: 9,
    sql: `
      CREATE TABLE freeze (
        stream TEXT PRIMARY KEY,
        until INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE command_states (
        n INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        command TEXT NOT NULL,
        at INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        version INTEGER NOT NULL,
        shape TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        bytes BLOB NOT NULL
      ) STRICT;
      INSERT INTO command_states (stream, command, at, seq, version, shape, sha256, bytes)
        SELECT stream, command, at, seq, version, shape, sha256, bytes FROM command_state ORDER BY rowid;
      DROP TABLE command_state;
      ALTER TABLE command_states RENAME TO command_state;
      CREATE INDEX command_state_stream ON command_state (stream);
    `,
  },
  {
    // The history of each series for charts: packed blocks of buckets (history/keys.ts), and what is known of each series.
    version: 10,
    sql: `
      CREATE TABLE history_series (
        id INTEGER PRIMARY KEY,
        slug TEXT NOT NULL UNIQUE,
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        bytes INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE history (
        key INTEGER PRIMARY KEY,
        bytes BLOB NOT NULL
      ) STRICT;
    `,
  },
  {
    // What formats keep across restarts (births of Sparkplug devices), and what each signal is that no field of the site file names.
    version: 11,
    sql: `
      CREATE TABLE dialect_memory (
        n INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        value BLOB NOT NULL
      ) STRICT;
      CREATE TABLE signal (
        slug TEXT PRIMARY KEY,
        topic TEXT NOT NULL,
        device TEXT NOT NULL,
        signal TEXT NOT NULL,
        explicit INTEGER NOT NULL,
        facts TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    // Bytes that the service has caused to be written, by the hours in which it ran (written-hours.ts).
    version: 12,
    sql: `
      CREATE TABLE written_hour (
        n INTEGER PRIMARY KEY,
        ms INTEGER NOT NULL,
        bytes INTEGER NOT NULL
      ) STRICT;
    `,
  },
];
