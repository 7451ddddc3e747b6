import { section, type Memory } from '../math/memory.ts';
import { Moments } from '../math/moments.ts';
import { BINS, quantile, softTarget, surprisal } from './bins.ts';
import { Channel } from './channel.ts';
import { ContextDensity } from './context-density.ts';
import { EVIDENCE, EVIDENCE_KINDS, type EvidenceKind } from './evidence.ts';
import { Extremes } from './extremes.ts';
import type { SeriesInfo } from './reading.ts';
import { Volatility } from './volatility.ts';

/** Readings that the scale of values and steps looks back on. */
const SPAN = 2000;
/** A value further out than this many deviations moves the scale no more than one at it. */
const WINSOR = 6;
/** Share of forecasts below and above the band. */
const OUTSIDE = 0.005;
/** The tails need this many readings before they say anything. */
const TAILS_AFTER = 100;

/** So many deviations out, further is no further: garbage must not echo in what is averaged. */
const FARTHEST = 1e12;

/** Maps a z-score to the forecast's axis: linear near 0, logarithmic far out, so that 32 bins reach 27 deviations. */
const compress = (difference: number, scale: number): number => {
  if (difference === 0) return 0;
  return scale > 0
    ? Math.asinh(Math.max(-FARTHEST, Math.min(FARTHEST, difference / scale)))
    : 3.5 * Math.sign(difference);
};

type Channels = Record<Exclude<EvidenceKind, 'extreme'>, Channel>;

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
  /** Weighed evidence, and the kind that says most. */
  evidence = 0;
  leading: EvidenceKind = 'level';
  /** What each of `EVIDENCE_KINDS` has in it. */
  readonly parts = new Float64Array(EVIDENCE_KINDS.length);
  /** The most extreme value before this reading, on the side of the mean where the reading lies. */
  record = NaN;
  readonly volatility: Volatility;

  private readonly extremes: Extremes;
  private readonly only: SeriesInfo['only'];
  private readonly levels: Moments;
  private readonly steps: Moments;
  private readonly context: ContextDensity;
  private readonly channels: Channels;
  private readonly past: Float64Array; // readings, last value, its level, whether a step from it means anything
  private readonly levelTarget = new Float64Array(BINS);
  private readonly odd: Record<EvidenceKind, number> = {
    extreme: 0,
    level: 0,
    step: 0,
    course: 0,
    volatility: 0,
    company: 0,
  };

  constructor(memory: Memory, { slug, only }: Pick<SeriesInfo, 'slug' | 'only'>) {
    const own = section(memory, slug);
    this.only = only;
    this.levels = new Moments(own, 'levels', SPAN, WINSOR);
    this.steps = new Moments(own, 'steps', SPAN, WINSOR);
    this.context = new ContextDensity(own);
    this.volatility = new Volatility(own);
    this.extremes = new Extremes(own);
    const channel = (kind: EvidenceKind): Channel => new Channel(own, `odd.${kind}`, EVIDENCE[kind].span);
    this.channels = {
      level: channel('level'),
      step: channel('step'),
      course: channel('course'),
      volatility: channel('volatility'),
      company: channel('company'),
    };
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
  }

  /** Places the reading x on the compressed axes and fills its step's target q (BINS from `at`). */
  read(x: number, q: Float64Array, at: number): void {
    this.value = x;
    this.level = this.levels.count === 0 ? 0 : compress(this.value - this.levels.mean, this.levels.deviation);
    this.step = compress(this.change, this.steps.deviation);
    softTarget(this.step, q, at);
  }

  /** The series said nothing: the network hears its last level and no step. */
  miss(): void {
    this.value = NaN;
    this.level = this.past[2];
    this.step = this.evidence = 0;
  }

  /** Turns the forecast p (BINS from `at`) of this reading's step into the series' unit; there is none of the first. */
  foresee(p: Float64Array, at: number): void {
    if (this.readings === 0) return;
    const last = this.past[1];
    const scale = this.steps.deviation;
    this.expected = last + scale * Math.sinh(quantile(p, at, 0.5));
    this.lower = last + scale * Math.sinh(quantile(p, at, OUTSIDE));
    this.upper = last + scale * Math.sinh(quantile(p, at, 1 - OUTSIDE));
  }

  /** Weighs what is odd about the reading: p and q are forecast and target of its step, z its misfit in company. */
  weigh(p: Float64Array, q: Float64Array, at: number, z: number): void {
    const { odd, channels, readings } = this;
    softTarget(this.level, this.levelTarget, 0);
    this.context.forecast();
    odd.level = surprisal(this.context.p, this.levelTarget, 0, this.level);
    odd.step = odd.course = surprisal(p, q, at, this.step);
    odd.volatility = this.volatility.surprisal(this.change);
    odd.company = z;
    this.record = this.value > this.mean ? this.extremes.max : this.extremes.min;
    this.evidence = 0;
    this.parts.fill(0);
    if (readings < TAILS_AFTER) return;

    // The longer the past, the more often chance alone is rare: half a decade per decade of readings.
    const chance = 0.5 * Math.log10(Math.min(readings, 50_000) / 1000);
    let most = 0;
    let alone: EvidenceKind | null = null;
    let loudest = 0;
    for (let k = 0; k < EVIDENCE_KINDS.length; k++) {
      const kind = EVIDENCE_KINDS[k];
      const rarity = kind === 'extreme' ? this.extremes.evidence(this.value) : channels[kind].evidence(odd[kind]);
      const evidence = this.matters(kind) ? Math.max(0, rarity - chance) : 0;
      const part = EVIDENCE[kind].summed * evidence;
      this.evidence += part;
      this.parts[k] = part;
      if (part > most) {
        most = part;
        this.leading = kind;
      }
      if (EVIDENCE[kind].alone * evidence > loudest) {
        loudest = EVIDENCE[kind].alone * evidence;
        alone = kind;
      }
    }
    if (alone === null || loudest <= this.evidence) return;
    this.evidence = loudest;
    this.leading = alone;
    this.parts.fill(0);
    this.parts[EVIDENCE_KINDS.indexOf(alone)] = loudest;
  }

  /** Takes the reading into every statistic. */
  learn(): void {
    const { odd, channels } = this;
    this.levels.add(this.value);
    this.extremes.add(this.value);
    if (this.readings === 0) return;
    this.context.learn(this.levelTarget, 0);
    channels.level.add(odd.level);
    channels.company.add(odd.company);
    if (!this.stepMeans) return;
    this.steps.add(this.change);
    this.volatility.learn(this.change);
    channels.step.add(odd.step);
    channels.course.add(odd.course);
    channels.volatility.add(odd.volatility);
  }

  /** Makes this reading the last one and sets the clock for the next. */
  advance(sinPhi: number, cosPhi: number): void {
    this.context.advance(sinPhi, cosPhi);
    if (Number.isNaN(this.value)) return;
    this.past[0]++;
    this.past[1] = this.value;
    this.past[2] = this.level;
    this.past[3] = 1;
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
    if (this.only === 'both' || kind === 'volatility') return true;
    const { odd, channels, value, expected, mean } = this;
    if (kind === 'company') return channels.company.smoothed(odd.company) > 0 === (this.only === 'above');
    const sudden = kind === 'step' || kind === 'course';
    return value > (sudden ? expected : mean) === (this.only === 'above');
  }
}
