import type { Anomaly } from '../../../detect/episode/anomaly.ts';
import type {
  CommandLogPort,
  CommandRecord,
  Freeze,
  HeldBack,
  Label,
  Mute,
  Snapshot,
} from '../../../stream/ports/ports.ts';
import { AnomalyLog } from './anomaly-log.ts';
import type { Database } from '../database.ts';
import { digest, intact, type SnapshotRow } from '../snapshots/snapshot-row.ts';

/** Commands that are kept, the newest: those that were carried out with their ids, so that a repeated one is recognised. */
const MAX_DONE = 10_000;
const MAX_REFUSED = 1_000;
/** States for an undo that are kept of each stream, 60 to 100 KB each: beside up to fourteen snapshots. */
const MAX_STATES = 3;
/** Commands of the command line that may wait for the service. */
const MAX_WAITING = 100;
/** Waiting commands that are read at once. */
const AT_ONCE = 20;

/** A command that waits for the service. */
export interface WaitingCommand {
  readonly n: number;
  readonly at: number;
  readonly request: string;
}

/** A stored command, for display. */
export interface StoredCommand {
  readonly id: string | null;
  readonly at: number;
  readonly source: string;
  readonly by: string | null;
  readonly command: string | null;
  readonly series: string | null;
  readonly request: string;
  readonly status: 'waiting' | 'done' | 'refused';
  readonly code: string | null;
  readonly reply: string | null;
  readonly undoneBy: string | null;
}

/** The operator's commands, and what follows from them: labels, mutes, states for an undo. */
export class CommandLog implements CommandLogPort {
  readonly #statements: ReturnType<typeof statements>;
  readonly #episodes: AnomalyLog;
  readonly #enqueue: (command: Omit<WaitingCommand, 'n'> & { readonly id: string; readonly by: string }) => boolean;

  constructor(db: Database) {
    this.#statements = statements(db);
    this.#episodes = new AnomalyLog(db, { quarantineRows: 0 });
    const { countWaiting, enqueue } = this.#statements;
    const enqueueIfRoom = db.transaction((row: { id: string; at: number; by: string; request: string }) => {
      if (countWaiting.get()! >= MAX_WAITING) return false;
      enqueue.run(row);
      return true;
    });
    this.#enqueue = (row) => enqueueIfRoom.immediate(row);
  }

  find(id: string): ReturnType<CommandLogPort['find']> {
    const row = this.#statements.find.get(id);
    if (row?.status !== 'done' && row?.status !== 'refused') return null;
    return { ...row, status: row.status, reply: row.reply!, undoneBy: row.undone_by };
  }

  isWaiting(id: string): boolean {
    return this.#statements.find.get(id)?.status === 'waiting';
  }

  record({ row, ...record }: CommandRecord): void {
    const { insert, settle, trim } = this.#statements;
    const values = { ...record, at: Math.round(record.at) };
    if (row === null) insert.run(values);
    else settle.run({ ...values, n: row });
    trim.run({ status: record.status, kept: record.status === 'done' ? MAX_DONE : MAX_REFUSED });
  }

  setUndone(id: string, by: string): void {
    this.#statements.setUndone.run({ id, by });
  }

  episode(id: string): Anomaly | null {
    return this.#episodes.find(id);
  }

  lastEpisode(stream: string, series: string | null): Anomaly | null {
    return this.#episodes.list({ stream, series: series ?? undefined, limit: 1 }).next().value ?? null;
  }

  mutes(): readonly Mute[] {
    return this.#statements.mutes.all();
  }

  setMute({ scope, until }: Mute): void {
    this.#statements.setMute.run({ scope, until: Math.round(until) });
  }

  removeMute(scope: string): void {
    this.#statements.removeMute.run(scope);
  }

  freezes(): readonly Freeze[] {
    return this.#statements.freezes.all();
  }

  setFreeze({ stream, until }: Freeze): void {
    if (until === null) this.#statements.removeFreeze.run(stream);
    else this.#statements.setFreeze.run({ stream, until: Math.round(until) });
  }

  heldBack(): readonly { readonly id: string; readonly what: HeldBack }[] {
    return this.#statements.heldBack.all();
  }

  setHeldBack(id: string, what: HeldBack | null): void {
    if (what === null) this.#statements.release.run(id);
    else this.#statements.holdBack.run({ id, what });
  }

  addLabel(label: Label): void {
    this.#statements.addLabel.run({ ...label, from: Math.round(label.from), until: Math.round(label.until) });
  }

  removeLabel(id: string): void {
    this.#statements.removeLabel.run(id);
  }

  /** In order of time; those of one series or stream only, if it is given. */
  labels(name?: string): readonly Label[] {
    return this.#statements.labels.all({ name: name ?? null });
  }

  keepState(command: string, before: Snapshot): void {
    const { stream, seq, version, shape, bytes } = before;
    const row = { stream, at: Math.round(before.at), seq, version, shape, bytes };
    const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#statements.keepState.run({ ...row, command, sha256: digest(row), bytes: blob });
    this.#statements.trimStates.run({ stream, kept: MAX_STATES });
  }

  stateBefore(command: string): Snapshot | null {
    const row = this.#statements.stateBefore.get(command);
    return row !== undefined && intact(row) ? row : null;
  }

  keptAfter(command: string): readonly string[] {
    return this.#statements.keptAfter.all(command);
  }

  dropStates(command: string): void {
    this.#statements.dropStates.run(command);
  }

  /** Adds a command that waits for the service; false: too many wait. Throws an SQLite error where the id was used before. */
  enqueue(command: Omit<WaitingCommand, 'n'> & { readonly id: string; readonly by: string }): boolean {
    return this.#enqueue(command);
  }

