import { SNAPSHOT_VERSION } from '../../detect/stream-monitor.ts';
import type { Snapshot, SnapshotPort } from '../../stream/ports/ports.ts';
import { snapshotOf } from '../pipeline/restore/checkpoint.ts';
import type { Stream } from '../pipeline/stream.ts';

/** Whether the learned state of a snapshot can be put into a stream. */
export const fits = (monitor: Stream, { version, shape, bytes }: Snapshot): boolean =>
  version === SNAPSHOT_VERSION && shape === monitor.shape && bytes.byteLength === monitor.memory.byteLength;

/** The newest stored state of a stream from before `at` that fits; null where there is none: then only a reset helps. */
export const stateBefore = (monitor: Stream, snapshots: SnapshotPort, at: number): Snapshot | null =>
  snapshots.before(monitor.stream, at).find((snapshot) => fits(monitor, snapshot)) ?? null;

/**
 * Saves a stream whose learned state was replaced by an earlier one, as of row `seq` of the journal, and deletes the states from
 * `since` on: their learned state was deleted on request, and no replay of the journal may restore it. To be called within the ledger's
 * transaction, so that all readings so far are in rows up to `seq`.
 */
export function saveRestored(
  monitor: Stream,
  snapshots: SnapshotPort,
  since: number,
  { now, seq }: { readonly now: number; readonly seq: number },
): void {
  snapshots.forgetSince(monitor.stream, since);
  snapshots.replace(snapshotOf(monitor, now, seq));
}
