import { Observable, type OperatorFunction } from 'rxjs';
import type { Verdict } from '../detect/detector.ts';
import type { Reading } from '../detect/reading.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import type { DecodedMessage } from './decode-messages.ts';
import type { Reason } from './reject.ts';

/** A reading that its stream has processed. The operator owns the object and overwrites it with the next reading. */
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
  /** The stream and position of a reading's series; null to drop the reading. */
  readonly placeOf: (reading: Reading, decoded: DecodedMessage) => Place | null;
  /** Called for a reading that is dropped as duplicate or late, and for one that gets its time of arrival (`clock_wrong`). */
  readonly onTimeReject: (reason: Reason, decoded: DecodedMessage) => void;
  /** Called when a stream throws; the stream gets no further readings. */
  readonly onError: (error: unknown, monitor: StreamMonitor) => void;
}

/**
 * Passes each reading of a message to its stream, in order of time, and calls `endMessage` of a group after its last
 * reading in the message. A stream that throws is stopped and its later readings are dropped; the other streams continue.
 * There is no observable per message or stream: streams are plain objects, and `placeOf` limits their number.
 */
export const detectPerStream =
  ({ placeOf, onTimeReject, onError }: Streaming): OperatorFunction<DecodedMessage, Step> =>
  (decoded$) =>
    new Observable((subscriber) => {
      const ended = new Set<StreamMonitor>();
      // The accepted readings of the present message, and their streams.
      const readings: Reading[] = [];
      const places: Place[] = [];
      let step: Step | undefined;

      const sort = (decoded: DecodedMessage): void => {
        readings.length = places.length = 0;
        for (const reading of decoded.readings) {
          const place = placeOf(reading, decoded);
          if (place === null || ended.has(place.monitor)) continue;
          const ordered = place.monitor.order(place.d, reading);
          if (typeof ordered === 'string') {
            onTimeReject(ordered, decoded);
            continue;
          }
          if (ordered.saidAt !== reading.saidAt) onTimeReject('clock_wrong', decoded);
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
      return decoded$.subscribe({
        next: (decoded) => {
          try {
            sort(decoded);
          } catch (error) {
            subscriber.error(error); // internal error, or the database failed while a stream was restored
            return;
          }
          for (let i = 0; i < readings.length; i++) {
            const { monitor } = places[i];
            if (ended.has(monitor)) continue;
            let verdict: Verdict | null;
            try {
              verdict = judge(i, decoded.source);
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

/** Whether place i is the last one of its stream. The search is short: most messages have readings of one stream only. */
const isLast = (i: number, places: readonly Place[]): boolean => {
  for (let k = i + 1; k < places.length; k++) if (places[k].monitor === places[i].monitor) return false;
  return true;
};
