import { Observable, type OperatorFunction } from 'rxjs';
import type { Verdict } from '../detect/detector.ts';
import type { Reading } from '../detect/reading.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import type { DecodedMessage } from './decode-messages.ts';
import type { Reason } from './reject.ts';

/** A reading that has been through its stream. Owned by the operator and overwritten by the next one. */
export interface Step {
  monitor: StreamMonitor;
  reading: Reading;
  /** Null when the reading did not complete a sample. */
  verdict: Verdict | null;
}

interface Place {
  readonly monitor: StreamMonitor;
  readonly d: number;
}

export interface Streaming {
  /** Where a reading belongs; null where it is to be left. */
  readonly placeOf: (reading: Reading, heard: DecodedMessage) => Place | null;
  /** Told of a reading that does not count where it stands in time, or of one that counts at another time than it said. */
  readonly onOrder: (reason: Reason, heard: DecodedMessage) => void;
  readonly onError: (error: unknown, monitor: StreamMonitor) => void;
}

/**
 * Takes each reading of a message to its stream, in the order of its time, and tells a group when the message has no
 * more for it. A stream that throws ends for itself, and its later readings are left; the others go on. No observable
 * per message or stream: the streams are plain objects, bounded by those who make them.
 */
export const detectPerStream =
  ({ placeOf, onOrder, onError }: Streaming): OperatorFunction<DecodedMessage, Step> =>
  (heard$) =>
    new Observable((subscriber) => {
      const ended = new Set<StreamMonitor>();
      // Of the present message's readings those that count, and where they belong.
      const readings: Reading[] = [];
      const places: Place[] = [];
      let step: Step | undefined;

      const sort = (heard: DecodedMessage): void => {
        readings.length = places.length = 0;
        for (const reading of heard.readings) {
          const place = placeOf(reading, heard);
          if (place === null || ended.has(place.monitor)) continue;
          const ordered = place.monitor.order(place.d, reading);
          if (typeof ordered === 'string') {
            onOrder(ordered, heard);
            continue;
          }
          if (ordered.saidAt !== reading.saidAt) onOrder('clock_wrong', heard);
          readings.push(ordered);
          places.push(place);
        }
      };
      const judge = (i: number, source: number): Verdict | null => {
        const { monitor, d } = places[i];
        const verdict = monitor.take(d, readings[i]);
        if (monitor.series.length === 1 || !isLast(i, places)) return verdict;
        return monitor.endMessage(source) ?? verdict;
      };
      return heard$.subscribe({
        next: (heard) => {
          try {
            sort(heard);
          } catch (error) {
            subscriber.error(error); // a fault of ours, or of the store that a stream was to be restored from
            return;
          }
          for (let i = 0; i < readings.length; i++) {
            const { monitor } = places[i];
            if (ended.has(monitor)) continue;
            let verdict: Verdict | null;
            try {
              verdict = judge(i, heard.source);
            } catch (error) {
              ended.add(monitor);
              onError(error, monitor);
              continue;
            }
            step ??= { monitor, reading: readings[i], verdict };
            step.monitor = monitor;
            step.reading = readings[i];
            step.verdict = verdict;
            subscriber.next(step);
          }
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });

/** Whether place i is the last one of its stream. A search ends at the next place, as a message speaks of one device. */
const isLast = (i: number, places: readonly Place[]): boolean => {
  for (let k = i + 1; k < places.length; k++) if (places[k].monitor === places[i].monitor) return false;
  return true;
};
