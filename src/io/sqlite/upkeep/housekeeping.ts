import type { Ballast } from './ballast.ts';
import type { Database } from '../database.ts';
import { failureOf } from '../failure.ts';
import type { Retention } from './retention.ts';

/** Steps of 500 rows; a full disk needs a few MB at once. */
const MAX_STEPS = 20;

/** Keeps the database within its limits, in small steps, and frees space on a full disk. */
export class Housekeeping {
  readonly #db: Database;
  readonly #retention: Retention;
  readonly #ballast: Ballast;

  constructor(db: Database, retention: Retention, ballast: Ballast) {
    this.#db = db;
    this.#retention = retention;
    this.#ballast = ballast;
  }

  /**
   * One step of `Retention`, about once a minute; true when there is more to do. A full or busy database is left for
   * the next call.
   */
  step(now: number): boolean {
    this.#ballast.restore();
    return this.#attempt(() => this.#retention.step(now)) ?? false;
  }

  /**
   * Frees space on a full disk. The order matters: releasing the ballast makes room to write the log back, and only
   * after that rows can be deleted. True if something was freed.
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
