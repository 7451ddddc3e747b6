import { section, type Memory } from '../math/memory.ts';
import { Moments } from '../math/moments.ts';
import { Baseline } from './forecast/baseline.ts';
import { BINS, quantile, softTarget, surprisal } from '../math/bins.ts';
import { CalibratedScore } from './evidence/calibrated-score.ts';
import { ContextDensity } from './evidence/context-density.ts';
import { EVIDENCE, EVIDENCE_KINDS, combine, type EvidenceKind } from './evidence/score.ts';
import { Extremes } from './evidence/extremes.ts';
import { LearningGate } from './evidence/learning-gate.ts';
import { Jump } from './evidence/jump.ts';
import { isAsked, type SeriesInfo } from './reading.ts';
import { Flatline } from './evidence/flatline.ts';
import { ForecastSelection } from './forecast/forecast-selection.ts';
import type { Season } from './forecast/season.ts';
import { MeanShift } from './evidence/mean-shift.ts';
import { Volatility } from './evidence/volatility.ts';

/** Readings that the scale of values and steps looks back on. */
const SPAN = 2000;
/** A value further out than this many deviations moves the scale no more than one at it. */
const WINSOR = 6;
/** Share of forecasts below and above the band. */
const OUTSIDE = 0.005;
/** Decades of rarity that chance brings for each decade of readings beyond a thousand. */
const CHANCE = 0.65;
/** The tails need this many readings before they say anything. */
const TAILS_AFTER = 100;
/**
 * So far over the line a reading is garbage: it may say nothing of what steps are usual, twenty times in a row. Where anomalies
 * are held, half as far.
 */
const GARBAGE = 4;
const GARBAGE_HELD = 2;
const GARBAGE_PATIENCE = 20;
const CORRELATION = EVIDENCE_KINDS.indexOf('correlation');
/** From this score of a misfit with the group on, the group learns nothing from it. */
const MISFIT = 1;

/** So many deviations out, further is no further: garbage must not echo in what is averaged. */
const FARTHEST = 1e12;

/** Maps a z-score to the forecast's axis: linear near 0, logarithmic far out, so that 32 bins reach 27 deviations. */
const compress = (difference: number, scale: number): number => {
  if (difference === 0) return 0;
  return scale > 0
    ? Math.asinh(Math.max(-FARTHEST, Math.min(FARTHEST, difference / scale)))
    : 3.5 * Math.sign(difference);
};

/** The kinds that bring a measure of their own; each of the others is calibrated by a channel. */
const MEASURED = ['extreme', 'flatline', 'flatline_exit', 'mean_shift'] as const;
type Channelled = Exclude<EvidenceKind, (typeof MEASURED)[number]>;
const CHANNELLED = EVIDENCE_KINDS.filter((kind): kind is Channelled => !(MEASURED as readonly string[]).includes(kind));

export interface SeriesOptions {
  /** Odd readings in a row that are kept from being learned as normal; 0 for none. */
  readonly patience: number;
}

/** All that is known of one series, and what the newest reading means in that light. */
export class SeriesModel {
  /** The newest reading and its step from the one before, on the compressed axis: the network's inputs. */
  level = 0;
  step = 0;
  /** The reading, the forecast's median and its 99 % band, in the series' unit. */
  value = NaN;
  expected = NaN;
  lower = NaN;
  upper = NaN;
  /** Above 1 is anomalous; the kind that says most, and what each kind contributed (in the order of EVIDENCE_KINDS). */
  score = 0;
  leading: EvidenceKind = 'level';
  readonly parts = new Float64Array(EVIDENCE_KINDS.length);
  /** The most extreme value before this reading, on the side of the mean where the reading lies. */
  record = NaN;
  /** The value before this reading, and how many equal readings in a row there were, this one included where it is one of them. */
  last = NaN;
  stood = 0;
  readonly volatility: Volatility;
  readonly shift: MeanShift;
  readonly rivalry: ForecastSelection;
  readonly baseline: Baseline;

