import { Observable, type OperatorFunction } from 'rxjs';
import type { Verdict } from '../detect/detector.ts';
import type { Reading } from '../detect/reading.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';

/** A reading that has been through its stream. Owned by the operator and overwritten by the next one. */
export interface Step {
  monitor: StreamMonitor;
  reading: Reading;
  /** Null when the reading did not complete a sample. */
  verdict: Verdict | null;
}

/**
 * Takes each reading to its stream. A stream that throws ends for itself, and its later readings are left; the others
 * go on. No observable per message or stream: the streams are plain objects, bounded by those who make them.
 */
export const detectPerStream =
  (
    placeOf: (reading: Reading) => { readonly monitor: StreamMonitor; readonly d: number },
    onError: (error: unknown, monitor: StreamMonitor) => void,
  ): OperatorFunction<Reading, Step> =>
  (readings$) =>
    new Observable((subscriber) => {
      const ended = new Set<StreamMonitor>();
      let step: Step | undefined;
      return readings$.subscribe({
        next: (reading) => {
          let place: ReturnType<typeof placeOf>;
          try {
            place = placeOf(reading);
          } catch (error) {
            subscriber.error(error); // a fault of ours, or of the store that it was to be restored from
            return;
          }
          const { monitor, d } = place;
          if (ended.has(monitor)) return;
          let verdict: Verdict | null;
          try {
            verdict = monitor.take(d, reading);
          } catch (error) {
            ended.add(monitor);
            onError(error, monitor);
            return;
          }
          step ??= { monitor, reading, verdict };
          step.monitor = monitor;
          step.reading = reading;
          step.verdict = verdict;
          subscriber.next(step);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
