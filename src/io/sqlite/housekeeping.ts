import type { Ballast } from './ballast.ts';
import type { Database } from './database.ts';
import { failureOf } from './failure.ts';
import type { Retention } from './retention.ts';

/** Of 500 rows each: what a full disk needs at once is a few MB. */
const MAX_STEPS = 20;

/** Keeps the database within its bounds, a little at a time, and makes room on a disk that is full. */
export class Housekeeping {
  readonly #db: Database;
  readonly #retention: Retention;
  readonly #ballast: Ballast;

  constructor(db: Database, retention: Retention, ballast: Ballast) {
    this.#db = db;
    this.#retention = retention;
    this.#ballast = ballast;
  }

  /** A step of `Retention`, once a minute or so; true when there is more to do. What is full or busy now waits for the next time. */
  step(now: number): boolean {
    this.#ballast.restore();
    return this.#attempt(() => this.#retention.step(now)) ?? false;
  }

  /**
   * What can be done on a disk that is full, in the order in which it can: without the ballast the log cannot be written back, and
   * before it is, nothing can be deleted. True when something was freed.
   */
  makeRoom(now: number): boolean {
    const released = this.#ballast.release();
    this.#writeBack();
    let steps = 0;
    while (steps < MAX_STEPS && this.#attempt(() => this.#retention.step(now)) === true) steps++;
    if (steps > 0) this.#writeBack();
    return released || steps > 0;
  }

  #writeBack(): void {
    this.#attempt(() => this.#db.pragma('wal_checkpoint(TRUNCATE)'));
  }

  #attempt<T>(task: () => T): T | null {
    try {
      return task();
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'full' || failure === 'busy') return null;
      throw error;
    }
  }
}
