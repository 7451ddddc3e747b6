import type { Pieces } from '../../../math/memory.ts';
import { Moments } from '../../../math/moments.ts';
import { Modes, type EarlierMode, type Mode } from './modes.ts';
import { Tail } from '../rarity/tail.ts';
import { CONSTANTS } from '../../constants.ts';
import { DAY_MS } from '../../../math/time.ts';

/** Readings in the recent mean. */
export const { RECENT_SPAN: SHORT_SPAN } = CONSTANTS;
const {
  LONG_MEMORY_MS,
  MIN_SPAN,
  WINSOR,
  SURE_AFTER: READY_AFTER,
  RARE,
  MIN_SHARE,
  ALIKE_DEVIATIONS: NEAR,
  RECURS,
} = CONSTANTS;
/** A larger |z| counts as this, in the last bin of its histogram. */
const MAX_ABS_Z = 16.9;
/** Limit of |z|: a reading so far out would be cut, a mean that is so far out has shifted. */
const Z_LIMIT = WINSOR;
/** Share of the limit of |z| from which an earlier mode is looked for. */
const LEFT_FROM = 1 - MIN_SHARE;
/** A reading is not cut before so many, because their spread is not reliable yet. */
const WINSOR_AFTER = READY_AFTER / 2;

/** Days in the long memory. */
const DAYS = LONG_MEMORY_MS / DAY_MS;

// Slots of the memory.
const RECENT = 0;
const VARIANCE = 1;
const COUNT = 2;
const RETURNED_AT = 3; // to a mode, epoch ms; NaN where it is not in one that was known before
const LEFT_AT = 4; // when that mode was left before
const AWAY = 5; // readings near the reference until a suspected shift is over
const SHIFTS = 6; // suspected shifts in the last day, fading
const SINCE = 7; // since when the present mode is known, epoch ms
const TIMES = 8; // how many times the series has come to it

/** A mode to which the series has come back. Times in epoch ms. */
export interface KnownMode extends Mode {
  readonly returnedAt: number;
  /** When it had left it before; NaN where that is not known. */
  readonly leftAt: number;
}

/**
 * EWMA control chart (Roberts 1959): has the mean shifted?
 *
 *   z = (EW12(x) - m) / s,   s^2 = mean square of EW12(x) - m in the past
 *   score = min(|z| / 6, rarity of |z| / 4)
 *
 * with m the mean of the last week, and of at least 2,000 readings, exponentially weighted. S. W. Roberts, "Control chart tests based on
 * geometric moving averages", Technometrics 1 (1959). Roberts derives s from the variance of x, for independent x. Here s is the measured
 * deviation of EW12(x), so a series with slow fluctuations has a large s and gives no alarm. On a test rig it finds, after twelve readings,
 * a flow that stays 3 deviations low, and not a temperature that rises slowly by 7.
 *
 * A lasting fault does not become the reference while it is held (held-series.ts). Before the alarm a `guarded` mean does not learn either
 * while |z| is above three quarters of its limit. It does learn after three shifts within a day: otherwise a motor that runs for half an
 * hour every three hours would never become usual. A shift is over when the mean has been back for 100 readings or four hours (half of a
 * third of a day), whichever is less, so the phases of one wash are one shift. If |z| is so large and the recent mean is that of an earlier
 * mode (modes.ts), this mode becomes the reference at once.
 *
 * Memory (9): EW12(x), s^2, number of readings, the last return to a mode (2), suspected shifts (2), the present mode (2); moments of the
 * reference; histogram of |z|; modes.
 */
export class MeanShift {
  /** Difference of the recent mean from the reference in units of s, signed; of the last `score`. */
  z = 0;
  private readonly s: Float64Array;
  private readonly reference: Moments;
  private readonly tail: Tail;
  private readonly modes: Modes;
  private readonly guarded: boolean;
  private recent = 0; // EW12 with the reading of the last `score`
  private returned = -1; // the mode to which that reading returned

  /** `guarded`: whether a mean that seems to shift is not learned, before it is an alarm. */
  constructor(memory: Pieces, guarded = false) {
    this.guarded = guarded;
    this.s = memory.take('mean_shift', 9);
    this.s.fill(NaN, RETURNED_AT, LEFT_AT + 1);
    this.reference = new Moments(memory, 'mean_shift.reference', Infinity, WINSOR);
    this.tail = new Tail(memory, 'mean_shift');
    this.modes = new Modes(memory, 'mean_shift.modes');
  }

  /** The mean m that counts as normal, in the unit of the series. */
  get mean(): number {
    return this.reference.mean;
  }

  /** Deviation s of recent means from the reference, in the unit of the series. */
  get spread(): number {
    return Math.sqrt(this.s[VARIANCE]);
  }

