import { pow } from '../math/elementary.ts';
import { section, type Memory } from '../math/memory.ts';
import { AlarmThreshold } from './evidence/rarity/alarm-threshold.ts';
import { BINS } from '../math/bins.ts';
import type { Calendar } from './forecast/calendar.ts';
import { JointEvidence } from './evidence/joint-evidence.ts';
import { RegressionResiduals } from './evidence/regression-residuals.ts';
import { Forecaster, type ForecasterOptions } from './forecast/forecaster.ts';
import { Presence } from './forecast/presence.ts';
import type { SeriesInfo } from './reading.ts';
import type { Sample } from './sample.ts';
import { Season, SEASONS } from './forecast/season.ts';
import { NoveltyRate } from './recurrence/novelty-rate.ts';
import { MEMORY_MS, Recurrence } from './recurrence/recurrence.ts';
import type { HoldOptions } from './evidence/hold.ts';
import { HeldSeries } from './held-series.ts';
import { MIN_SPAN, SeriesModel } from './series-model.ts';
import { CONSTANTS } from './constants.ts';
import { MAX_GAP_RATIO } from '../math/time-gap.ts';

export interface DetectorOptions extends ForecasterOptions, HoldOptions {
  /** Whether a network makes the forecasts; without one the baseline does. */
  readonly network: boolean;
  /** Multiplies the rate below by its power of 10/3: 2 allows ten times as many alarms, 0.5 a tenth. */
  readonly sensitivity: number;
  /** How often, per week, an event may come and still be an alarm. */
  readonly alarmsPerWeek: number;
  /** Persistent changes: hold the alarm and do not learn from them for `holdForMs`, or absorb them as normal at once. */
  readonly onAnomaly: 'hold' | 'absorb';
  /** The wall clock of the site. */
  readonly calendar: Calendar;
}

const { HELD_THRESHOLD, LONG_MEMORY_MS: LONG_MS, SCORE_PER_DECADE } = CONSTANTS;
/**
 * Power of the sensitivity in the rate of alarms that is allowed. A factor of ten in the rate is SCORE_PER_DECADE of the score
 * (recurrence.ts), so log10 of the sensitivity is added to each score: it has the same effect on a stream with few alarms as on one with many.
 */
const RATE_POWER = 1 / SCORE_PER_DECADE;
/** How often, per week, an event may come and still be an alarm. */
const allowedRate = ({ alarmsPerWeek, sensitivity }: Pick<DetectorOptions, 'alarmsPerWeek' | 'sensitivity'>): number =>
  alarmsPerWeek * pow(sensitivity, RATE_POWER);

/** Inputs of the network for each series: level, step, whether the reading is present, and the gap before it. */
const INPUTS_PER_SERIES = 4;
/** Length of the input vector of a network for so many series. */
export const inputSize = (series: number): number => INPUTS_PER_SERIES * series + SEASONS;

/** A decision about one sample. The detector overwrites it with the next step. */
export interface Verdict {
  at: number;
  /** Above 1 is anomalous, on every stream. */
  score: number;
  /** Index of the series that contributed most. */
  leading: number;
  /** Score of each series (D); the stream's is the largest. */
  readonly scores: Float64Array;
}

/** Reads the state at each step of a stream while a page shows it. It must change nothing. */
export interface Observer {
  /**
   * Called when the network has learned from the sample at `at`, epoch ms, before it advances by `input`: its forecast is still the one
   * for the sample.
   */
  observe(at: number, input: Float64Array): void;
}

/** Learns the normal behaviour of a few series jointly and scores each new sample against it. */
export class Detector {
  readonly series: readonly SeriesModel[];
  /** Null where the site wants no network. */
  readonly forecaster: Forecaster | null;
  /** The last decision. */
  readonly verdict: Verdict;
  /** While true nothing is learned; scores and the hidden state continue. */
  frozen = false;
  /** While true the network learns nothing, to save CPU time; everything else learns. */
  trainingSkipped = false;
  /** Null while no page shows the stream. */
  observer: Observer | null = null;
  /** Whether an alarm of series d would be reported. Where it would not, nothing is held. */
  reports: (d: number) => boolean = () => true;
  private readonly options: DetectorOptions;
  private readonly held: readonly HeldSeries[]; // (D)
  private readonly residuals: RegressionResiduals | null; // null in a group of one
  private readonly threshold: AlarmThreshold;
  private readonly season: Season;
  private readonly presence: Presence;
  private readonly q: Float64Array; // targets of the present steps (D BINS)
  private readonly present: Uint8Array; // 0 where a series is missing (D)
  private readonly taught: Uint8Array; // 1 where the series and the network learn (D)
  private readonly levels: Float64Array; // (D)
  private readonly heldNow: Uint8Array; // 1 where a series is held (D)
  private readonly input: Float64Array;
  private readonly thresholdFactor: number;
  private readonly joint: JointEvidence;
  private readonly evidence: Float64Array; // of each series (D)
  private readonly rates: NoveltyRate;
  /** How often events like the present one come, for each series. */
  readonly recurrences: readonly Recurrence[];
  private scale = 1; // 1 over the alarm threshold

