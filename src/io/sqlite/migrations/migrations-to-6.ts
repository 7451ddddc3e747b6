import type { Migration } from './migration.ts';

/** The tables of streams, alarms, the ledger and commands. */
export const MIGRATIONS_TO_6: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE anomaly (
        id TEXT PRIMARY KEY,
        stream TEXT NOT NULL,
        series TEXT NOT NULL,
        kind TEXT NOT NULL,
        severity TEXT NOT NULL,
        start_at INTEGER NOT NULL,
        peak_at INTEGER NOT NULL,
        end_at INTEGER,
        score REAL,
        value REAL,
        expected REAL,
        lower REAL,
        upper REAL,
        unit TEXT NOT NULL,
        contributions TEXT NOT NULL,
        reason TEXT NOT NULL
      ) STRICT;
      CREATE INDEX anomaly_by_start ON anomaly (start_at, id);
      CREATE INDEX anomaly_by_stream ON anomaly (stream, start_at);
      CREATE INDEX anomaly_open ON anomaly (start_at) WHERE end_at IS NULL;

      CREATE TABLE snapshot (
        stream TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        version INTEGER NOT NULL,
        shape TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        bytes BLOB NOT NULL
      ) STRICT;

      CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        topic TEXT NOT NULL,
        reason TEXT NOT NULL,
        payload BLOB NOT NULL
      ) STRICT;

      CREATE VIEW v_anomalies AS
        SELECT id, stream, series, kind, severity,
          start_at / 1000.0 AS start_time, peak_at / 1000.0 AS peak_time, end_at / 1000.0 AS end_time,
          score, value, expected, lower, upper, unit, contributions, reason
        FROM anomaly;
    `,
  },
  {
    // When an episode was opened, why it ended, its confidence and its incident; older snapshots to go back to.
    version: 2,
    sql: `
      ALTER TABLE anomaly ADD COLUMN opened_at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE anomaly ADD COLUMN ended_by TEXT;
      ALTER TABLE anomaly ADD COLUMN confidence REAL;
      ALTER TABLE anomaly ADD COLUMN evidence TEXT NOT NULL DEFAULT '{}';
      ALTER TABLE anomaly ADD COLUMN incident TEXT;
      UPDATE anomaly SET opened_at = start_at, ended_by = CASE WHEN end_at IS NOT NULL THEN 'calm' END;
      CREATE INDEX anomaly_by_incident ON anomaly (incident) WHERE incident IS NOT NULL;

      DROP VIEW v_anomalies;
      CREATE VIEW v_anomalies AS
        SELECT id, stream, series, kind, severity,
          start_at / 1000.0 AS start_time, opened_at / 1000.0 AS opened_time,
          peak_at / 1000.0 AS peak_time, end_at / 1000.0 AS end_time, ended_by,
          score, confidence, value, expected, lower, upper, unit, contributions, evidence, reason, incident
        FROM anomaly;

      CREATE TABLE snapshot_history (
        stream TEXT NOT NULL,
        at INTEGER NOT NULL,
        version INTEGER NOT NULL,
        shape TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (stream, at)
      ) STRICT;

      CREATE TABLE incident (
        id TEXT PRIMARY KEY,
        start_at INTEGER NOT NULL,
        end_at INTEGER,
        severity TEXT NOT NULL,
        episodes INTEGER NOT NULL,
        series TEXT NOT NULL,
        reason TEXT NOT NULL
      ) STRICT;
      CREATE INDEX incident_open ON incident (start_at) WHERE end_at IS NULL;
      CREATE VIEW v_incidents AS
        SELECT id, start_at / 1000.0 AS start_time, end_at / 1000.0 AS end_time, severity, episodes, series, reason
        FROM incident;
    `,
  },
  {
    // Durable order: the journal of readings, the snapshots it continues, and the alerts that were not delivered yet.
    version: 3,
    sql: `
      CREATE TABLE journal (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        entries BLOB NOT NULL
      ) STRICT;
      CREATE TABLE journal_series (
        id INTEGER PRIMARY KEY,
        slug TEXT NOT NULL UNIQUE,
        input INTEGER NOT NULL,
        field INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        topic TEXT NOT NULL,
        payload TEXT NOT NULL
      ) STRICT;

      ALTER TABLE snapshot RENAME TO snapshot_of_version_2;
      CREATE TABLE snapshot (
        stream TEXT NOT NULL,
        slot INTEGER NOT NULL,
        at INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        version INTEGER NOT NULL,
        shape TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (stream, slot)
      ) STRICT;
      INSERT INTO snapshot (stream, slot, at, seq, version, shape, sha256, bytes)
        SELECT stream, 0, at, 0, version, shape, sha256, bytes FROM snapshot_of_version_2;
      DROP TABLE snapshot_of_version_2;
      ALTER TABLE snapshot_history ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;

      ALTER TABLE anomaly ADD COLUMN news_at REAL NOT NULL DEFAULT 0;
      ALTER TABLE anomaly ADD COLUMN heard_at REAL NOT NULL DEFAULT 0;
      UPDATE anomaly SET news_at = coalesce(end_at, opened_at), heard_at = coalesce(end_at, opened_at);
    `,
  },
  {
    // Topics with a retained state on the broker, so that the state of a removed series can be cleared.
    version: 4,
    sql: `
      CREATE TABLE retained_state (
        topic TEXT PRIMARY KEY
      ) STRICT;
    `,
  },
  {
    // Events that come so often that they are no alarm.
    version: 5,
    sql: `
      CREATE TABLE habit (
        id TEXT PRIMARY KEY,
        stream TEXT NOT NULL,
        series TEXT NOT NULL,
        at INTEGER NOT NULL,
        since INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        from_value REAL,
        to_value REAL,
        length_ms REAL NOT NULL,
        per_week REAL NOT NULL,
        unit TEXT NOT NULL,
        reason TEXT NOT NULL
      ) STRICT;
      CREATE VIEW v_habits AS
        SELECT id, stream, series, at / 1000.0 AS time, since / 1000.0 AS since_time, last_at / 1000.0 AS last_time,
          from_value, to_value, length_ms / 1000.0 AS seconds, per_week, unit, reason
        FROM habit;
    `,
  },
  {
    // The operator's commands: those that wait, the record of all others, and what follows from them.
    version: 6,
    sql: `
      CREATE TABLE command (
        n INTEGER PRIMARY KEY,
        id TEXT UNIQUE,
        at INTEGER NOT NULL,
        source TEXT NOT NULL,
        by TEXT,
        command TEXT,
        series TEXT,
        request TEXT NOT NULL,
        status TEXT NOT NULL,
        code TEXT,
        reply TEXT,
        undo TEXT,
        undone_by TEXT
      ) STRICT;
      CREATE INDEX command_waiting ON command (n) WHERE status = 'waiting';
      CREATE VIEW v_commands AS
        SELECT n, id, at / 1000.0 AS time, source, by, command, series, request, status, code,
          json_extract(reply, '$.text') AS result, undone_by
        FROM command;
      CREATE TABLE label (
        id TEXT PRIMARY KEY,
        stream TEXT NOT NULL,
        series TEXT NOT NULL,
        kind TEXT NOT NULL,
        from_at INTEGER NOT NULL,
        until_at INTEGER NOT NULL,
        event TEXT,
        note TEXT
      ) STRICT;
      CREATE TABLE mute (
        scope TEXT PRIMARY KEY,
        until INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE held_back (
        id TEXT PRIMARY KEY,
        what TEXT NOT NULL
      ) STRICT;
      CREATE TABLE command_state (
        stream TEXT PRIMARY KEY,
        command TEXT NOT NULL,
        at INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        version INTEGER NOT NULL,
        shape TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        bytes BLOB NOT NULL
      ) STRICT;
    `,
  },
];
