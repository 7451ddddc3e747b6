import { section, type Memory } from '../math/memory.ts';
import { BINS } from '../math/bins.ts';
import { Hold, type HoldOptions, type HoldStep } from './evidence/hold.ts';
import type { Clock, Season } from './forecast/season.ts';
import type { SeriesInfo } from './reading.ts';
import { SeriesModel } from './series-model.ts';

/** Prefix of the challengers' pieces of memory. No slug begins with a capital. */
const CHALLENGERS = 'Challenger';
/** What the judge takes over when an anomaly is over: the range, because the values outside of it did occur. */
const RANGE = '.extremes';

/**
 * A series that learns nothing while it is anomalous, so that a lasting fault stays an alarm, and a challenger that meanwhile
 * learns everything.
 *
 * The challenger is a second model of the series, without the tables below, in a section of its own in the memory. When a hold
 * begins it is a copy of the judge, the model that scores; then it learns each reading, and its own scores decide nothing.
 *
 * - The anomaly ends: the judge takes over the range, because its values did occur. All else that the challenger has learned is
 *   dropped: a fault is not normal. How often such an anomaly comes is counted in recurrence/.
 * - The hold has lasted for `hold_for`, or the operator accepts: the judge takes over all of it. The mean shift keeps the earlier
 *   level as one that it knows (evidence/mean-shift.ts).
 *
 * The tables of `duration` and `occupancy` have no copy, which would cost 17 KiB a series, because they are of weeks and a hold is
 * shorter. In the second case their past counts less: they judge again when they have seen some days of the new life.
 */
export class HeldSeries {
  private readonly memory: Memory;
  private readonly own: string;
  private readonly judge: SeriesModel;
  private readonly challenger: SeriesModel;
  private readonly hold: Hold;
  private readonly noTarget = new Float64Array(BINS);
  private step: HoldStep = 'free';

  constructor(memory: Memory, info: Pick<SeriesInfo, 'slug' | 'only'>, judge: SeriesModel, options: HoldOptions) {
    this.memory = memory;
    this.own = `${info.slug}.`;
    this.judge = judge;
    this.challenger = new SeriesModel(section(memory, CHALLENGERS), info, { hold: true, challenger: true });
    this.hold = new Hold(section(memory, info.slug), options);
  }

  /** Whether the series is held, so that only the challenger learns. */
  get held(): boolean {
    return this.hold.held;
  }

  /** How long the hold goes on if the series does not become calm, ms: 0 where it is not held. */
  get leftMs(): number {
    return this.hold.leftMs;
  }

  /** Gives the challenger the reading x as `SeriesModel.observe` does; `span`: readings in the long memory. */
  observe(x: number, at: number, clock: Clock, span: number): void {
    this.step = this.hold.held ? 'held' : 'free';
    if (this.step === 'free') return;
    this.challenger.span = span;
    this.challenger.observe(x, at, clock, this.noTarget, 0);
  }

  /**
   * Whether the judge may learn from the reading, which has this score. `mostMs`: the longest time since the reading before that
   * counts as held.
   */
  admits(at: number, score: number, mostMs: number): boolean {
    this.step = this.hold.step(at, score, mostMs, Math.min(score, this.judge.evidence.scoreOfNow));
    if (this.step === 'begun') {
      this.copy('', CHALLENGERS);
      this.challenger.begin(this.judge.value);
      this.observe(this.judge.value, this.judge.at, this.judge, this.judge.span);
    }
    return this.step === 'free';
  }

  /** The challenger scores the reading as `SeriesModel.score` does, and learns from it if it `teaches`. */
  learn(
    p: Float64Array | null,
    offset: number,
    residual: number,
    fitted: number,
    scale: number,
    teaches: boolean,
  ): void {
    if (this.step === 'free') return;
    this.challenger.score(p, offset, residual, fitted, scale);
    this.challenger.learn(teaches);
  }

  /**
   * Sets the clock for the next reading, after the judge's. Returns whether the judge has taken over another level: then what the
   * group has learned about the series is no longer right.
   */
  advance(season: Season): boolean {
    const { step, challenger } = this;
    if (step === 'free') return false;
    challenger.advance(season);
    if (step === 'over') this.copy(CHALLENGERS, '', (name) => name.endsWith(RANGE));
    if (step === 'expired') this.takeOver();
    return step === 'expired';
  }

  /** After a fault or a silence there is no step from the last value. */
  restart(): void {
    this.challenger.restart();
  }

  /** The present state of the series is the normal one from now on. */
  accept(): void {
    if (this.hold.held) this.takeOver();
    else this.judge.remember(this.judge.mode);
    this.hold.end();
    this.judge.accept();
  }

  private takeOver(): void {
    const before = this.judge.mode;
    this.copy(CHALLENGERS, '');
    this.judge.remember(before);
    this.judge.renew();
  }

  /** Copies the pieces of a model to those of the other. */
  private copy(from: string, to: string, chosen?: (name: string) => boolean): void {
    const prefix = (model: string): string => (model === '' ? this.own : `${model}.${this.own}`);
    this.memory.copy(prefix(from), prefix(to), chosen);
  }
}