  /** Score of the shift after a reading x: above 1 it is an alarm. Changes nothing. */
  score(x: number): number {
    const { s, reference, modes } = this;
    const n = s[COUNT] + 1;
    const reach = Math.max(WINSOR * reference.deviation, modes.furthest(reference.mean));
    const d =
      n > WINSOR_AFTER && reach > 0 ? Math.max(-reach, Math.min(reach, x - reference.mean)) : x - reference.mean;
    this.recent = s[RECENT] + Math.max(1 / n, 1 / SHORT_SPAN) * (reference.mean + d - s[RECENT]);
    this.returned = -1;
    this.z = n > READY_AFTER ? deviations(this.recent - reference.mean, this.spread) : 0;
    if (Math.abs(this.z) > LEFT_FROM * Z_LIMIT) this.lookForMode();
    if (this.z === 0) return 0;
    return Math.min(Math.abs(this.z) / Z_LIMIT, this.tail.rarity(Math.abs(this.z)) / RARE);
  }

  /**
   * Adds x, the reading of the last `score` at time `at`, to the recent mean and, if it `teaches`, to the reference of `span` readings.
   */
  learn(x: number, span = MIN_SPAN, teaches = true, at = NaN): void {
    const { s, reference, modes, returned } = this;
    s[RECENT] = this.recent;
    s[COUNT]++;
    if (s[TIMES] === 0) this.enter(at, 1);
    if (returned >= 0) {
      const { mean, spread, since, times, leftAt } = modes.at(returned);
      s[RETURNED_AT] = at;
      s[LEFT_AT] = leftAt;
      modes.keep(this.mode, at, returned);
      reference.moveTo(mean);
      s[VARIANCE] = spread * spread;
      this.enter(since, times + 1);
    }
    this.followShifts(span);
    const suspect = this.guarded && Math.abs(this.z) > LEFT_FROM * Z_LIMIT && s[COUNT] > 2 * READY_AFTER;
    if (!teaches || (suspect && s[SHIFTS] < RECURS - 0.5)) return;
    if (s[COUNT] >= SHORT_SPAN) {
      const d = s[RECENT] - reference.mean;
      s[VARIANCE] += Math.max(1 / (s[COUNT] - SHORT_SPAN + 1), 1 / span) * (d * d - s[VARIANCE]);
      if (s[COUNT] > READY_AFTER) this.tail.add(Math.abs(this.z), span);
    }
    reference.span = span;
    reference.add(x);
  }

  /** The recent mean is normal from now on. */
  accept(): void {
    this.reference.moveTo(this.s[RECENT]);
  }

  /** The mode that is the reference. */
  get mode(): Mode {
    return { mean: this.mean, spread: this.spread, since: this.s[SINCE], times: this.s[TIMES] };
  }

  /** The others that are known. */
  get earlierModes(): readonly EarlierMode[] {
    return this.modes.list();
  }

  /** When the series returned to the mode that is the reference, epoch ms; NaN where it did not. */
  get returnedAt(): number {
    return this.s[RETURNED_AT];
  }

  /** The mode that is the reference, with the last return to it; null where the series has not returned to it. */
  get knownMode(): KnownMode | null {
    const { s, mode } = this;
    return Number.isNaN(s[RETURNED_AT]) ? null : { ...mode, returnedAt: s[RETURNED_AT], leftAt: s[LEFT_AT] };
  }

  /** The mean of the mode that it left when it returned; NaN where that is not known any more. */
  get returnedFrom(): number {
    return this.modes.list().find(({ leftAt }) => leftAt === this.s[RETURNED_AT])?.mean ?? NaN;
  }

  /** Keeps an earlier mode, left at `at`: the present one is known from then on. Before the first reading there is none. */
  remember(mode: Mode, at = NaN): void {
    if (this.s[COUNT] === 0) return;
    this.s[RETURNED_AT] = NaN;
    this.modes.keep(mode, at);
    this.enter(at, 1);
  }

  /** A new mode may begin with the reading x: both means are measured anew, from it on. The spread stays until it is known. */
  begin(x: number): void {
    this.s[RECENT] = x;
    this.reference.restart(x);
  }

  private enter(since: number, times: number): void {
    this.s[SINCE] = since;
    this.s[TIMES] = times;
  }

  /** Counts the times that the mean seemed to shift and came back to stay, fading within a day; `span` readings are a week. */
  private followShifts(span: number): void {
    const { s } = this;
    const z = Math.abs(this.z);
    s[SHIFTS] *= 1 - DAYS / span;
    if (z > LEFT_FROM * Z_LIMIT) {
      if (s[AWAY] === 0) s[SHIFTS]++;
      s[AWAY] = Math.min(READY_AFTER, Math.floor(span / (2 * RECURS * DAYS)));
    } else if (z <= NEAR) s[AWAY] = Math.max(0, s[AWAY] - 1);
  }

  /** The recent mean may be that of an earlier mode: then it has not shifted. */
  private lookForMode(): void {
    const k = (this.returned = this.modes.find(this.recent));
    if (k >= 0) this.z = deviations(this.recent - this.modes.mean(k), this.modes.spread(k));
  }
}

const deviations = (d: number, spread: number): number =>
  spread > 0 ? Math.max(-MAX_ABS_Z, Math.min(MAX_ABS_Z, d / spread)) : 0;
