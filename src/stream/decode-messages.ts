import { Observable, type OperatorFunction } from 'rxjs';
import type { Reading } from '../detect/reading.ts';
import type { Decoder, OnReading } from './decoder.ts';
import type { Inbox } from './inbox.ts';
import type { Message } from './message.ts';
import { rejected, type OnReject } from './reject.ts';

/**
 * The readings of each message, in order and at once: nothing is buffered. What is refused goes to `onReject`.
 * An operator of its own instead of a mergeMap, because that would make an observable of every message.
 */
export const readingsOf =
  (decoder: Decoder, inbox: Inbox, onReject: OnReject): OperatorFunction<Message, Reading> =>
  (messages$) =>
    new Observable((subscriber) => {
      const onReading: OnReading = (reading, message) => {
        const ordered = inbox.order(reading);
        if (typeof ordered === 'string') {
          onReject(rejected(message, ordered));
          return;
        }
        if (ordered.saidAt !== reading.saidAt) onReject(rejected(message, 'clock_wrong'));
        subscriber.next(ordered);
      };
      return messages$.subscribe({
        next: (message) => {
          try {
            const reason = inbox.admit(message);
            if (reason === null) decoder.decode(message, onReading, onReject);
            else onReject(rejected(message, reason));
          } catch (error) {
            subscriber.error(error); // a fault of ours, or of `onReject`
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
