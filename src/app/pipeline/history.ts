import type { Log } from '../../log.ts';
import type { Step } from '../../stream/detect-per-stream.ts';
import { COLUMNS } from '../../stream/history/bucket.ts';
import type { HistoryPort, SeriesHistory } from '../../stream/history/port.ts';
import { fillBucket } from './history-bucket.ts';
import type { Stream } from './stream.ts';
import type { HistoryPlace } from './threads.ts';

/**
 * The history of all series: each scored reading is added to the present minute of its series. It is saved with the snapshot of its
 * stream, in the same transaction. So a restart goes on from both and adds the readings of the journal to both: none is missing, and
 * none counts twice.
 */
export class History {
  private readonly port: HistoryPort | undefined;
  private readonly log: Log;
  private readonly opened = new Map<string, SeriesHistory>();
  private readonly ofMonitor = new WeakMap<Stream, readonly SeriesHistory[]>();
  private readonly reading = new Float64Array(COLUMNS);
  private failed = false;

  /** `port` undefined: nothing is kept. */
  constructor(port: HistoryPort | undefined, log: Log) {
    this.port = port;
    this.log = log;
  }

  /** Adds the sample of a step. `seq`: its row where it comes from the journal, else Infinity; an older history has it already. */
  take({ monitor, verdict }: Step, seq: number): void {
    if (verdict === null || this.port === undefined || this.failed) return;
    try {
      const series = this.ofMonitor.get(monitor) ?? this.openAll(monitor, this.port);
      for (let d = 0; d < series.length; d++)
        if (seq > series[d].seq && fillBucket(monitor, d, series[d].ring.begins(verdict.at), this.reading))
          series[d].ring.add(verdict.at, this.reading);
    } catch (error) {
      this.fail(error, monitor.stream);
    }
  }

  /** Adds a bucket of series d of a stream of another thread, which has found that an older history does not have it. */
  add(stream: Stream, d: number, at: number, bucket: Float64Array): void {
    if (this.port === undefined || this.failed) return;
    try {
      const series = this.ofMonitor.get(stream) ?? this.openAll(stream, this.port);
      series[d].ring.add(at, bucket);
    } catch (error) {
      this.fail(error, stream.stream);
    }
  }

  /** Saves the history of these streams, which includes the journal up to row `seq`. Called within a transaction. */
  save(monitors: readonly Stream[], seq: number): void {
    if (!this.failed) for (const series of this.of(monitors)) series.save(seq);
  }

  /** To be called when the last save of these streams is on the disk. */
  saved(monitors: Iterable<Stream>): void {
    for (const series of this.of(monitors)) series.saved();
  }

  /** How far the history of a series has come; null where none is kept. */
  placeOf(slug: string): HistoryPlace | null {
    const found = this.find(slug);
    return found === null ? null : { seq: found.seq, minute: found.ring.minute };
  }

  /** The history of a series; null where none is kept. */
  find(slug: string): SeriesHistory | null {
    return this.port === undefined ? null : this.open(slug, this.port);
  }

  private fail(error: unknown, stream: string): void {
    this.failed = true;
    this.log('error', { err: error, stream }, 'internal error: no history is kept until the next start');
  }

  private of(monitors: Iterable<Stream>): SeriesHistory[] {
    return [...monitors].flatMap((monitor) => this.ofMonitor.get(monitor) ?? []);
  }

  private openAll(monitor: Stream, port: HistoryPort): readonly SeriesHistory[] {
    const series = monitor.series.map(({ slug }) => this.open(slug, port));
    this.ofMonitor.set(monitor, series);
    return series;
  }

  private open(slug: string, port: HistoryPort): SeriesHistory {
    let series = this.opened.get(slug);
    if (series === undefined) this.opened.set(slug, (series = port.open(slug)));
    return series;
  }
}
