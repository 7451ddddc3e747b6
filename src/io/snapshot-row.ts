import { createHash } from 'node:crypto';
import type { Snapshot } from '../stream/ports.ts';

/** A snapshot in the database, the present one of a stream or a past one. */
export interface SnapshotRow {
  readonly stream: string;
  readonly at: number;
  readonly version: number;
  readonly shape: string;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
}

/** Over all of the row: bytes under the wrong name or of another version are as useless as damaged ones. */
export const digest = ({ stream, at, version, shape, bytes }: Snapshot): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([stream, at, version, shape]))
    .update(bytes)
    .digest();

/** Whether the row is what was saved. */
export const intact = (row: SnapshotRow): boolean => digest(row).equals(row.sha256);