  /** The commands that wait, the oldest first, a few at once. */
  waiting(): readonly WaitingCommand[] {
    return this.#statements.waiting.all({ rows: AT_ONCE });
  }

  /** A command with this id in any state. */
  stored(id: string): StoredCommand | null {
    const row = this.#statements.find.get(id);
    return row === undefined ? null : { ...row, undoneBy: row.undone_by };
  }

  /** The newest first. */
  list(limit: number): readonly StoredCommand[] {
    return this.#statements.list.all({ limit }).map(({ undone_by: undoneBy, ...row }) => ({ ...row, undoneBy }));
  }
}

interface CommandRow extends Omit<StoredCommand, 'undoneBy'> {
  readonly undo: string | null;
  readonly undone_by: string | null;
}

type Values = Omit<CommandRecord, 'row'>;

const statements = (db: Database) => ({
  find: db.prepare<[string], CommandRow>(
    'SELECT id, at, source, by, command, series, request, status, code, reply, undo, undone_by FROM command WHERE id = ?',
  ),
  insert: db.prepare<Values>(`
    INSERT INTO command (id, at, source, by, command, series, request, status, code, reply, undo)
    VALUES (:id, :at, :source, :by, :command, :series, :request, :status, :code, :reply, :undo)
  `),
  // The row keeps its id, also where the request could not be read.
  settle: db.prepare<Values & { readonly n: number }>(`
    UPDATE command SET at = :at, command = :command, series = :series, status = :status, code = :code, reply = :reply, undo = :undo
    WHERE n = :n
  `),
  trim: db.prepare<{ status: string; kept: number }>(`
    DELETE FROM command WHERE status = :status AND n <= (
      SELECT n FROM command WHERE status = :status ORDER BY n DESC LIMIT 1 OFFSET :kept
    )
  `),
  setUndone: db.prepare<{ id: string; by: string }>('UPDATE command SET undone_by = :by WHERE id = :id'),
  countWaiting: db.prepare<[], number>("SELECT count(*) FROM command WHERE status = 'waiting'").pluck(),
  enqueue: db.prepare<{ id: string; at: number; by: string; request: string }>(`
    INSERT INTO command (id, at, source, by, request, status) VALUES (:id, :at, 'cli', :by, :request, 'waiting')
  `),
  waiting: db.prepare<{ rows: number }, WaitingCommand>(
    "SELECT n, at, request FROM command WHERE status = 'waiting' ORDER BY n LIMIT :rows",
  ),
  list: db.prepare<{ limit: number }, CommandRow>(
    'SELECT id, at, source, by, command, series, request, status, code, reply, undo, undone_by FROM command ORDER BY n DESC LIMIT :limit',
  ),
  mutes: db.prepare<[], Mute>('SELECT scope, until FROM mute ORDER BY scope'),
  setMute: db.prepare<Mute>(
    'INSERT INTO mute (scope, until) VALUES (:scope, :until) ON CONFLICT (scope) DO UPDATE SET until = excluded.until',
  ),
  removeMute: db.prepare<[string]>('DELETE FROM mute WHERE scope = ?'),
  freezes: db.prepare<[], Freeze>('SELECT stream, until FROM freeze ORDER BY stream'),
  setFreeze: db.prepare<Freeze>(
    'INSERT INTO freeze (stream, until) VALUES (:stream, :until) ON CONFLICT (stream) DO UPDATE SET until = excluded.until',
  ),
  removeFreeze: db.prepare<[string]>('DELETE FROM freeze WHERE stream = ?'),
  heldBack: db.prepare<[], { readonly id: string; readonly what: HeldBack }>(
    'SELECT id, what FROM held_back ORDER BY rowid',
  ),
  holdBack: db.prepare<{ id: string; what: string }>(
    'INSERT INTO held_back (id, what) VALUES (:id, :what) ON CONFLICT (id) DO UPDATE SET what = excluded.what',
  ),
  release: db.prepare<[string]>('DELETE FROM held_back WHERE id = ?'),
  addLabel: db.prepare<Label>(`
    INSERT INTO label (id, stream, series, kind, from_at, until_at, event, note)
    VALUES (:id, :stream, :series, :kind, :from, :until, :event, :note)
  `),
  removeLabel: db.prepare<[string]>('DELETE FROM label WHERE id = ?'),
  labels: db.prepare<{ name: string | null }, Label>(`
    SELECT id, stream, series, kind, from_at AS "from", until_at AS until, event, note FROM label
    WHERE :name IS NULL OR series = :name OR stream = :name ORDER BY from_at, id
  `),
  keepState: db.prepare<SnapshotRow & { readonly command: string }>(`
    INSERT INTO command_state (stream, command, at, seq, version, shape, sha256, bytes)
    VALUES (:stream, :command, :at, :seq, :version, :shape, :sha256, :bytes)
  `),
  trimStates: db.prepare<{ stream: string; kept: number }>(`
    DELETE FROM command_state WHERE stream = :stream AND n <= (
      SELECT n FROM command_state WHERE stream = :stream ORDER BY n DESC LIMIT 1 OFFSET :kept
    )
  `),
  keptAfter: db
    .prepare<[string], string>(
      `
    SELECT later.command FROM command_state AS later, command_state AS this
    WHERE this.command = ? AND later.stream = this.stream AND later.n > this.n ORDER BY later.n
  `,
    )
    .pluck(),
  dropStates: db.prepare<[string]>(`
    DELETE FROM command_state WHERE n IN (
      SELECT later.n FROM command_state AS later, command_state AS this
      WHERE this.command = ? AND later.stream = this.stream AND later.n >= this.n
    )
  `),
  stateBefore: db.prepare<[string], SnapshotRow>(
    'SELECT stream, at, seq, version, shape, sha256, bytes FROM command_state WHERE command = ?',
  ),
});
