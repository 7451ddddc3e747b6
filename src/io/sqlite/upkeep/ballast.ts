import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Room for a write-ahead log of 1,000 pages (4 MiB) and one step of `Retention` (2 MiB). Measured on a full disk of 64
 * MiB: 1 MiB was too little, 2 MiB was too little if the step came before the checkpoint, 4 MiB was always enough.
 */
const BYTES = 8 * 1024 * 1024;
/** Free space needed to create it, as a multiple of its size: space that was just freed is for others first. */
const FREE_SPACE_FACTOR = 4;

/**
 * A file beside the database that reserves space. On a full disk SQLite cannot delete rows, because a deletion is first
 * written to the write-ahead log, and cannot write that log back. After the ballast is released it can: first
 * `wal_checkpoint(TRUNCATE)`, then `Retention`.
 *
 * The file is not synced: after a power cut it may be too short, and is then created again.
 */
export class Ballast {
  readonly #path: string;
  readonly #bytes: number;

  constructor(database: string, bytes = BYTES) {
    this.#path = `${database}.ballast`;
    this.#bytes = bytes;
  }

  /** Deletes the file. True if that freed space. Never throws. */
  release(): boolean {
    try {
      const freed = this.#size() > 0;
      rmSync(this.#path, { force: true });
      return freed;
    } catch {
      return false;
    }
  }

  /** Creates the file (mode 0600) if it is missing or too short and there is room. True if it exists. Never throws. */
  restore(): boolean {
    try {
      if (this.#size() === this.#bytes) return true;
      rmSync(this.#path, { force: true });
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      if (bavail * bsize < FREE_SPACE_FACTOR * this.#bytes) return false;
      // Random bytes, because a file system may compress zeros or repeated bytes.
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
