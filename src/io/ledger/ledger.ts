import type { Reading } from '../../detect/reading.ts';
import { fingerprint, type Message, type Receipt } from '../../stream/message.ts';
import type { Entry, LedgerPort, Origin } from '../../stream/ports.ts';
import type { Database } from '../sqlite/database.ts';
import { failureOf } from '../sqlite/failure.ts';
import type { Log } from '../../log.ts';
import { AckWindow } from './ack-window.ts';
import { CommitTimer } from './commit-timer.ts';
import { RedeliveryFilter } from './redelivery-filter.ts';
import { EntryWriter, entriesIn, type Delivery } from './entries.ts';
import { Journal } from './journal.ts';

export interface LedgerOptions {
  /** How long what was heard may wait to be written. */
  readonly everyMs: number;
  /** Tells the broker that these messages are kept. */
  readonly acknowledge: (receipts: readonly Receipt[]) => void;
  readonly log: Log;
  /** Frees what space it can on a disk that is full; true when that was some. */
  readonly makeRoom: () => boolean;
  /** The database cannot be used any more: it takes a new start to recover it. */
  readonly onUnusable: (error: unknown) => void;
}

/** Beyond this a transaction is due at the end of the turn, whoever waits for acknowledgements. */
const COMMIT_BYTES = 256 * 1024;
/** What is kept of messages that cannot be written; beyond it all streams are saved instead, when they can be. */
const MAX_ENTRY_BYTES = 4 * 1024 * 1024;
/** Other writings that wait: beyond it the oldest go that nobody waits for. */
const MAX_WRITES = 10_000;
const RETRY_MS = 1_000;
/** Rows of the journal worth a deletion. */
const MIN_TRIM_ROWS = 64;

interface PendingWrite {
  readonly task: () => void;
  afterwards: (() => void) | undefined;
  readonly urgent: boolean;
}

/**
 * The order in which nothing is lost: what was heard, and all that follows from it, is written in one transaction; then the
 * messages are acknowledged, then alerts go out. Until then the broker keeps the messages, and after a crash it sends them
 * again; those that it sends again though they were written are known by their packet identifier.
 *
 * Transactions are as few as can be, each costs a sync of the card: one when an interval has passed, when the broker sends
 * no more without acknowledgements, and at once for an alert. One that fails is tried again; nothing is acknowledged
 * meanwhile, so the broker stops by itself.
 */
export class Ledger implements LedgerPort {
  readonly #options: LedgerOptions;
  readonly #journal: Journal;
  readonly #transaction: () => void;
  readonly #entries = new EntryWriter();
  readonly #redeliveries = new RedeliveryFilter();
  readonly #window = new AckWindow();
  readonly #timer = new CommitTimer((waited) => this.commit(waited));
  readonly #receipts: Receipt[] = [];
  readonly #writes: PendingWrite[] = [];
  #saveAll: () => void = () => undefined;
  #delivery: Delivery | null = null; // of the message that is being read
  #receivedAt = 0;
  #connection = 0;
  #trimTo = 0;
  #failing = false;
  /** Entries had to be dropped: the journal no longer leads to where the streams are. */
  #journalIncomplete = false;
  #deliveriesRewritten = false;

  constructor(db: Database, options: LedgerOptions) {
    this.#options = options;
    this.#journal = new Journal(db);
    this.#transaction = db.transaction(() => {
      this.#write();
    });
  }

  get seq(): number {
    return this.#entries.length > 0 ? this.#journal.seq : this.#journal.seq - 1;
  }

  /** The broker does not know us: what it sends from now on it has not sent before. */
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

  /** No reason to write by itself: when nothing is heard the card rests. */
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

  write(task: () => void, afterwards?: () => void, urgent = false): void {
    if (this.#writes.length >= MAX_WRITES) this.#dropOne();
    this.#writes.push({ task: task, afterwards: afterwards, urgent });
    this.#schedule(urgent);
  }

  onOverflow(saveAll: () => void): void {
    this.#saveAll = saveAll;
  }

  *entries(): Generator<{ readonly seq: number; readonly entry: Entry }, void, undefined> {
    let damaged = 0;
    for (const { seq, entries } of this.#journal.rows()) {
      if (entries === null) damaged++;
      else for (const entry of this.#streamsIn(entries)) yield { seq, entry };
    }
    if (damaged > 0)
      this.#options.log(
        'error',
        { rows: damaged },
        'rows of the journal are not what was written: what was heard then is lost',
      );
  }

  originOf(series: string): Origin | null {
    return this.#journal.originOf(series);
  }

  trim(seq: number): void {
    this.#trimTo = Math.max(this.#trimTo, seq);
  }

  /** Writes all that waits. False, and it is tried again, when that cannot be done now. `waited`: for more, in vain. */
  commit(waited = false): boolean {
    this.#timer.clear();
    try {
      this.#transaction();
    } catch (error) {
      this.#failed(error);
      return false;
    }
    this.#committed(waited);
    return true;
  }

  /** Ends the waiting; what is not written by now is not. */
  close(): void {
    this.#timer.clear();
  }

  /** What an earlier connection brought the broker sends again. */
  #reconnected(connection: number): void {
    this.#connection = connection;
    this.#receipts.length = 0;
    this.#window.reset();
  }

  #dropOne(): void {
    const oldest = this.#writes.findIndex((write) => write.afterwards === undefined);
    if (oldest >= 0) this.#writes.splice(oldest, 1);
  }

  #schedule(urgent = false): void {
    if (this.#failing) return; // it is tried again in a moment
    const unacked = this.#receipts.length;
    const patienceMs = unacked === 0 ? Infinity : this.#window.patienceMs(unacked);
    if (urgent || patienceMs === 0 || this.#entries.length > COMMIT_BYTES) this.#timer.atEndOfTurn();
    this.#timer.within(this.#options.everyMs);
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

  /** A fault of ours in one writing must not keep all others from the disk, and the messages from being acknowledged. */
  #attempt(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (failureOf(error) !== null) throw error;
      this.#options.log('error', { err: error }, 'something could not be written and is lost');
    }
  }

  /** Which messages could be sent again stands in rows that go, or were dropped. */
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
    const writes = this.#writes.splice(0);
    if (receipts.length > 0) {
      this.#options.acknowledge(receipts);
      this.#window.acked(receipts.length, waited, performance.now());
    }
    for (const { afterwards } of writes) afterwards?.();
    if (!this.#failing) return;
    this.#failing = false;
    this.#options.log('info', {}, 'the database can be written again; nothing was lost');
    if (this.#writes.length > 0) this.#schedule();
  }

  #failed(error: unknown): void {
    const failure = failureOf(error);
    if (!this.#failing)
      this.#options.log(
        'error',
        { err: error },
        'the database cannot be written: messages are not acknowledged, alerts go out',
      );
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
    this.#failing = true;
    this.#timer.within(freed ? 0 : RETRY_MS);
    if (failure === 'unusable' || failure === null) this.#options.onUnusable(error);
  }

  /** What of a row concerns the streams; what tells redeliveries is taken in. */
  *#streamsIn(row: Uint8Array): Generator<Entry, void, undefined> {
    for (const entry of entriesIn(row, (id) => this.#journal.slugOf(id))) {
      if (entry.kind === 'delivery') this.#redeliveries.add(entry.delivery);
      else if (entry.kind === 'session') this.#redeliveries.clear();
      else yield entry;
    }
  }
}
