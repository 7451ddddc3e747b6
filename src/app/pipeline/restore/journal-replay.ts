import type { Reading } from '../../../detect/reading.ts';
import type { DecodedMessage } from '../../../stream/decode-messages.ts';
import type { LedgerPort, StreamAction } from '../../../stream/ports/ports.ts';
import type { Place, Streams } from '../streams.ts';

/**
 * Replays the journal rows of earlier runs that the snapshots do not include. Ticks, downtime, training rates and commands are passed
 * to the streams directly; messages are yielded, and the caller processes them like new ones. After the replay each stream
 * has the state it had when the last row was written, bit for bit.
 */
export class JournalReplay implements Iterable<DecodedMessage> {
  /** True while the replay runs. */
  active = false;
  /** Row of the entry that is replayed; Infinity when none is. */
  seq = Infinity;
  private readonly ledger: LedgerPort;
  private readonly streams: Streams;
  private readonly onTime: (at: number) => void;
  private readonly after: number;
  private readonly onReplayed: (() => void) | undefined;

  /**
   * `onTime` is called with the time of arrival of each entry before the entry is processed. `after`: the row up to which all
   * snapshots include the journal. `onReplayed` is called at each entry, so that a long start can be reported.
   */
  constructor(ledger: LedgerPort, streams: Streams, onTime: (at: number) => void, after = 0, onReplayed?: () => void) {
    this.after = after;
    this.ledger = ledger;
    this.streams = streams;
    this.onTime = onTime;
    this.onReplayed = onReplayed;
  }

  *[Symbol.iterator](): Generator<DecodedMessage, void, undefined> {
    const { streams } = this;
    const readings: Reading[] = [];
    const decoded: DecodedMessage = { message: null, source: 0, seq: 0, readings };
    this.active = true;
    for (const { seq, entry } of this.ledger.entries(this.after)) {
      this.seq = seq;
      this.onReplayed?.();
      if (entry.kind === 'training_rate') {
        streams.learnEvery(entry.learnEvery, seq);
        continue;
      }
      if (entry.kind === 'command') {
        this.repeat(entry.action, entry.at, seq);
        continue;
      }
      this.onTime(entry.kind === 'message' ? entry.readings[0].receivedAt : entry.at);
      if (entry.kind === 'downtime') streams.markDowntime(entry.at, entry.downtimeMs, seq);
      if (entry.kind === 'tick') {
        for (const monitor of streams.monitors) if (!streams.covers(monitor, seq)) monitor.tick(entry.at);
      }
      if (entry.kind !== 'message') continue;
      decoded.seq = seq;
      decoded.source = entry.source;
      readings.length = 0;
      readings.push(...entry.readings);
      yield decoded;
    }
    this.active = false;
    this.seq = Infinity;
  }

  /** A command that failed with an internal error fails again, at the same place: the earlier run has logged and answered it. */
  private repeat(action: StreamAction, at: number, seq: number): void {
    try {
      this.streams.act(action, at, seq);
    } catch {
      // The stream is as the earlier run left it.
    }
  }

  /** The place of a replayed reading; null if the snapshot includes it already, or if the site file no longer has its series. */
  placeOf(series: string, seq: number): Place | null {
    return this.streams.placeOfReplayed(series, this.ledger.originOf(series), seq);
  }
}
