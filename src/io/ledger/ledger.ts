import type { Reading } from '../../detect/reading.ts';
import { fingerprint, type Message, type Receipt } from '../../stream/message.ts';
import type { Entry, LedgerPort, Origin, StreamAction } from '../../stream/ports/ports.ts';
import type { Database } from '../sqlite/database.ts';
import { failureOf } from '../sqlite/failure.ts';
import type { Log } from '../../log.ts';
import { AckWindow } from './ack-window.ts';
import { CommitTimer } from './commit-timer.ts';
import { DatabaseOutage } from './database-outage.ts';
import { RedeliveryFilter } from './redelivery-filter.ts';
import { EntryWriter, entriesIn, type Delivery } from './entries.ts';
import { Journal } from './journal.ts';
import { mostOf, PendingWrites, type PendingWrite } from './pending-writes.ts';

export interface LedgerOptions {
  /** Longest time between a message and its commit. */
  readonly everyMs: number;
  /** Acknowledges messages that are on the disk. */
  readonly acknowledge: (receipts: readonly Receipt[]) => void;
  readonly log: Log;
  /** Frees space on a full disk; true if it freed some. */
  readonly makeRoom: () => boolean;
  /**
   * Called before each transaction: waits until everything that was admitted is processed, so that what follows from it is in the same
   * transaction. Where it throws, nothing is written any more. Absent where everything is processed at once.
   */
  readonly settle?: () => void;
  /** The database is damaged or closed, or `settle` has thrown; only a restart recovers it. */
  readonly onUnusable: (error: unknown) => void;
}

/** Entries beyond this size are committed at the end of the turn, without waiting for the interval. */
const COMMIT_BYTES = 256 * 1024;
/**
 * Limit of the entries that wait for a failing database. Beyond it they are dropped, and the next commit saves all
 * streams.
 */
const MAX_ENTRY_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 1_000;
/** Fewer journal rows than this are not worth a DELETE. */
const MIN_TRIM_ROWS = 64;

/**
 * Commits first, acknowledges second. One transaction writes the readings of the messages and everything derived from
 * them; then the messages are acknowledged, then alerts are published. After a crash the broker sends unacknowledged
 * messages again; a message that was committed before its acknowledgement was sent is recognised by its packet
 * identifier, see `RedeliveryFilter`.
 *
 * Each transaction costs one sync of the disk, so there are few: one per interval, one when the broker waits for
 * acknowledgements before it sends more, and one at once for an alert. A transaction that fails is repeated every
 * second. Nothing is acknowledged in the meantime, so the broker stops sending.
 */
export class Ledger implements LedgerPort {
  readonly #options: LedgerOptions;
  #everyMs: number;
  readonly #journal: Journal;
  readonly #transaction: () => void;
  readonly #entries = new EntryWriter();
  readonly #redeliveries = new RedeliveryFilter();
  readonly #window = new AckWindow();
  readonly #timer = new CommitTimer((waited) => this.commit(waited));
  readonly #receipts: Receipt[] = [];
  readonly #writes = new PendingWrites();
  readonly #outage: DatabaseOutage;
  #saveAll: () => void = () => undefined;
  #delivery: Delivery | null = null; // of the admitted message
  #receivedAt = 0;
  #connection = 0;
  #trimTo = 0;
  /** When the next transaction is to begin at the latest, on the clock of `performance.now()`; null while nothing waits. */
  #dueAt: number | null = null;
  #commits = 0;
  #commitMs = 0;
  /** Entries were dropped: a replay of the journal would not give the present state of the streams. */
  #journalIncomplete = false;
  #deliveriesRewritten = false;

