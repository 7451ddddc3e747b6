import { asinh, sinh } from '../math/elementary.ts';
import { section, type Pieces } from '../math/memory.ts';
import { Moments } from '../math/moments.ts';
import type { Alternatives } from './forecast/alternatives.ts';
import type { SeriesReading } from './evidence/kind.ts';
import type { Cycle } from './evidence/kinds/cycle.ts';
import type { Mode } from './evidence/level/modes.ts';
import { SeriesEvidence } from './evidence/series-evidence.ts';
import type { Clock, Season } from './forecast/season.ts';
import { SeriesForecast } from './forecast/series-forecast.ts';
import type { SeriesInfo } from './reading.ts';
import { CONSTANTS } from './constants.ts';

const { WINSOR } = CONSTANTS;
/** The first change of a constant series, which has no scale: near the last bin of the axis. */
const FIRST_CHANGE_LEVEL = 3.5;
export const { MIN_SPAN } = CONSTANTS;
/** Largest number of deviations of a value: a larger one would dominate averages for long. */
const MAX_ABS_Z = 1e12;

/** Maps a z-score to the compressed axis: linear near 0, logarithmic far out, so that 32 bins reach 27 deviations. */
const compress = (difference: number, scale: number): number => {
  if (difference === 0) return 0;
  return scale > 0
    ? asinh(Math.max(-MAX_ABS_Z, Math.min(MAX_ABS_Z, difference / scale)))
    : FIRST_CHANGE_LEVEL * Math.sign(difference);
};

// Slots of the memory of the reading before.
const READINGS = 0;
const LAST = 1;
const LAST_LEVEL = 2;
const COMPARABLE = 3; // 1 where a step from it is meaningful

export interface SeriesOptions {
  /** Whether anomalies are held (held-series.ts). */
  readonly hold: boolean;
  /** Whether it learns while another model of the series is held (held-series.ts). */
  readonly challenger?: boolean;
}

/**
 * One series of a stream: its scales, its forecast and its evidence.
 *
 * Order of calls for each sample: `observe`, then `score` and `learn` unless the reading is missing, then `advance`.
 */
export class SeriesModel implements SeriesReading {
  /** The newest reading, in the unit of the series; NaN where it is missing. */
  value = NaN;
  at = NaN;
  day = 0;
  restDay = false;
  /** The reading and its step from the one before on the compressed axis: inputs of the network. */
  level = 0;
  step = 0;
  comparable = false;
  span = MIN_SPAN;
  change = 0;
  repeats = false;
  residual = 0;
  loss = 0;
  readonly forecast: SeriesForecast;
  readonly evidence: SeriesEvidence;
  private readonly levels: Moments;
  private readonly steps: Moments;
  private readonly before: Float64Array;
  private fittedLevel = NaN;

  constructor(
    memory: Pieces,
    { slug, only }: Pick<SeriesInfo, 'slug' | 'only'>,
    { hold, challenger = false }: SeriesOptions,
  ) {
    const own = section(memory, slug);
    this.levels = new Moments(own, 'levels', MIN_SPAN, WINSOR);
    this.steps = new Moments(own, 'steps', MIN_SPAN, WINSOR);
    this.forecast = new SeriesForecast(own);
    this.evidence = new SeriesEvidence(own, only, hold, challenger);
    this.before = own.take('before', 4);
  }

  get readings(): number {
    return this.before[READINGS];
  }

  get last(): number {
    return this.before[LAST];
  }

  get mean(): number {
    return this.levels.mean;
  }

  get deviation(): number {
    return this.levels.deviation;
  }

  /** The lowest and the highest reading so far. */
  get lowest(): number {
    return this.evidence.range.min;
  }

  get highest(): number {
    return this.evidence.range.max;
  }

  get stepDeviation(): number {
    return this.steps.deviation;
  }

  get expected(): number {
    return this.forecast.expected;
  }

  get lower(): number {
    return this.forecast.band.lower;
  }

  get upper(): number {
    return this.forecast.band.upper;
  }

  get gapFrom(): number {
    return this.forecast.band.gapFrom;
  }

  get gapTo(): number {
    return this.forecast.band.gapTo;
  }

  get alternatives(): Alternatives {
    return this.forecast.alternatives;
  }

  get fitted(): number {
    return this.unitsOf(this.fittedLevel);
  }

  /**
   * Loss of the forecast of the newest reading, nats: the network's, or the baseline's where there is no network. NaN where the
   * reading was missing or had no step.
   */
  get forecastLoss(): number {
    return !this.comparable ? NaN : this.forecast.loss;
  }

