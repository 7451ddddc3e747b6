import { Memory } from '../math/memory.ts';
import { AlarmLine } from './alarm-line.ts';
import { BINS } from './bins.ts';
import { Coherence } from './coherence.ts';
import { Forecaster, type ForecasterOptions } from './forecaster.ts';
import type { SeriesInfo } from './reading.ts';
import type { Sample } from './sample.ts';
import { SeriesModel } from './series-model.ts';

export interface DetectorOptions extends ForecasterOptions {
  /** Above 1 alarms sooner, below 1 later. */
  readonly sensitivity: number;
  /** False alarms that the operator puts up with. */
  readonly alarmsPerWeek: number;
}

/** A decision about one sample. Owned by its detector and overwritten by the next step. */
export interface Verdict {
  at: number;
  /** Above 1 is anomalous, on every stream. */
  score: number;
  /** Index of the series that contributed most. */
  leading: number;
  /** Score of each series (D); the stream's is the largest. */
  readonly scores: Float64Array;
}

const DAY_MS = 86_400_000;

/** Learns the normal behaviour of a few series jointly and scores each new sample against it. */
export class Detector {
  readonly series: readonly SeriesModel[];
  readonly forecaster: Forecaster;
  /** The last decision. */
  readonly verdict: Verdict;
  /** While set nothing is learned; the state moves on. */
  frozen = false;
  private readonly options: DetectorOptions;
  private readonly coherence: Coherence | null;
  private readonly line: AlarmLine;
  private readonly q: Float64Array; // targets of the present steps (D BINS)
  private readonly heard: Uint8Array; // 0 where a series is missing (D)
  private readonly levels: Float64Array; // (D)
  private readonly input: Float64Array; // level and step of each series, sin and cos of the time of day (2 D + 2)

  /** Everything that the detector remembers is taken from `memory`. */
  constructor(memory: Memory, series: readonly Pick<SeriesInfo, 'slug' | 'only'>[], options: DetectorOptions) {
    const D = series.length;
    this.options = options;
    this.series = series.map((info) => new SeriesModel(memory, info));
    this.input = new Float64Array(2 * D + 2);
    this.forecaster = new Forecaster(memory, this.input.length, D, options);
    this.line = new AlarmLine(memory, D);
    this.coherence = D > 1 ? new Coherence(memory, D) : null;
    this.q = new Float64Array(D * BINS);
    this.heard = new Uint8Array(D);
    this.levels = new Float64Array(D);
    this.verdict = { at: NaN, score: 0, leading: 0, scores: new Float64Array(D) };
  }

  /** Scores a sample against the forecast made one step ago, and only then learns from it. */
  step(sample: Sample): Verdict {
    this.read(sample.x);
    this.weigh();
    this.decide(sample.at);
    this.learn();
    this.advance(sample.at);
    return this.verdict;
  }

  /** What the other series of the group say that series d should read, in its unit; NaN in a group of one. */
  fitted(d: number): number {
    return this.coherence === null ? NaN : this.series[d].unitsOf(this.coherence.fitted[d]);
  }

  /** Goes on with the network of a group whose series were others: `before[d]` is the place of series d there, or -1. */
  takeOver(past: Detector, before: readonly number[]): void {
    const clock = 2 * past.series.length;
    const inputs = before.flatMap((b) => (b < 0 ? [-1, -1] : [2 * b, 2 * b + 1]));
    this.forecaster.network.takeOver(past.forecaster.network, [...inputs, clock, clock + 1], before);
  }

  private read(x: Float64Array): void {
    for (let d = 0; d < x.length; d++) {
      const model = this.series[d];
      this.heard[d] = Number.isNaN(x[d]) ? 0 : 1;
      if (this.heard[d]) model.read(x[d], this.q, d * BINS);
      else model.miss();
      this.levels[d] = model.level;
    }
  }

  private weigh(): void {
    const { p } = this.forecaster;
    this.coherence?.measure(this.levels, this.heard);
    for (let d = 0; d < this.series.length; d++) {
      if (!this.heard[d]) continue;
      this.series[d].foresee(p, d * BINS);
      this.series[d].weigh(p, this.q, d * BINS, this.coherence?.z[d] ?? 0);
    }
  }

  private decide(at: number): void {
    const { verdict, series } = this;
    this.line.hear(at);
    const scale = this.options.sensitivity / this.line.height;
    verdict.at = at;
    verdict.score = verdict.leading = 0;
    for (let d = 0; d < series.length; d++) {
      verdict.scores[d] = scale * series[d].evidence;
      if (verdict.scores[d] <= verdict.score) continue;
      verdict.score = verdict.scores[d];
      verdict.leading = d;
    }
  }

  private learn(): void {
    if (this.frozen) return;
    this.forecaster.learn(this.q, this.heard);
    if (!this.heard.includes(0)) this.coherence?.learn(this.levels);
    for (let d = 0; d < this.series.length; d++) if (this.heard[d]) this.series[d].learn();
  }

  private advance(at: number): void {
    const { input, series } = this;
    const phi = (2 * Math.PI * (at % DAY_MS)) / DAY_MS;
    const sin = Math.sin(phi);
    const cos = Math.cos(phi);
    for (let d = 0; d < series.length; d++) {
      series[d].advance(sin, cos);
      input[2 * d] = series[d].level;
      input[2 * d + 1] = series[d].step;
    }
    input[2 * series.length] = sin;
    input[2 * series.length + 1] = cos;
    this.forecaster.advance(input);
  }
}
