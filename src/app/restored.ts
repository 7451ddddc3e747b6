import type { Site } from '../config/schema.ts';
import { StreamMonitor } from '../detect/stream-monitor.ts';
import { AppError } from '../errors.ts';
import type { Kernel } from '../nn/kernel.ts';
import type { Snapshot, SnapshotPort } from '../stream/ports.ts';
import { restore } from './pipeline/checkpoint.ts';
import { calendarOf, monitorOptions, plansOf } from './pipeline/streams.ts';

/** A stream as its newest snapshot that fits the site file has it. */
export interface RestoredStream {
  readonly monitor: StreamMonitor;
  readonly snapshot: Snapshot;
}

/** The stream as last saved, for a program that looks at it; null where nothing is saved that fits the site file. */
export function restoredStream(
  site: Site,
  stream: string,
  snapshots: Pick<SnapshotPort, 'load'>,
  kernel: Kernel | null,
): RestoredStream | null {
  const { whole } = snapshots.load(stream);
  for (const snapshot of whole)
    for (const { series, tuning } of plansOf(site, stream)) {
      const options = monitorOptions(tuning, kernel, calendarOf(site));
      const monitor = new StreamMonitor(stream, series, options, () => undefined);
      if (monitor.shape !== snapshot.shape) continue;
      try {
        restore(monitor, snapshot);
        return { monitor, snapshot };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }
  return null;
}
