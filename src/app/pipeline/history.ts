import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import { EVIDENCE_KINDS } from '../../detect/evidence/kind.ts';
import type { Log } from '../../log.ts';
import type { Step } from '../../stream/detect-per-stream.ts';
import * as c from '../../stream/history/bucket.ts';
import type { HistoryPort, SeriesHistory } from '../../stream/history/port.ts';

/** Below this score no kind of evidence stands out, and none is stored. */
const NAMED_FROM = 0.5;

/**
 * The history of all series: each scored reading is added to the present minute of its series. It is saved with the snapshot of its
 * stream, in the same transaction. So a restart goes on from both and adds the readings of the journal to both: none is missing, and
 * none counts twice.
 */
export class History {
  private readonly port: HistoryPort | undefined;
  private readonly log: Log;
  private readonly opened = new Map<string, SeriesHistory>();
  private readonly ofMonitor = new WeakMap<StreamMonitor, readonly SeriesHistory[]>();
  private readonly reading = new Float64Array(c.COLUMNS);
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
        if (seq > series[d].seq && this.fill(monitor, d, series[d].ring.begins(verdict.at)))
          series[d].ring.add(verdict.at, this.reading);
    } catch (error) {
      this.failed = true;
      this.log(
        'error',
        { err: error, stream: monitor.stream },
        'internal error: no history is kept until the next start',
      );
    }
  }

  /** Saves the history of these streams, which includes the journal up to row `seq`. Called within a transaction. */
  save(monitors: readonly StreamMonitor[], seq: number): void {
    if (!this.failed) for (const series of this.of(monitors)) series.save(seq);
  }

  /** The last save of these streams is on the disk. */
  saved(monitors: Iterable<StreamMonitor>): void {
    for (const series of this.of(monitors)) series.saved();
  }

  /** The history of a series; null where none is kept. */
  find(slug: string): SeriesHistory | null {
    return this.port === undefined ? null : this.open(slug, this.port);
  }

  private of(monitors: Iterable<StreamMonitor>): SeriesHistory[] {
    return [...monitors].flatMap((monitor) => this.ofMonitor.get(monitor) ?? []);
  }

  private openAll(monitor: StreamMonitor, port: HistoryPort): readonly SeriesHistory[] {
    const series = monitor.series.map(({ slug }) => this.open(slug, port));
    this.ofMonitor.set(monitor, series);
    return series;
  }

  private open(slug: string, port: HistoryPort): SeriesHistory {
    let series = this.opened.get(slug);
    if (series === undefined) this.opened.set(slug, (series = port.open(slug)));
    return series;
  }

  /**
   * Makes `reading` a bucket of the newest reading of series d; false where there was none. `band`: with its band, whose computation
   * costs more than all of the rest (2 µs), so that only the first reading of a minute has it.
   */
  private fill({ detector, status }: StreamMonitor, d: number, band: boolean): boolean {
    const { reading } = this;
    const model = detector.series[d];
    const { value, evidence } = model;
    const fault = status.faultScoreOf(d);
    const score = Math.max(detector.verdict.scores[d], fault);
    c.clear(reading);
    if (Number.isNaN(value)) {
      reading[c.SCORE] = score;
      return fault > 0;
    }
    reading[c.COUNT] = 1;
    reading[c.MIN] = reading[c.MAX] = reading[c.MEAN] = value;
    reading[c.EXPECTED] = model.expected;
    if (band) {
      reading[c.LOWER] = model.lower;
      reading[c.UPPER] = model.upper;
      reading[c.GAP_FROM] = model.gapFrom;
      reading[c.GAP_TO] = model.gapTo;
    }
    reading[c.SCORE] = score;
    if (score > NAMED_FROM && fault === 0) reading[c.KIND] = EVIDENCE_KINDS.indexOf(evidence.leading);
    if (detector.forecaster === null) return true;
    reading[c.NETWORK_LOSS] = model.forecast.selection.networkLoss;
    reading[c.BASELINE_LOSS] = model.forecast.selection.baselineLoss;
    return true;
  }
}
