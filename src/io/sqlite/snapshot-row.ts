import { createHash } from 'node:crypto';
import type { Snapshot } from '../../stream/ports.ts';

/** A snapshot in the database, the present one of a stream or a past one. */
export interface SnapshotRow {
  readonly stream: string;
  readonly at: number;
  readonly seq: number;
  readonly version: number;
  readonly shape: string;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
}

/** Over all of the row: bytes under the wrong name or of another version are as useless as damaged ones. */
export const digest = ({ stream, at, seq, version, shape, bytes }: Snapshot): Buffer => {
  // Rows from before there was a journal have no place in it.
  const about = seq === 0 ? [stream, at, version, shape] : [stream, at, version, shape, seq];
  return createHash('sha256').update(JSON.stringify(about)).update(bytes).digest();
};

/** Whether the row is what was saved. */
export const intact = (row: SnapshotRow): boolean => digest(row).equals(row.sha256);