  private readonly extremes: Extremes;
  private readonly jump: Jump;
  private readonly rest: Flatline;
  private readonly hold: boolean;
  private readonly only: SeriesInfo['only'];
  private readonly levels: Moments;
  private readonly steps: Moments;
  private readonly context: ContextDensity;
  private readonly channels: Record<Channelled, CalibratedScore>;
  private readonly garbage: LearningGate;
  private readonly misfit: LearningGate;
  private readonly past: Float64Array; // readings, last value, its level, whether a step from it means anything
  private readonly levelTarget = new Float64Array(BINS);
  private readonly stepTarget = new Float64Array(BINS);
  private readonly evidence = new Float64Array(EVIDENCE_KINDS.length);
  private readonly odd: Record<Channelled, number> = {
    level: 0,
    forecast_error: 0,
    jump: 0,
    sequence: 0,
    volatility: 0,
    correlation: 0,
  };
  private networkLoss = NaN;
  private baselineLoss = NaN;
  private shifted = 0;
  private compared = false; // whether the last reading had a step that means anything
  private wild = false; // so far over the line that it is garbage
  private misfits = false; // with its group, by the last reading alone
  private fits = true; // whether the group may learn from it

  constructor(memory: Memory, { slug, only }: Pick<SeriesInfo, 'slug' | 'only'>, { patience }: SeriesOptions) {
    const own = section(memory, slug);
    this.only = only;
    this.levels = new Moments(own, 'levels', SPAN, WINSOR);
    this.steps = new Moments(own, 'steps', SPAN, WINSOR);
    this.context = new ContextDensity(own);
    this.baseline = new Baseline(own);
    this.rivalry = new ForecastSelection(own);
    this.volatility = new Volatility(own);
    this.extremes = new Extremes(own);
    this.jump = new Jump(own);
    this.rest = new Flatline(own);
    this.hold = patience > 0;
    this.shift = new MeanShift(own, patience);
    this.garbage = new LearningGate(own, 'garbage', GARBAGE_PATIENCE);
    this.misfit = new LearningGate(own, 'misfit', patience);
    const channel = (kind: Channelled): [Channelled, CalibratedScore] => [
      kind,
      new CalibratedScore(own, `evidence.${kind}`, EVIDENCE[kind].span),
    ];
    this.channels = Object.fromEntries(CHANNELLED.map(channel)) as Record<Channelled, CalibratedScore>;
    this.past = own.take('past', 4);
  }

  get readings(): number {
    return this.past[0];
  }

  /** Long-run mean, in the series' unit. */
  get mean(): number {
    return this.levels.mean;
  }

  /** A level of the compressed axis in the series' unit. */
  unitsOf(level: number): number {
    return this.levels.mean + this.levels.deviation * Math.sinh(level);
  }

  /** After a fault or a silence the last value is no place to measure a step from. */
  restart(): void {
    this.past[3] = 0;
    this.rest.restart();
  }

  /** Places the reading x on the compressed axes and fills its step's target q (BINS from `at`). */
  read(x: number, q: Float64Array, at: number): void {
    this.value = x;
    this.level = this.levels.count === 0 ? 0 : compress(this.value - this.levels.mean, this.levels.deviation);
    this.step = compress(this.change, this.steps.deviation);
    softTarget(this.step, this.stepTarget, 0);
    q.set(this.stepTarget, at);
  }

  /** The series said nothing: the network hears its last level and no step. */
  miss(): void {
    this.value = NaN;
    this.level = this.past[2];
    this.step = this.score = 0;
  }

