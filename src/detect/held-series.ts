import { Memory, section, type Guest } from '../math/memory.ts';
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
 * The challenger is a second model of the series, without the tables below. It exists while the series is held: when a hold begins it is
 * made as a copy of the judge, the model that scores; then it learns each reading, and its own scores open no alarm. In the memory of the
 * stream it is a guest, with a section of its own.
 *
 * - The anomaly ends: the judge takes over the range, because its values did occur. All else that the challenger has learned is
 *   dropped: a fault is not normal. How often such an anomaly comes is counted in recurrence/.
 * - The hold has lasted for `hold_for` and the present readings are unusual, or the operator accepts: the judge takes over all of it. The
 *   mean shift keeps the earlier level as a mode (evidence/level/mean-shift.ts). Where only a long mean still contains the fault,
 *   the series behaves as before: then the anomaly is over.
 *
 * The tables of `duration` and `occupancy` have no copy, which would cost 17 KiB a series, because they span weeks and a hold is
 * shorter. In the second case their past gets less weight: they give evidence again after some days of the new behaviour.
 */
export class HeldSeries {
  private readonly memory: Memory;
  private readonly info: Pick<SeriesInfo, 'slug' | 'only'>;
  private readonly judge: SeriesModel;
  private readonly guest: Challenger;
  private readonly hold: Hold;
  private readonly noTarget = new Float64Array(BINS);
  private step: HoldStep = 'free';

  constructor(memory: Memory, info: Pick<SeriesInfo, 'slug' | 'only'>, judge: SeriesModel, options: HoldOptions) {
    this.memory = memory;
    this.info = info;
    this.judge = judge;
    this.guest = new Challenger(info.only);
    memory.lend(`${CHALLENGERS}.${info.slug}`, layoutOfChallengers(), this.guest);
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
    if (this.step === 'free') {
      this.guest.leave(); // a snapshot of an earlier build has the rest of the last hold
      return;
    }
    this.challenger.span = span;
    this.challenger.observe(x, at, clock, this.noTarget, 0);
  }

  /**
   * Whether the judge may learn from the reading, which has this score. `mostMs`: the longest time since the reading before that
   * counts as held.
   */
  admits(at: number, score: number, mostMs: number): boolean {
    const { evidence } = this.judge;
    this.step = this.hold.step(at, score, mostMs, Math.min(score, evidence.scoreOfNow));
    if (this.step === 'expired') this.step = this.hold.expire(Math.min(score, evidence.scoreOfPresent));
    if (this.step === 'begun') {
      this.guest.open().copy(this.memory, (name) => this.info.slug + name);
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
   * Sets the clock for the next reading, after the judge's. Returns whether the judge has taken over another level: then the
   * regression of the group is no longer valid for the series.
   */
  advance(season: Season): boolean {
    const { step } = this;
    if (step === 'free') return false;
    this.challenger.advance(season);
    if (step === 'over') this.copyToJudge((name) => name.endsWith(RANGE));
    if (step === 'expired') this.takeOver(this.judge.at);
    if (step === 'over' || step === 'expired') this.guest.leave();
    return step === 'expired';
  }

  /** After a fault or a silence there is no step from the last value. */
  restart(): void {
    this.guest.model?.restart();
  }

  /** The present state of the series is the normal one from now on. `at`: time of the last sample, epoch ms. */
  accept(at: number): void {
    if (this.hold.held) this.takeOver(at);
    else this.judge.remember(this.judge.mode, at);
    this.hold.end();
    this.judge.accept();
  }

  private get challenger(): SeriesModel {
    this.guest.open();
    return this.guest.model!;
  }

  private takeOver(at: number): void {
    const before = this.judge.mode;
    this.guest.open();
    this.copyToJudge(() => true);
    this.judge.remember(before, at);
    this.judge.renew();
  }

  /** Copies the pieces of the challenger that `chosen` names to the judge. */
  private copyToJudge(chosen: (name: string) => boolean): void {
    const { slug } = this.info;
    const own = `${slug}.`;
    const nameThere = (name: string): string => (name.startsWith(own) && chosen(name) ? name.slice(slug.length) : '');
    this.memory.copy(this.guest.memory!, nameThere);
  }
}

/** The challenger of a series, as a guest of the memory of its stream. Its pieces have the names of the judge's without the slug. */
class Challenger implements Guest {
  memory: Memory | null = null;
  model: SeriesModel | null = null;
  private readonly only: SeriesInfo['only'];

  constructor(only: SeriesInfo['only']) {
    this.only = only;
  }

  open(): Memory {
    if (this.memory !== null) return this.memory;
    this.memory = new Memory();
    this.model = new SeriesModel(this.memory, { slug: '', only: this.only }, { hold: true, challenger: true });
    return this.memory;
  }

  leave(): void {
    this.memory = this.model = null;
  }
}

/** The layout is the same for all series: one that is never used shows it. */
let layout: Memory | null = null;
const layoutOfChallengers = (): Memory => (layout ??= new Challenger('both').open());
