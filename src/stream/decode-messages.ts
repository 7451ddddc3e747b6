import { Observable, type OperatorFunction } from 'rxjs';
import type { Reading } from '../detect/reading.ts';
import type { Decoder, OnAvailability, OnReading } from './decoder.ts';
import type { Message } from './message.ts';
import type { LedgerPort } from './ports/ports.ts';
import { rejected, type OnReject } from './reject.ts';
import { sourceOf } from './names/source.ts';

/** The readings of one message, at least one. The operator owns the object and overwrites it with the next message. */
export interface DecodedMessage {
  /** Null for a message that is replayed from the journal. */
  message: Message | null;
  /** Hash of the message's topic, see `sourceOf`. */
  source: number;
  /** The row of the journal that stores it. */
  seq: number;
  readonly readings: Reading[];
}

/**
 * Decodes each message and records its readings in the ledger, synchronously and in order. Calls `onReject` for rejected
 * parts; a message without a valid reading is not emitted. A separate operator instead of a mergeMap, because mergeMap
 * would create an observable for every message.
 */
export const readingsOf =
  (
    decoder: Decoder,
    ledger: LedgerPort,
    onReject: OnReject,
    onAvailability?: OnAvailability,
  ): OperatorFunction<Message, DecodedMessage> =>
  (messages$) =>
    new Observable((subscriber) => {
      const decoded: DecodedMessage = { message: null, source: 0, seq: 0, readings: [] };
      const onReading: OnReading = (reading) => decoded.readings.push(reading);
      const originOf = (series: string) => decoder.series(series)!.index;

      const read = (message: Message): void => {
        decoded.message = message;
        decoded.source = sourceOf(message.topic);
        decoded.readings.length = 0;
        if (!ledger.admit(message)) {
          onReject(rejected(message, 'redelivered'));
          return;
        }
        decoder.decode(message, onReading, onReject, onAvailability);
        ledger.recordReadings(decoded.source, decoded.readings, originOf);
        decoded.seq = ledger.seq;
      };
      return messages$.subscribe({
        next: (message) => {
          try {
            read(message);
          } catch (error) {
            subscriber.error(error); // internal error, or `onReject` threw
            return;
          }
          if (decoded.readings.length > 0) subscriber.next(decoded);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