  /**
   * What was expected of the reading: by the network, p (BINS from `at`), where it is the better forecaster, else by the
   * baseline, as where there is no network (null). There is no forecast of the first reading.
   */
  foresee(p: Float64Array | null, at: number): void {
    const { rivalry, baseline } = this;
    baseline.forecast();
    this.baselineLoss = surprisal(baseline.p, this.stepTarget, 0, this.step);
    this.networkLoss = p === null ? NaN : surprisal(p, this.stepTarget, 0, this.step, at);
    this.compared = this.readings > 0 && this.stepMeans;
    if (this.readings === 0) return;
    const network = p !== null && rivalry.share >= 0.5;
    const [density, from] = network ? [p, at] : [baseline.p, 0];
    const last = this.past[1];
    const scale = this.steps.deviation;
    this.expected = last + scale * Math.sinh(quantile(density, from, 0.5));
    this.lower = last + scale * Math.sinh(quantile(density, from, OUTSIDE));
    this.upper = last + scale * Math.sinh(quantile(density, from, 1 - OUTSIDE));
  }

  /** Weighs what is odd about the reading, z its misfit in company, `scale` the sensitivity over the height of the line. */
  weigh(z: number, scale: number, sensitivity: number): void {
    const { odd, evidence, rivalry } = this;
    softTarget(this.level, this.levelTarget, 0);
    this.context.forecast();
    const share = Number.isNaN(this.networkLoss) ? 0 : rivalry.share;
    const loss = share === 0 ? this.baselineLoss : share * this.networkLoss + (1 - share) * this.baselineLoss;
    odd.level = surprisal(this.context.p, this.levelTarget, 0, this.level);
    odd.forecast_error = odd.sequence = loss;
    odd.jump = this.jump.size(this.change);
    odd.volatility = this.volatility.surprisal(this.change);
    odd.correlation = z;
    this.last = this.past[1];
    this.stood = this.rest.repeats + (this.repeats ? 2 : 1);
    this.record = this.value > this.mean ? this.extremes.max : this.extremes.min;
    this.shifted = this.shift.score(this.value);
    this.score = 0;
    this.misfits = this.wild = false;
    this.parts.fill(0);
    if (this.readings < TAILS_AFTER) return;

    this.gather();
    // What is learned is not to depend on how sensitive the operator is.
    this.misfits = (scale / sensitivity) * (EVIDENCE.correlation.alone * evidence[CORRELATION]) > MISFIT;
    const trust = share === 0 ? 0 : rivalry.trust;
    const shift = this.matters('mean_shift') ? sensitivity * this.shifted : 0;
    this.score = combine(evidence, scale, trust, shift, this.hold, this.parts);
    this.wild = this.score > (this.hold ? GARBAGE_HELD : GARBAGE) * sensitivity;
    let most = 0;
    for (let k = 0; k < this.parts.length; k++) {
      if (this.parts[k] <= most) continue;
      most = this.parts[k];
      this.leading = EVIDENCE_KINDS[k];
    }
  }

  /**
   * Takes the reading into every statistic, or, when it `teaches` nothing, only moves on what is a memory of the last
   * readings.
   */
  learn(teaches: boolean): void {
    const { odd, channels, change } = this;
    const normal = this.garbage.admits(this.wild) && teaches;
    if (teaches) {
      this.levels.add(this.value);
      this.extremes.add(this.value);
      this.shift.learn(this.value);
    }
    if (this.readings === 0) return;
    if (teaches) this.context.learn(this.levelTarget, 0);
    channels.level.add(odd.level, teaches);
    channels.correlation.add(odd.correlation, teaches && this.fits);
    if (!this.stepMeans) return;
    if (teaches) {
      if (!Number.isNaN(this.networkLoss)) this.rivalry.update(this.networkLoss, this.baselineLoss);
      this.baseline.learn(this.stepTarget);
    }
    if (normal) this.steps.add(change);
    this.volatility.learn(change, teaches);
    this.jump.learn(change, normal);
    this.rest.learn(this.repeats, odd.jump, normal);
    channels.forecast_error.add(odd.forecast_error, normal);
    channels.sequence.add(odd.sequence, normal);
    channels.jump.add(odd.jump, normal);
    channels.volatility.add(odd.volatility, teaches);
  }

