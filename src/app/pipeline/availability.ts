import type { LedgerPort } from '../../stream/ports/ports.ts';
import type { Log } from '../../log.ts';
import type { Streams } from './streams.ts';
import type { Tallies } from './tallies.ts';

/** Series that one line of the log names. */
const MAX_LOGGED = 10;

/**
 * Announcements of devices that they are online or offline. The streams of their series get them at once, and the journal has them
 * between the readings before and after.
 */
export class Availability {
  private readonly streams: Pick<Streams, 'find' | 'act'>;
  private readonly ledger: Pick<LedgerPort, 'recordCommand' | 'seq'>;
  private readonly tallies: Tallies;
  private readonly log: Log;

  constructor(
    { streams, ledger }: { streams: Pick<Streams, 'find' | 'act'>; ledger: Pick<LedgerPort, 'recordCommand' | 'seq'> },
    tallies: Tallies,
    log: Log,
  ) {
    this.streams = streams;
    this.ledger = ledger;
    this.tallies = tallies;
    this.log = log;
  }

  /** The device of these series announces at `at`, epoch ms, whether it is online. A repeated announcement changes nothing. */
  set(series: readonly string[], online: boolean, at: number, topic: string): void {
    const changed = new Map<string, string[]>();
    for (const slug of series) {
      const place = this.streams.find(slug);
      if (typeof place?.d !== 'number' || place.monitor.status.isLost(place.d) !== online) continue;
      const { stream } = place.monitor;
      changed.set(stream, [...(changed.get(stream) ?? []), slug]);
    }
    if (changed.size === 0) return;
    this.tallies.availability[online ? 'online' : 'offline']++;
    const slugs = [...changed.values()].flat();
    this.log(
      'info',
      { topic, series: slugs.slice(0, MAX_LOGGED), count: slugs.length },
      online
        ? 'a device is online again'
        : 'a device announced that it is offline: its series are lost until it is back',
    );
    for (const [stream, of] of changed) {
      const action = { do: 'availability', stream, series: of, online } as const;
      this.ledger.recordCommand(at, action);
      this.streams.act(action, at, this.ledger.seq);
    }
  }
}