  /** All state is taken from `memory`. */
  constructor(memory: Memory, series: readonly Pick<SeriesInfo, 'slug' | 'only'>[], options: DetectorOptions) {
    const D = series.length;
    const hold = options.onAnomaly === 'hold';
    this.options = options;
    this.thresholdFactor = hold ? HELD_THRESHOLD : 1;
    this.series = series.map((info) => new SeriesModel(memory, info, { hold }));
    // Also where anomalies are absorbed, so that a change of `on_anomaly` keeps the learned state.
    this.held = series.map((info, d) => new HeldSeries(memory, info, this.series[d], options));
    this.input = new Float64Array(inputSize(D));
    this.forecaster = options.network ? new Forecaster(memory, this.input.length, D, options) : null;
    this.threshold = new AlarmThreshold(memory, D);
    this.joint = new JointEvidence(memory, D);
    this.evidence = new Float64Array(D);
    const recurrence = { alarmsPerWeek: allowedRate(options), counts: hold };
    const rates = (this.rates = new NoveltyRate(memory));
    this.recurrences = series.map(({ slug }) => new Recurrence(section(memory, slug), rates, recurrence));
    this.residuals = D > 1 ? new RegressionResiduals(memory, D) : null;
    this.season = new Season(options.calendar);
    this.presence = new Presence(series.map(({ slug }) => section(memory, slug)));
    this.q = new Float64Array(D * BINS);
    this.present = new Uint8Array(D);
    this.taught = new Uint8Array(D);
    this.levels = new Float64Array(D);
    this.heldNow = new Uint8Array(D);
    this.verdict = { at: NaN, score: 0, leading: 0, scores: new Float64Array(D) };
  }

  /** Scores a sample against the forecast made one step ago, and only then learns from it. */
  step(sample: Sample): Verdict {
    this.observe(sample);
    this.score();
    this.decide(sample.at);
    this.learn();
    this.advance(sample.at);
    return this.verdict;
  }

  /** Usual interval between samples, ms. */
  get intervalMs(): number {
    return this.threshold.intervalMs;
  }

  /** Samples so far, learned or not. */
  get samples(): number {
    return this.threshold.samples;
  }

  /** Time of the last sample, epoch ms, also where it came before a restart; NaN before the first. */
  get lastAt(): number {
    return this.threshold.lastAt;
  }

  /** Until when series d is held if its deviation does not end and readings come as usual, epoch ms; NaN where it is not held. */
  heldUntil(d: number): number {
    const { leftMs, held } = this.held[d];
    return held ? this.lastAt + leftMs : NaN;
  }

  /** Scores with this sensitivity from now on. */
  setSensitivity(sensitivity: number): void {
    const rate = allowedRate({ ...this.options, sensitivity });
    for (const recurrence of this.recurrences) recurrence.allow(rate);
  }

  /** After a fault or a silence of series d there is no step from its last value. */
  restart(d: number): void {
    this.series[d].restart();
    this.held[d].restart();
  }

  /** The present state of all series is the normal one from now on. */
  accept(): void {
    for (const series of this.held) series.accept(this.lastAt);
    for (const recurrence of this.recurrences) recurrence.drop();
    this.residuals?.restart();
  }

  /** The known losses are those of other weights: the baseline makes the forecasts until the network is better again. */
  distrustNetwork(): void {
    for (const { forecast } of this.series) forecast.selection.distrust();
  }

  /** Continues with the network of a stream with other series or another network: `before[d]` is the place of series d there, or -1. */
  takeOver(past: Detector, before: readonly number[]): void {
    if (this.forecaster === null || past.forecaster === null) return;
    const places = (from: number, count: number): number[] => Array.from({ length: count }, (_, j) => from + j);
    const inputs = before.flatMap((b) =>
      b < 0 ? new Array<number>(INPUTS_PER_SERIES).fill(-1) : places(INPUTS_PER_SERIES * b, INPUTS_PER_SERIES),
    );
    const clock = places(INPUTS_PER_SERIES * past.series.length, SEASONS);
    this.forecaster.network.takeOver(past.forecaster.network, [...inputs, ...clock], before);
  }

