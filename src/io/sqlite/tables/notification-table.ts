import { DAY_MS } from '../../../math/time.ts';
import type { Notification, NotificationSeverity } from '../../../stream/ports/notification.ts';
import type { Database } from '../database.ts';

/** A notification that waits for its target. */
export interface StoredNotification {
  readonly id: number;
  readonly target: string;
  readonly notification: Notification;
}

/** What a target was sent about an incident or alarm that is still open. */
export interface NotifyThread {
  readonly target: string;
  readonly thread: string;
  readonly severity: NotificationSeverity;
  /** The id that the service gave to the message; null where it gave none, or the message was not delivered yet. */
  readonly ref: string | null;
}

/** A thread that never ended, because its incident was deleted. */
const MAX_THREAD_AGE_MS = 90 * DAY_MS;

/** Rows of notify. Methods that write are called within the ledger's transaction. */
export class NotificationTable {
  readonly #statements: ReturnType<typeof statements>;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  /** The highest id so far. */
  get lastId(): number {
    return this.#statements.last.get()!;
  }

  /** The notifications that were not delivered, oldest first. A row that cannot be read is left out. */
  waiting(): readonly StoredNotification[] {
    return this.#statements.all.all().flatMap(({ id, target, message }) => {
      try {
        return [{ id, target, notification: JSON.parse(message) as Notification }];
      } catch {
        return [];
      }
    });
  }

  add({ id, target, notification }: StoredNotification): void {
    this.#statements.insert.run(id, target, Math.round(notification.at), JSON.stringify(notification));
  }

  remove(id: number): void {
    this.#statements.remove.run(id);
  }

  threads(now: number): readonly NotifyThread[] {
    return this.#statements.threads.all(now - MAX_THREAD_AGE_MS);
  }

  setThread({ target, thread, severity, ref }: NotifyThread, at: number): void {
    this.#statements.setThread.run(target, thread, Math.round(at), severity, ref);
    this.#statements.trimThreads.run(at - MAX_THREAD_AGE_MS);
  }

  setRef(target: string, thread: string, ref: string): void {
    this.#statements.setRef.run(ref, target, thread);
  }

  removeThread(target: string, thread: string): void {
    this.#statements.removeThread.run(target, thread);
  }

  /** A text that was stored under a name, for a target; null: none. */
  state(target: string, name: string): string | null {
    return this.#statements.state.get(target, name) ?? null;
  }

  setState(target: string, name: string, value: string): void {
    this.#statements.setState.run(target, name, value);
  }
}

interface Row {
  readonly id: number;
  readonly target: string;
  readonly message: string;
}

const statements = (db: Database) => ({
  last: db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM notification').pluck(),
  all: db.prepare<[], Row>('SELECT id, target, message FROM notification ORDER BY id'),
  insert: db.prepare<[number, string, number, string]>(
    'INSERT OR REPLACE INTO notification (id, target, at, message) VALUES (?, ?, ?, ?)',
  ),
  remove: db.prepare<[number]>('DELETE FROM notification WHERE id = ?'),
  threads: db.prepare<[number], NotifyThread>(
    'SELECT target, thread, severity, ref FROM notify_thread WHERE at > ? ORDER BY at',
  ),
  setThread: db.prepare<[string, string, number, string, string | null]>(
    `INSERT INTO notify_thread (target, thread, at, severity, ref) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET severity = excluded.severity`,
  ),
  trimThreads: db.prepare<[number]>('DELETE FROM notify_thread WHERE at <= ?'),
  setRef: db.prepare<[string, string, string]>('UPDATE notify_thread SET ref = ? WHERE target = ? AND thread = ?'),
  removeThread: db.prepare<[string, string]>('DELETE FROM notify_thread WHERE target = ? AND thread = ?'),
  state: db.prepare<[string, string], string>('SELECT value FROM notify_state WHERE target = ? AND name = ?').pluck(),
  setState: db.prepare<[string, string, string]>(
    'INSERT OR REPLACE INTO notify_state (target, name, value) VALUES (?, ?, ?)',
  ),
});
