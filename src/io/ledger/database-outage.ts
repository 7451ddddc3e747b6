import type { Log } from '../../log.ts';

/** A time in which the database cannot be written: when it began, the writes dropped meanwhile, and the log lines of its begin and end. */
export class DatabaseOutage {
  readonly #log: Log;
  #since: number | null = null;
  #dropped = 0;
  /** `#dropped` when the present outage, or this run, began. */
  #droppedBefore = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  get isOn(): boolean {
    return this.#since !== null;
  }

  /** On the clock of `performance.now()`; null while the database can be written. */
  get since(): number | null {
    return this.#since;
  }

  /** Writes dropped since the start because too many waited for the database. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A transaction has failed. */
  failed(error: unknown): void {
    if (this.#since !== null) return;
    this.#since = performance.now();
    this.#log(
      'error',
      { err: error },
      'the database cannot be written: messages are not acknowledged, alerts are published',
    );
  }

  /** Writes are dropped; `most` of them may wait. */
  drop(count: number, most: number): void {
    if (count === 0) return;
    if (this.#dropped === this.#droppedBefore)
      this.#log('error', { most }, 'too many writes wait for the database: the oldest are dropped');
    this.#dropped += count;
  }

  /** A transaction has succeeded. */
  end(): void {
    if (this.#since === null) return;
    this.#since = null;
    const dropped = this.#dropped - this.#droppedBefore;
    this.#droppedBefore = this.#dropped;
    if (dropped === 0) this.#log('info', {}, 'the database can be written again; nothing was lost');
    else this.#log('warn', { dropped }, `the database can be written again; ${dropped} writes were dropped`);
  }
}
