import { Observable, type OperatorFunction } from 'rxjs';
import type { Reading } from '../detect/reading.ts';
import type { Decoder, OnReading } from './decoder.ts';
import type { Inbox } from './inbox.ts';
import type { Message } from './message.ts';
import { rejected, type OnReject } from './reject.ts';

/** What one message said, at least one reading. Owned by the operator and overwritten by the next one. */
export interface Heard {
  topic: string;
  readonly readings: Reading[];
}

/**
 * The readings of each message, in order and at once. What is refused goes to `onReject`, and a message that has no
 * reading left is not passed on. An operator of its own instead of a mergeMap, because that would make an observable of
 * every message.
 */
export const readingsOf =
  (decoder: Decoder, inbox: Inbox, onReject: OnReject): OperatorFunction<Message, Heard> =>
  (messages$) =>
    new Observable((subscriber) => {
      const heard: Heard = { topic: '', readings: [] };
      const onReading: OnReading = (reading, message) => {
        const ordered = inbox.order(reading);
        if (typeof ordered === 'string') {
          onReject(rejected(message, ordered));
          return;
        }
        if (ordered.saidAt !== reading.saidAt) onReject(rejected(message, 'clock_wrong'));
        heard.readings.push(ordered);
      };
      return messages$.subscribe({
        next: (message) => {
          heard.topic = message.topic;
          heard.readings.length = 0;
          try {
            const reason = inbox.admit(message);
            if (reason === null) decoder.decode(message, onReading, onReject);
            else onReject(rejected(message, reason));
          } catch (error) {
            subscriber.error(error); // a fault of ours, or of `onReject`
            return;
          }
          if (heard.readings.length > 0) subscriber.next(heard);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
