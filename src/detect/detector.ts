import { section, type Memory } from '../math/memory.ts';
import { AlarmThreshold } from './evidence/alarm-threshold.ts';
import { BINS } from '../math/bins.ts';
import type { Calendar } from './forecast/calendar.ts';
import { RegressionResiduals } from './evidence/regression-residuals.ts';
import { Forecaster, type ForecasterOptions } from './forecast/forecaster.ts';
import { Presence } from './forecast/presence.ts';
import type { SeriesInfo } from './reading.ts';
import type { Sample } from './sample.ts';
import { Season, SEASONS } from './forecast/season.ts';
import { SeriesModel } from './series-model.ts';

export interface DetectorOptions extends ForecasterOptions {
  /** Whether a network forecasts; without one the baseline does. */
  readonly network: boolean;
  /** Above 1 alarms sooner, below 1 later. */
  readonly sensitivity: number;
  /** Alarms a week that the operator has time for. */
  readonly alarmsPerWeek: number;
  /** What lasts stays an alarm, or is absorbed as the new normal. */
  readonly onAnomaly: 'hold' | 'absorb';
  /** The wall clock of the site. */
  readonly calendar: Calendar;
}

/** Odd readings in a row that teach a series' reference nothing, where anomalies are held: as many as a new stream learns from. */
const HOLD_READINGS = 400;
/** An alarm that keeps its readings from being learned must be surer than one that is forgotten with the next day. */
const HELD_THRESHOLD = 1.15;

/** What the network hears of each series: level, step, whether it is there, and the gap before it. */
const INPUTS_PER_SERIES = 4;
/** Length of the vector that the network of so many series hears. */
export const inputSize = (series: number): number => INPUTS_PER_SERIES * series + SEASONS;

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

/** Learns the normal behaviour of a few series jointly and scores each new sample against it. */
export class Detector {
  readonly series: readonly SeriesModel[];
  /** Null where no network was wanted. */
  readonly forecaster: Forecaster | null;
  /** The last decision. */
  readonly verdict: Verdict;
  /** While true nothing is learned; scores and the hidden state go on. */
  frozen = false;
  /** While true the network learns nothing, to spare the processor; all else does. */
  trainingSkipped = false;
  private readonly options: DetectorOptions;
  private readonly residuals: RegressionResiduals | null;
  private readonly threshold: AlarmThreshold;
  private readonly season: Season;
  private readonly presence: Presence;
  private readonly q: Float64Array; // targets of the present steps (D BINS)
  private readonly present: Uint8Array; // 0 where a series is missing (D)
  private readonly levels: Float64Array; // (D)
  private readonly input: Float64Array;
  private readonly thresholdFactor: number;

  /** Everything that the detector remembers is taken from `memory`. */
  constructor(memory: Memory, series: readonly Pick<SeriesInfo, 'slug' | 'only'>[], options: DetectorOptions) {
    const D = series.length;
    const patience = options.onAnomaly === 'hold' ? HOLD_READINGS : 0;
    this.options = options;
    this.thresholdFactor = options.onAnomaly === 'hold' ? HELD_THRESHOLD : 1;
    this.series = series.map((info) => new SeriesModel(memory, info, { patience }));
    this.input = new Float64Array(inputSize(D));
    this.forecaster = options.network ? new Forecaster(memory, this.input.length, D, options) : null;
    this.threshold = new AlarmThreshold(memory, D, options.alarmsPerWeek);
    this.residuals = D > 1 ? new RegressionResiduals(memory, D) : null;
    this.season = new Season(options.calendar);
    this.presence = new Presence(series.map(({ slug }) => section(memory, slug)));
    this.q = new Float64Array(D * BINS);
    this.present = new Uint8Array(D);
    this.levels = new Float64Array(D);
    this.verdict = { at: NaN, score: 0, leading: 0, scores: new Float64Array(D) };
  }

  /** Scores a sample against the forecast made one step ago, and only then learns from it. */
  step(sample: Sample): Verdict {
    this.read(sample);
    this.score();
    this.decide(sample.at);
    this.learn();
    this.advance(sample.at);
    return this.verdict;
  }

  /** What the other series of the group say that series d should read, in its unit; NaN in a group of one. */
  fitted(d: number): number {
    return this.residuals === null ? NaN : this.series[d].unitsOf(this.residuals.fitted[d]);
  }

  /** Usual interval between samples, ms. */
  get intervalMs(): number {
    return this.threshold.intervalMs;
  }

  /** What is odd now is normal from now on. */
  accept(): void {
    for (const model of this.series) model.accept();
    this.residuals?.restart();
  }

  /** Goes on with the network of a group whose series were others: `before[d]` is the place of series d there, or -1. */
  takeOver(past: Detector, before: readonly number[]): void {
    if (this.forecaster === null || past.forecaster === null) return;
    const places = (from: number, count: number): number[] => Array.from({ length: count }, (_, j) => from + j);
    const inputs = before.flatMap((b) =>
      b < 0 ? new Array<number>(INPUTS_PER_SERIES).fill(-1) : places(INPUTS_PER_SERIES * b, INPUTS_PER_SERIES),
    );
    const clock = places(INPUTS_PER_SERIES * past.series.length, SEASONS);
    this.forecaster.network.takeOver(past.forecaster.network, [...inputs, ...clock], before);
  }

  private read({ at, x }: Sample): void {
    this.presence.update(at, x);
    for (let d = 0; d < x.length; d++) {
      const model = this.series[d];
      this.present[d] = Number.isNaN(x[d]) ? 0 : 1;
      if (this.present[d]) model.read(x[d], this.q, d * BINS);
      else model.miss();
      this.levels[d] = model.level;
    }
  }

  private score(): void {
    const p = this.forecaster?.p ?? null;
    this.residuals?.measure(this.levels, this.present);
    const { sensitivity } = this.options;
    const scale = sensitivity / (this.threshold.height * this.thresholdFactor);
    for (let d = 0; d < this.series.length; d++) {
      if (!this.present[d]) continue;
      this.series[d].foresee(p, d * BINS);
      this.series[d].weigh(this.residuals?.z[d] ?? 0, scale, sensitivity);
    }
  }

  private decide(at: number): void {
    const { verdict, series } = this;
    verdict.at = at;
    verdict.score = verdict.leading = 0;
    for (let d = 0; d < series.length; d++) {
      verdict.scores[d] = series[d].score;
      if (verdict.scores[d] <= verdict.score) continue;
      verdict.score = verdict.scores[d];
      verdict.leading = d;
    }
  }

  private learn(): void {
    const { series, present: heard, residuals: coherence, frozen } = this;
    let together = !heard.includes(0) && !frozen;
    for (let d = 0; d < series.length; d++) {
      if (!heard[d]) continue;
      if (coherence !== null && !series[d].joins()) together = false;
      series[d].learn(!frozen);
    }
    if (!frozen && !this.trainingSkipped) this.forecaster?.learn(this.q, heard);
    if (together) coherence?.learn(this.levels);
  }

  private advance(at: number): void {
    const { input, series, season, presence } = this;
    this.threshold.update(at);
    season.set(at);
    for (let d = 0; d < series.length; d++) {
      series[d].advance(season);
      input[INPUTS_PER_SERIES * d] = series[d].level;
      input[INPUTS_PER_SERIES * d + 1] = series[d].step;
      input[INPUTS_PER_SERIES * d + 2] = presence.mask[d];
      input[INPUTS_PER_SERIES * d + 3] = presence.gap[d];
    }
    input.set(season.features, INPUTS_PER_SERIES * series.length);
    this.forecaster?.advance(input);
  }
}