  constructor(db: Database, options: LedgerOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs;
    this.#journal = new Journal(db);
    this.#outage = new DatabaseOutage(options.log);
    this.#transaction = db.transaction(() => {
      this.#write();
    });
  }

  /** Writes dropped since the start because too many waited for the database. */
  get droppedWrites(): number {
    return this.#outage.dropped;
  }

  /** Writes that wait for their transaction. */
  get waitingWrites(): number {
    return this.#writes.size;
  }

  /** Since when the database cannot be written, on the clock of `performance.now()`; null while it can. */
  get failingSince(): number | null {
    return this.#outage.since;
  }

  /**
   * How long after its time the next transaction is, ms; at most 0 while it is not late or nothing waits. More than a turn of the event
   * loop means that no timer begins it any more.
   */
  get lateMs(): number {
    return this.#dueAt === null ? 0 : performance.now() - this.#dueAt;
  }

  /** Transactions since the start, and the time that they took, ms. */
  get commits(): { readonly count: number; readonly ms: number } {
    return { count: this.#commits, ms: this.#commitMs };
  }

  get seq(): number {
    return this.#entries.length > 0 ? this.#journal.seq : this.#journal.seq - 1;
  }

  /** The broker has a new session: none of the next messages is a redelivery of an earlier one. */
  newSession(): void {
    this.#redeliveries.clear();
    this.#entries.session();
  }

  admit(message: Message): boolean {
    const { receipt } = message;
    this.#delivery = null;
    this.#receivedAt = message.receivedAt;
    if (receipt === undefined) return true;
    const delivery = { id: receipt.id, fingerprint: fingerprint(message) };
    if (receipt.connection !== this.#connection) this.#reconnected(receipt.connection);
    this.#receipts.push(receipt);
    this.#window.observe(this.#receipts.length, performance.now());
    const again = message.redelivered && this.#redeliveries.has(delivery);
    if (again) this.#schedule();
    else this.#delivery = delivery;
    return !again;
  }

  recordReadings(source: number, readings: readonly Reading[], originOf: (series: string) => Origin): void {
    if (this.#delivery !== null) {
      this.#redeliveries.add(this.#delivery);
      this.#entries.delivery(this.#delivery);
    } else if (readings.length === 0) return;
    if (readings.length > 0)
      this.#entries.message(source, readings, (series) => this.#journal.idOf(series, originOf(series)));
    this.#schedule();
  }

  /** Ticks alone cause no commit, so that the disk can rest while no messages arrive. */
  recordTick(at: number): void {
    this.#receivedAt = at;
    this.#entries.tick(at);
    if (this.#entries.length > COMMIT_BYTES) this.#schedule();
  }

  recordDowntime(at: number, downtimeMs: number): void {
    this.#receivedAt = at;
    this.#entries.downtime(at, downtimeMs);
  }

  recordTrainingRate(learnEvery: number): void {
    this.#entries.trainingRate(learnEvery);
  }

  recordCommand(at: number, action: StreamAction): void {
    this.#receivedAt = at;
    this.#entries.command(at, action);
  }

  write(task: () => void, afterwards?: () => void, urgent = false): void {
    this.#drop(this.#writes.add({ task, afterwards, urgent }, this.#outage.isOn));
    this.#schedule(urgent);
  }

  /** Another longest time between a message and its commit, from the next one on. */
  commitEvery(everyMs: number): void {
    this.#everyMs = everyMs;
  }

  onOverflow(saveAll: () => void): void {
    this.#saveAll = saveAll;
  }

  *entries(after = 0): Generator<{ readonly seq: number; readonly entry: Entry }, void, undefined> {
    let damaged = 0;
    for (const { seq, entries } of this.#journal.rows(after)) {
      if (entries === null) damaged++;
      else for (const entry of this.#streamsIn(entries)) yield { seq, entry };
    }
    if (damaged > 0)
      this.#options.log(
        'error',
        { rows: damaged },
        `${damaged} journal ${damaged === 1 ? 'row' : 'rows'} failed the checksum; ${damaged === 1 ? 'its' : 'their'} readings are lost`,
      );
  }

  originOf(series: string): Origin | null {
    return this.#journal.originOf(series);
  }

  trim(seq: number): void {
    this.#trimTo = Math.max(this.#trimTo, seq);
  }

  /**
   * Commits everything that waits. False: the database failed, and the ledger retries. `waited`: no message came during
   * the wait.
   */
  commit(waited = false): boolean {
    try {
      this.#options.settle?.();
    } catch (error) {
      this.#timer.clear();
      this.#options.onUnusable(error);
      return false;
    }
    this.#timer.clear();
    this.#dueAt = null;
    const startedAt = performance.now();
    try {
      this.#transaction();
    } catch (error) {
      this.#failed(error);
      return false;
    }
    this.#commits++;
    this.#commitMs += performance.now() - startedAt;
    this.#committed(waited);
    return true;
  }

  /** Stops the timers. Work that was not committed is lost. */
  close(): void {
    this.#timer.clear();
  }

  /** The broker sends the unacknowledged messages of the previous connection again. */
  #reconnected(connection: number): void {
    this.#connection = connection;
    this.#receipts.length = 0;
    this.#window.reset();
  }

  /** Counts dropped writes. The `afterwards` of each runs now: an alert is then published without being stored. */
  #drop(dropped: readonly PendingWrite[]): void {
    this.#outage.drop(dropped.length, mostOf(this.#outage.isOn));
    for (const { afterwards } of dropped) afterwards?.();
  }

  #schedule(urgent = false): void {
    if (this.#outage.isOn) return; // the retry commits everything
    const unacked = this.#receipts.length;
    const patienceMs = unacked === 0 ? Infinity : this.#window.patienceMs(unacked);
    const isMuch = this.#entries.length > COMMIT_BYTES || this.#writes.many;
    if (urgent || patienceMs === 0 || isMuch) this.#timer.atEndOfTurn();
    this.#timer.within(this.#everyMs);
    this.#dueAt ??= performance.now() + this.#everyMs;
    this.#timer.afterPause(patienceMs);
  }

  #write(): void {
    const trimming = this.#trimTo > 0 && this.#journal.countTo(this.#trimTo) >= MIN_TRIM_ROWS;
    if (trimming || this.#journalIncomplete) this.#rewriteDeliveries();
    if (this.#journalIncomplete) this.#saveAll();
    for (const { task } of this.#writes) this.#attempt(task);
    if (trimming) this.#journal.trim(this.#trimTo);
    if (this.#entries.length > 0) this.#journal.append(this.#receivedAt, this.#entries.bytes);
  }

  /** An exception in one write must not block the other writes and the acknowledgements. */
  #attempt(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (failureOf(error) !== null) throw error;
      this.#options.log('error', { err: error }, 'internal error: a write to the database was skipped');
    }
  }

  /**
   * The rows to be trimmed, or the dropped entries, hold deliveries that the redelivery filter still needs after a
   * restart.
   */
  #rewriteDeliveries(): void {
    if (this.#deliveriesRewritten) return;
    this.#deliveriesRewritten = true;
    for (const delivery of this.#redeliveries) this.#entries.delivery(delivery);
  }

  #committed(waited: boolean): void {
    if (this.#entries.length > 0) this.#journal.committed();
    this.#entries.clear();
    this.#journalIncomplete = this.#deliveriesRewritten = false;
    const receipts = this.#receipts.splice(0);
    const writes = this.#writes.takeAll();
    if (receipts.length > 0) {
      this.#options.acknowledge(receipts);
      this.#window.acked(receipts.length, waited, performance.now());
    }
    for (const { afterwards } of writes) afterwards?.();
    if (!this.#outage.isOn) return;
    this.#outage.end();
    if (this.#writes.size > 0) this.#schedule();
  }

  #failed(error: unknown): void {
    const failure = failureOf(error);
    this.#outage.failed(error);
    this.#trimTo = 0;
    for (const write of this.#writes) {
      if (!write.urgent) continue;
      write.afterwards?.();
      write.afterwards = undefined;
    }
    if (this.#entries.length > MAX_ENTRY_BYTES) {
      this.#entries.clear();
      this.#journalIncomplete = true;
      this.#deliveriesRewritten = false;
    }
    const freed = failure === 'full' && this.#options.makeRoom();
    this.#drop(this.#writes.fail());
    this.#timer.within(freed ? 0 : RETRY_MS);
    this.#dueAt = performance.now() + RETRY_MS;
    if (failure === 'unusable' || failure === null) this.#options.onUnusable(error);
  }

  /** Yields the stream entries of a row; its delivery entries restore the redelivery filter. */
  *#streamsIn(row: Uint8Array): Generator<Entry, void, undefined> {
    for (const entry of entriesIn(row, (id) => this.#journal.slugOf(id))) {
      if (entry.kind === 'delivery') this.#redeliveries.add(entry.delivery);
      else if (entry.kind === 'session') this.#redeliveries.clear();
      else yield entry;
    }
  }
}