  /** Deviation of means over twelve readings, in the unit of the series. */
  get meanSpread(): number {
    return this.evidence.meanSpread;
  }

  /** The value from which the deviation of the leading evidence is measured. */
  get reference(): number {
    return this.evidence.reference(this);
  }

  /** The number that the sentence of the leading evidence needs; NaN where it needs none. */
  get detail(): number {
    return this.evidence.detail(this);
  }

  /** The usual value of that number; NaN where the sentence does not contain it. */
  get usual(): number {
    return this.evidence.usual(this);
  }

  /** Contextual evidence: usual values at an unusual time, in an unusual order or against the group. */
  get contextual(): number {
    return this.evidence.contextual;
  }

  /** The cycle of drops and rises; null in a challenger. */
  get cycle(): Cycle | null {
    return this.evidence.cycle;
  }

  /** A level of the compressed axis in the unit of the series. */
  unitsOf(level: number): number {
    return this.levels.mean + this.levels.deviation * sinh(level);
  }

  /** After a fault or a silence there is no step from the last value. */
  restart(): void {
    this.before[COMPARABLE] = 0;
    this.evidence.restart();
  }

  /**
   * Places the reading x on the compressed axes and fills the target of its step, q (BINS from `offset`). Where x is NaN the reading
   * is missing: the network gets the last level and no step, and q is left as it is.
   */
  observe(x: number, at: number, { day, restDay }: Clock, q: Float64Array, offset: number): void {
    const { before } = this;
    this.at = at;
    this.day = day;
    this.restDay = restDay;
    this.value = x;
    this.comparable = before[COMPARABLE] === 1 && !Number.isNaN(x);
    this.change = this.comparable ? x - before[LAST] : 0;
    this.repeats = this.comparable && x === before[LAST];
    if (Number.isNaN(x)) {
      this.level = before[LAST_LEVEL];
      this.step = 0;
      this.evidence.skip();
      return;
    }
    this.level = this.levels.count === 0 ? 0 : compress(x - this.levels.mean, this.levels.deviation);
    this.step = compress(this.change, this.steps.deviation);
    this.forecast.observe(this.step);
    q.set(this.forecast.target, offset);
  }

  /**
   * Scores the reading against the forecast and the evidence. `p` (BINS from `offset`) is the network's forecast, null where there is
   * none; `residual` and `fittedLevel` are those against the group; `scale` is 1 over the alarm threshold.
   */
  score(p: Float64Array | null, offset: number, residual: number, fittedLevel: number, scale: number): void {
    const { forecast } = this;
    forecast.compare(this.step, p, offset);
    if (this.readings > 0) forecast.predict(this.before[LAST], this.steps.deviation);
    this.loss = forecast.blendedLoss;
    this.residual = residual;
    this.fittedLevel = fittedLevel;
    this.evidence.scoreReading(this, forecast.trust, scale);
  }

  /** Adds the reading to every statistic, or, if not `teaches`, only to those of the last readings. */
  learn(teaches: boolean): void {
    this.levels.span = this.steps.span = this.span;
    if (teaches) this.levels.add(this.value);
    if (teaches && this.comparable) this.forecast.learn(this.span);
    const normal = this.evidence.learn(this, teaches);
    if (normal && this.comparable) this.steps.add(this.change);
  }

  /** Makes this reading the last one and sets the clock for the next. */
  advance(season: Season): void {
    const { before } = this;
    this.evidence.advance(season);
    this.forecast.advance(season.day);
    if (Number.isNaN(this.value)) return;
    before[READINGS]++;
    before[LAST] = this.value;
    before[LAST_LEVEL] = this.level;
    before[COMPARABLE] = 1;
  }

  /** The present state is the normal one from now on. */
  accept(): void {
    this.evidence.accept();
  }

  /** Statistics over weeks get less weight from now on. */
  renew(): void {
    this.evidence.renew();
  }

  /** The level at which the series stays: the reference of the mean shift. */
  get mode(): Mode {
    return this.evidence.shift.mode;
  }

  /** Another level at which the series may stay. It was left at `at`, epoch ms. */
  remember(mode: Mode, at: number): void {
    this.evidence.shift.remember(mode, at);
  }

  /** With the reading x the series may have reached another level, which is measured from x on. */
  begin(x: number): void {
    this.evidence.shift.begin(x);
  }
}
