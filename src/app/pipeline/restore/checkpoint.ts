import { SNAPSHOT_VERSION } from '../../../detect/stream-monitor.ts';
import { AppError } from '../../../errors.ts';
import type { StreamFile } from '../../../io/files/stream-file.ts';
import type { Snapshot } from '../../../stream/ports/ports.ts';
import type { Stream } from '../stream.ts';

/** The whole memory of a stream now; it includes the journal up to row `seq`. */
export const snapshotOf = (monitor: Stream, at: number, seq: number): Snapshot => ({
  stream: monitor.stream,
  at,
  seq,
  version: SNAPSHOT_VERSION,
  shape: monitor.shape,
  bytes: monitor.memory.toBytes(),
});

/** What a stream has learned, for another site: `snapshot` with the names and units of its series. `site`: where it learned. */
export const streamFileOf = (
  site: string,
  { stream, series, status }: Pick<Stream, 'stream' | 'series' | 'status'>,
  { version, shape, at, bytes }: Pick<Snapshot, 'version' | 'shape' | 'at' | 'bytes'>,
): StreamFile => ({
  site,
  stream,
  series: series.map(({ slug }) => slug),
  units: series.map(({ unit }) => unit),
  version,
  shape,
  at,
  samples: status.samples,
  bytes,
});

/**
 * Restores a snapshot, also one from before series were added to the group or removed. Throws `snapshot_refused`, and
 * changes nothing, if the snapshot is of another kind of stream.
 */
export function restore(monitor: Stream, { version, shape, bytes }: Snapshot): void {
  const refuse = (why: string, cause?: unknown): AppError =>
    new AppError('snapshot_refused', `${monitor.stream}: its snapshot ${why}; the stream starts a new warm-up`, {
      cause,
    });
  if (version !== SNAPSHOT_VERSION)
    throw refuse(`has version ${version}, but this zankyo reads version ${SNAPSHOT_VERSION}`);
  try {
    if (shape === monitor.shape) monitor.restore(bytes);
    else if (!monitor.takeOver(shape, bytes))
      throw refuse(`was made for ${shape}, but the site file now gives ${monitor.shape}`);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw refuse(`has ${bytes.byteLength} bytes, which do not fit ${shape}`, cause);
  }
}
