import { SNAPSHOT_VERSION, type StreamMonitor } from '../detect/stream-monitor.ts';
import type { SnapshotPort } from '../stream/ports.ts';
import { snapshotOf } from './pipeline/checkpoint.ts';

/**
 * Restores the learned state of a stream from before `at`, and saves it as of row `seq` of the journal. To be called within
 * the ledger's transaction, so that all earlier readings are in earlier rows. Returns the time of that state, epoch ms. Returns
 * null, and changes nothing, when there is no such state; then `monitor.operator.reset` is the only way.
 */
export function forgetSince(
  monitor: StreamMonitor,
  snapshots: SnapshotPort,
  at: number,
  now: number,
  seq: number,
): number | null {
  const fits = (version: number, shape: string, length: number): boolean =>
    version === SNAPSHOT_VERSION && shape === monitor.shape && length === monitor.memory.byteLength;
  const past = snapshots
    .before(monitor.stream, at)
    .find(({ version, shape, bytes }) => fits(version, shape, bytes.byteLength));
  if (past === undefined) return null;
  monitor.operator.forget(past.bytes, now);
  snapshots.forgetSince(monitor.stream, at);
  snapshots.replace(snapshotOf(monitor, now, seq));
  return past.at;
}
