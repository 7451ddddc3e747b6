import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { RecordingRow } from '../../io/files/recording.ts';
import type { Step } from '../../stream/detect-per-stream.ts';
import { seriesNames } from '../replay.ts';
import { Episodes } from './episodes.ts';
import type { RunView } from './run-view.ts';
import { filled, Trace } from './trace.ts';

/** Collects the data of one run that a page shows: the series, their expected ranges, and the episodes. Memory is bounded. */
export class RunTrace {
  readonly trace: Trace;
  readonly episodes = new Episodes();
  readonly columns: readonly string[];
  /** Name of the series of each column. */
  readonly series: readonly string[];
  firstAt = NaN;
  lastAt = NaN;
  private readonly place: ReadonlyMap<string, number>;
  private readonly rows: number;
  private row = 0; // the present one

  constructor(columns: readonly string[], rows: number) {
    this.columns = columns;
    this.series = seriesNames(columns);
    this.place = new Map(this.series.map((name, d) => [name, d]));
    this.rows = rows;
    this.trace = new Trace(rows, columns.length);
  }

  addEvent(event: AnomalyEvent): void {
    this.episodes.observe(event);
  }

  addStep({ monitor, verdict }: Step): void {
    if (verdict === null || this.row >= this.rows) return;
    monitor.detector.series.forEach(({ value, expected, lower, upper }, d) => {
      if (Number.isNaN(value)) return;
      this.trace.addForecast(this.row, this.place.get(monitor.series[d].slug)!, expected, lower, upper);
    });
    this.trace.addScore(this.row, verdict.score);
  }

  /** Records a row after its steps, and advances to the next. */
  addRow({ at, values }: Pick<RecordingRow, 'at' | 'values'>): void {
    // The file may have grown since its rows were counted.
    if (this.row < this.rows) this.trace.addRow(this.row, at, values);
    this.advance(at);
  }

  /** The run as its charts show it. */
  get view(): Omit<RunView, 'forecaster' | 'labels'> {
    const { columns, series, firstAt, lastAt, trace, episodes } = this;
    return { columns, series, firstAt, lastAt, trace: filled(trace), episodes: episodes.list, noteOf: () => null };
  }

  /** Advances to the next row; `trace` has recorded the present one already. */
  advance(at: number): void {
    this.row++;
    if (Number.isNaN(this.firstAt)) this.firstAt = this.lastAt = at;
    this.lastAt = Math.max(this.lastAt, at);
  }
}