  /** Whether the group may learn from the company that this reading keeps. To be asked once a reading, before `learn`. */
  joins(): boolean {
    this.fits = this.misfit.admits(this.misfits);
    return this.fits;
  }

  /** Makes this reading the last one and sets the clock for the next. */
  advance(season: Season): void {
    this.context.advance(season);
    this.baseline.advance(season.day);
    if (Number.isNaN(this.value)) return;
    this.past[0]++;
    this.past[1] = this.value;
    this.past[2] = this.level;
    this.past[3] = 1;
  }

  /**
   * What the last reading cost its forecast, in nats: the network's, or the baseline's where there is no network. NaN when it
   * was missing, or had no step that means anything.
   */
  get loss(): number {
    if (Number.isNaN(this.value) || !this.compared) return NaN;
    return Number.isNaN(this.networkLoss) ? this.baselineLoss : this.networkLoss;
  }

  /** What is odd now is normal from now on. */
  accept(): void {
    this.shift.accept();
    this.misfit.accept();
  }

  /** Fills `evidence`: how rare each oddity is, less what chance alone brings in so long a past. */
  private gather(): void {
    const { evidence, readings } = this;
    const chance = CHANCE * Math.log10(Math.min(readings, 50_000) / 1000);
    for (let k = 0; k < EVIDENCE_KINDS.length; k++) {
      const kind = EVIDENCE_KINDS[k];
      if (kind === 'mean_shift') continue;
      evidence[k] = this.means(kind) && this.matters(kind) ? Math.max(0, this.rarityOf(kind) - chance) : 0;
    }
  }

  private rarityOf(kind: Exclude<EvidenceKind, 'mean_shift'>): number {
    const { odd, rest, repeats } = this;
    switch (kind) {
      case 'extreme':
        return this.extremes.rarity(this.value, this.steps.deviation);
      case 'flatline':
        return rest.lengthRarity(repeats);
      case 'flatline_exit':
        return rest.exitRarity(repeats, odd.jump);
      default:
        return this.channels[kind].rarity(odd[kind]);
    }
  }

  /**
   * Whether the question makes sense for this reading: of a step that there is one, of a rest that it is not at the lowest or
   * the highest value, where a series may rest (sensor/stuck-detector.ts).
   */
  private means(kind: EvidenceKind): boolean {
    const last = this.past[1];
    if (kind === 'flatline') return this.stepMeans && last > this.extremes.min && last < this.extremes.max;
    return this.stepMeans || (kind !== 'forecast_error' && kind !== 'jump' && kind !== 'flatline_exit');
  }

  private get repeats(): boolean {
    return this.stepMeans && this.value === this.past[1];
  }

  private get stepMeans(): boolean {
    return this.past[3] === 1;
  }

  /** Difference from the reading before, in the series' unit; 0 where there is none to compare with. */
  private get change(): number {
    return this.stepMeans ? this.value - this.past[1] : 0;
  }

  /** Whether the operator cares for a deviation of this kind in the direction it has. */
  private matters(kind: EvidenceKind): boolean {
    const directed = kind !== 'volatility' && kind !== 'flatline';
    return this.only === 'both' || !directed || isAsked(this.only, this.deviationOf(kind));
  }

  /** By how much the reading deviates in the eyes of a kind that has a direction; only the sign of all is comparable. */
  private deviationOf(kind: Exclude<EvidenceKind, 'volatility' | 'flatline'>): number {
    const { odd, channels, value } = this;
    switch (kind) {
      case 'correlation':
        return channels.correlation.smoothed(odd.correlation);
      case 'mean_shift':
        return this.shift.z;
      case 'jump':
      case 'flatline_exit':
        return this.change;
      case 'forecast_error':
      case 'sequence':
        return value - this.expected;
      case 'level':
      case 'extreme':
        return value - this.mean;
    }
  }
}
