import type { Reading } from '../../detect/reading.ts';
import type { DecodedMessage } from '../../stream/decode-messages.ts';
import type { LedgerPort } from '../../stream/ports.ts';
import type { Place, Streams } from './streams.ts';

/**
 * What earlier runs heard and no snapshot knows, once more: time that went by is told to the streams on the way, messages are
 * given out to be taken like new ones. So a stream is where it was when the last row of the journal was written, bit for bit.
 */
export class JournalReplay implements Iterable<DecodedMessage> {
  /** Whether the present is still to come. */
  active = false;
  private readonly ledger: LedgerPort;
  private readonly streams: Streams;
  private readonly onTime: (at: number) => void;

  /** `onTime` is told the time of arrival of what comes next. */
  constructor(ledger: LedgerPort, streams: Streams, onTime: (at: number) => void) {
    this.ledger = ledger;
    this.streams = streams;
    this.onTime = onTime;
  }

  *[Symbol.iterator](): Generator<DecodedMessage, void, undefined> {
    const { streams } = this;
    const readings: Reading[] = [];
    const heard: DecodedMessage = { message: null, source: 0, seq: 0, readings };
    this.active = true;
    for (const { seq, entry } of this.ledger.entries()) {
      if (entry.kind === 'training_rate') {
        streams.learnEvery(entry.learnEvery, seq);
        continue;
      }
      this.onTime(entry.kind === 'message' ? entry.readings[0].receivedAt : entry.at);
      if (entry.kind === 'downtime') streams.markDowntime(entry.at, entry.downtimeMs, seq);
      if (entry.kind === 'tick') {
        for (const monitor of streams.monitors) if (!streams.covers(monitor, seq)) monitor.tick(entry.at);
      }
      if (entry.kind !== 'message') continue;
      heard.seq = seq;
      heard.source = entry.source;
      readings.length = 0;
      readings.push(...entry.readings);
      yield heard;
    }
    this.active = false;
  }

  /** Where a reading of the past belongs; null where it is known there already, or there is no such place any more. */
  placeOf(series: string, seq: number): Place | null {
    return this.streams.placeOfReplayed(series, this.ledger.originOf(series), seq);
  }
}