  private observe({ at, x }: Sample): void {
    const { series, held, present, levels, heldNow, q, season } = this;
    const span = this.intervalMs > 0 ? Math.max(MIN_SPAN, LONG_MS / this.intervalMs) : MIN_SPAN;
    this.presence.update(at, x);
    season.set(at);
    for (let d = 0; d < x.length; d++) {
      present[d] = Number.isNaN(x[d]) ? 0 : 1;
      series[d].span = span;
      series[d].observe(x[d], at, season, q, d * BINS);
      held[d].observe(x[d], at, season, span);
      levels[d] = series[d].level;
      heldNow[d] = held[d].held ? 1 : 0;
    }
  }

  private score(): void {
    const { series, present, residuals } = this;
    const scale = (this.scale = 1 / (this.threshold.height * this.thresholdFactor));
    const p = this.forecaster?.p ?? null;
    residuals?.measure(this.levels, present, this.heldNow);
    for (let d = 0; d < series.length; d++) {
      if (!present[d]) continue;
      const z = residuals === null ? 0 : residuals.z[d];
      const fitted = residuals === null ? NaN : residuals.fitted[d];
      series[d].score(p, d * BINS, z, fitted, scale);
    }
  }

  private decide(at: number): void {
    const { verdict, series, present, joint, evidence, season, frozen } = this;
    this.rates.pass(this.threshold.pausedMs(at), MEMORY_MS);
    for (let d = 0; d < series.length; d++) evidence[d] = present[d] ? series[d].evidence.score : 0;
    const together = joint.of(evidence);
    verdict.at = at;
    verdict.score = verdict.leading = 0;
    for (let d = 0; d < series.length; d++) {
      const e = d === joint.leading ? together : evidence[d];
      verdict.scores[d] = present[d]
        ? this.recurrences[d].follow(at, series[d], e, season.day, !frozen, this.reports(d))
        : 0;
      if (verdict.scores[d] <= verdict.score) continue;
      verdict.score = verdict.scores[d];
      verdict.leading = d;
    }
  }

  /**
   * Series and network learn from the readings that are present, and of series that are not held. The regression of the group learns
   * only from a complete sample without such a series.
   */
  private learn(): void {
    const { series, present, taught, residuals, frozen } = this;
    let any = 0;
    let all = 1;
    for (let d = 0; d < series.length; d++) {
      taught[d] = present[d] && this.admits(d) ? 1 : 0;
      if (present[d]) series[d].learn(taught[d] === 1);
      any |= taught[d];
      all &= taught[d];
    }
    if (frozen) return;
    if (any && !this.trainingSkipped) this.forecaster?.learn(this.q, taught);
    if (all) residuals?.learn(this.levels, series[0].span);
    this.joint.learn(this.evidence, present, series[0].span);
  }

  /** Whether series d may learn from its reading. While it is held only its challenger learns. */
  private admits(d: number): boolean {
    const { verdict, residuals, frozen, held, options } = this;
    const reported = options.onAnomaly === 'hold' && this.reports(d) ? verdict.scores[d] : 0;
    const free = !frozen && held[d].admits(verdict.at, reported, MAX_GAP_RATIO * this.intervalMs);
    const z = residuals === null ? 0 : residuals.z[d];
    const fitted = residuals === null ? NaN : residuals.fitted[d];
    held[d].learn(this.forecaster?.p ?? null, d * BINS, z, fitted, this.scale, !frozen);
    return free;
  }

  private advance(at: number): void {
    const { input, series, held, season, presence } = this;
    this.threshold.update(at);
    for (let d = 0; d < series.length; d++) {
      series[d].advance(season);
      if (held[d].advance(season)) this.residuals?.restart();
      input[INPUTS_PER_SERIES * d] = series[d].level;
      input[INPUTS_PER_SERIES * d + 1] = series[d].step;
      input[INPUTS_PER_SERIES * d + 2] = presence.mask[d];
      input[INPUTS_PER_SERIES * d + 3] = presence.gap[d];
    }
    input.set(season.features, INPUTS_PER_SERIES * series.length);
    this.observer?.observe(at, input);
    this.forecaster?.advance(input);
  }
}
