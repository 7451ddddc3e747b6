export interface Migration {
  /** One more than the previous migration's; `PRAGMA user_version` after this migration. */
  readonly version: number;
  readonly sql: string;
}

/**
 * The history of the tables. A released migration is never changed, because its tables are on users' disks.
 * Times are epoch ms; `v_anomalies` shows them in seconds, as Grafana and SQLite's own functions expect.
 */
export const MIGRATIONS: readonly Migration[] = [
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
