import { Observable, type OperatorFunction } from 'rxjs';
import type { Reading } from '../detect/reading.ts';
import type { Decoder, OnReading } from './decoder.ts';
import type { Message } from './message.ts';
import type { LedgerPort } from './ports.ts';
import { rejected, type OnReject } from './reject.ts';
import { sourceOf } from './source.ts';

/** What one message said, at least one reading. Owned by the operator and overwritten by the next one. */
export interface DecodedMessage {
  /** Null of a message of an earlier run. */
  message: Message | null;
  /** Of the message's topic, see `sourceOf`. */
  source: number;
  /** The row of the journal that it is in. */
  seq: number;
  readonly readings: Reading[];
}

/**
 * The readings of each message, entered in the ledger, in order and at once. What is refused goes to `onReject`, and a
 * message that has no reading left is not passed on. An operator of its own instead of a mergeMap, because that would
 * make an observable of every message.
 */
export const readingsOf =
  (decoder: Decoder, ledger: LedgerPort, onReject: OnReject): OperatorFunction<Message, DecodedMessage> =>
  (messages$) =>
    new Observable((subscriber) => {
      const heard: DecodedMessage = { message: null, source: 0, seq: 0, readings: [] };
      const onReading: OnReading = (reading) => heard.readings.push(reading);
      const originOf = (series: string) => decoder.series(series)!.index;

      const read = (message: Message): void => {
        heard.message = message;
        heard.source = sourceOf(message.topic);
        heard.readings.length = 0;
        if (!ledger.admit(message)) {
          onReject(rejected(message, 'redelivered'));
          return;
        }
        if (message.retained) onReject(rejected(message, 'retained'));
        else decoder.decode(message, onReading, onReject);
        ledger.recordReadings(heard.source, heard.readings, originOf);
        heard.seq = ledger.seq;
      };
      return messages$.subscribe({
        next: (message) => {
          try {
            read(message);
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
