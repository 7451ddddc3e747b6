import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A log of 1000 pages to write back, 4 MiB, and a step of `Retention`, 2 MiB. On a full disk of 64 MiB, 1 MiB was too little in both
 * orders, 2 MiB if the step came before the checkpoint, and with 4 MiB it always went on.
 */
const BYTES = 8 * 1024 * 1024;
/** Of its own size, so much must be free before it is made: who has just freed some space is to have it. */
const FREE_SPACE_FACTOR = 4;

/**
 * A file beside the database that only takes up space. On a full disk SQLite can neither delete, as it writes ahead what it
 * deletes, nor write its log back; when the ballast is released it can: first `wal_checkpoint(TRUNCATE)`, then `Retention`.
 *
 * It is not synced: one that a power cut left half-written is too short, and made anew.
 */
export class Ballast {
  readonly #path: string;
  readonly #bytes: number;

  constructor(database: string, bytes = BYTES) {
    this.#path = `${database}.ballast`;
    this.#bytes = bytes;
  }

  /** Deletes it, for when the disk is full. True when that freed something. Never throws. */
  release(): boolean {
    try {
      const freed = this.#size() > 0;
      rmSync(this.#path, { force: true });
      return freed;
    } catch {
      return false;
    }
  }

  /** Makes it (mode 0600) when it is not there, or not whole, and there is room. True when it is there. Never throws. */
  restore(): boolean {
    try {
      if (this.#size() === this.#bytes) return true;
      rmSync(this.#path, { force: true });
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      if (bavail * bsize < FREE_SPACE_FACTOR * this.#bytes) return false;
      // Random, as a file system may store zeros, or what repeats, as next to nothing.
      writeFileSync(this.#path, randomBytes(this.#bytes), { flag: 'wx', mode: 0o600 });
      return true;
    } catch {
      this.release();
      return false;
    }
  }

  #size(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }
}
