import type { TimeWindow } from '../../io/files/label-windows.ts';
import type { Run } from '../../math/metrics/runs.ts';

/** The rows in each window of time, in order; a window without rows is omitted. `at` has the times of the rows, epoch ms. */
export function eventsIn(windows: readonly TimeWindow[], at: Float64Array): Run[] {
  return windows
    .map(([from, to]): Run => [
      at.findIndex((t) => t >= from && t <= to),
      at.findLastIndex((t) => t >= from && t <= to),
    ])
    .filter(([first]) => first >= 0);
}
