import { createHash } from 'node:crypto';
import type { Snapshot } from '../../../stream/ports/ports.ts';

/** A snapshot row, of table `snapshot` or `snapshot_history`. */
export interface SnapshotRow {
  readonly stream: string;
  readonly at: number;
  readonly seq: number;
  readonly version: number;
  readonly shape: string;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
}

/** Hash of all columns: bytes under a wrong name or version are as useless as damaged ones. */
export const digest = ({ stream, at, seq, version, shape, bytes }: Snapshot): Buffer => {
  // Rows from before the journal existed have seq 0, and their hash has no seq.
  const about = seq === 0 ? [stream, at, version, shape] : [stream, at, version, shape, seq];
  return createHash('sha256').update(JSON.stringify(about)).update(bytes).digest();
};

/** Whether the checksum of the row is correct. */
export const intact = (row: SnapshotRow): boolean => digest(row).equals(row.sha256);
