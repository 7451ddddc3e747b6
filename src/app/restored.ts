import type { Site } from '../config/schema/site.ts';
import { StreamMonitor } from '../detect/stream-monitor.ts';
import { AppError } from '../errors.ts';
import type { Kernel } from '../nn/kernel.ts';
import type { Snapshot, SnapshotPort } from '../stream/ports/ports.ts';
import { restore } from './pipeline/restore/checkpoint.ts';
import { calendarOf, monitorOptions } from './pipeline/monitor-options.ts';
import { plansOf, type SignalLookup } from './pipeline/stream-plan.ts';

/** A stream as its newest snapshot that fits the site file has it. */
export interface RestoredStream {
  readonly monitor: StreamMonitor;
  readonly snapshot: Snapshot;
}

/**
 * A stream that has read nothing and publishes nothing, for a program that reads its saved state: one for each plan that the site
 * file has under this name.
 */
export function monitorsOf(
  site: Site,
  stream: string,
  kernel: Kernel | null,
  signals?: SignalLookup,
): readonly StreamMonitor[] {
  const calendar = calendarOf(site);
  return plansOf(site, stream, signals).map(
    ({ series, tuning }) =>
      new StreamMonitor(stream, series, monitorOptions(tuning, kernel, calendar), () => undefined),
  );
}

/** The same, where there is at least one. Throws `stream_unknown` where there is none. */
export function knownMonitorsOf(
  site: Site,
  stream: string,
  kernel: Kernel | null,
  signals?: SignalLookup,
): readonly StreamMonitor[] {
  const monitors = monitorsOf(site, stream, kernel, signals);
  if (monitors.length > 0) return monitors;
  throw new AppError('stream_unknown', `site ${site.site} has no group and no input for a stream "${stream}"`);
}

/** The stream as last saved, for a program that reads it; null where no saved state fits the site file. */
export function restoredStream(
  site: Site,
  stream: string,
  snapshots: Pick<SnapshotPort, 'load'>,
  kernel: Kernel | null,
  signals?: SignalLookup,
): RestoredStream | null {
  const monitors = monitorsOf(site, stream, kernel, signals);
  for (const snapshot of snapshots.load(stream).whole)
    for (const monitor of monitors) {
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
