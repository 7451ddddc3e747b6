import { SNAPSHOT_VERSION, type StreamMonitor } from '../detect/stream-monitor.ts';
import type { SnapshotPort } from '../stream/ports.ts';
import { snapshotOf } from './pipeline/checkpoint.ts';

/**
 * Takes a stream back to what it knew before `at`, and saves that, as of row `seq` of the journal. To be called from within the
 * ledger's transaction, so that what was heard before is before it. Returns from when that is; null, and nothing has changed,
 * when no such state is kept: then `monitor.operator.reset` is what is left.
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
