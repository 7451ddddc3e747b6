import type { MemoryLimits } from '../../io/files/memory-limits.ts';
import type { Log } from '../../log.ts';
import { limitOf } from '../health/memory-room.ts';

/** Of the process without streams, and with each (GRU of 16 units): docs/capacity.md. */
const BASE_BYTES = 90 * 2 ** 20;
const STREAM_BYTES = 141 * 2 ** 10;

/**
 * Says at the start that the streams of the last run do not fit into the limit: a service that the kernel kills has no time to say it.
 */
export function warnOfMemory(streams: number, limits: MemoryLimits, log: Log): void {
  const limit = limitOf(limits);
  const needed = BASE_BYTES + streams * STREAM_BYTES;
  if (limit === null || needed <= limit) return;
  const fit = Math.max(0, Math.floor((limit - BASE_BYTES) / STREAM_BYTES));
  log(
    'warn',
    { streams, neededMegabytes: Math.round(needed / 2 ** 20), limitMegabytes: Math.round(limit / 2 ** 20) },
    `the memory limit is too low for these streams: about ${fit} fit. Raise it (docs/systemd.md), or lower max_series`,
  );
}
