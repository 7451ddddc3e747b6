import { SNAPSHOT_VERSION, type StreamMonitor } from '../../detect/stream-monitor.ts';
import { AppError } from '../../errors.ts';
import type { Snapshot } from '../../stream/ports.ts';

/** Everything a stream remembers, at this moment, in which row `seq` of the journal is the last. */
export const snapshotOf = (monitor: StreamMonitor, at: number, seq: number): Snapshot => ({
  stream: monitor.stream,
  at,
  seq,
  version: SNAPSHOT_VERSION,
  shape: monitor.shape,
  bytes: monitor.memory.toBytes(),
});

/**
 * Continues where the snapshot was taken, also when series have come to the group or gone since then. Throws
 * `snapshot_refused`, changing nothing, when it was made for another kind of stream.
 */
export function restore(monitor: StreamMonitor, { version, shape, bytes }: Snapshot): void {
  const refuse = (why: string, cause?: unknown): AppError =>
    new AppError('snapshot_refused', `${monitor.stream}: its snapshot ${why}; it starts afresh and warms up again`, {
      cause,
    });
  if (version !== SNAPSHOT_VERSION) throw refuse(`has version ${version}, and this zankyo reads ${SNAPSHOT_VERSION}`);
  try {
    if (shape === monitor.shape) monitor.restore(bytes);
    else if (!monitor.takeOver(shape, bytes))
      throw refuse(`is of ${shape}, and the configuration now says ${monitor.shape}`);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw refuse(`has ${bytes.byteLength} bytes, which are not those of ${shape}`, cause);
  }
}
