import { cube, square } from '../../math/elementary.ts';
import type { Pieces } from '../../math/memory.ts';
import { Moments } from '../../math/moments.ts';
import { DAY_MS } from '../../math/time.ts';

/** A block lasts at least a day, so that the time of day cancels, and has at least this many readings. */
const MIN_BLOCK_READINGS = 24;
/** Blocks of the first reference, and of the recent mean that is compared with it: a week. */
const WINDOW_BLOCKS = 7;
/** Blocks that agree with the reference are added to it until it has this many; then it is frozen. */
const MAX_REFERENCE_BLOCKS = 28;
/** A reading counts as at most this many deviations from the mean: a spike is not a drift. */
const WINSOR = 10;
/** Largest limit, in deviations of the readings, for a series however unsteady. */
const MAX_LIMIT = 8;
/** Quantile of the normal distribution for one false drift in a million blocks. */
const Z = 4.9;

// Slots of the memory.
const SINCE = 0; // of the present block
const COUNT = 1;
const MEAN = 2;
const BLOCKS = 3; // in the reference
const CENTRE = 4; // mean of its block means
const SPREAD = 5; // sum of their squared deviations
const TURNS = 6; // sum of the squared differences from one to the next
const LAST = 7;
const RECENT = 8; // how many block means are kept
const SCORE = 9;
const RING = 10; // means of the last blocks, then when each began
const BEGAN = RING + WINDOW_BLOCKS;

/** Quantile of Student's t for that of the normal distribution: E. A. Cornish, R. A. Fisher (1938), four terms. */
const student = (z: number, freedom: number): number => {
  const z2 = z * z;
  const a = z * (z2 + 1);
  const b = z * ((5 * z2 + 16) * z2 + 3);
  const c = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15);
  return z + a / (4 * freedom) + b / (96 * square(freedom)) + c / (384 * cube(freedom));
};

/**
 * Has the mean changed since the training period? The other statistics learn from every reading, so they adapt to a change that
 * is slow enough. This test compares the mean of the last seven blocks of a day with that of the first blocks, which is frozen:
 *
 *   score = |recent - reference| / limit
 *   limit = t s sqrt(min(1, f/m) + min(1, f/n)),   s² = S / (n - 1),   f = (1 + r) / (1 - r),
 *   r     = q + (1 + 4 q) / n from 0 to 0.9,       q = 1 - T / (2 S)
 *
 * with m blocks in the recent mean and n in the reference, S the sum of squared deviations of the reference's block means, T the
 * sum of squared differences between neighbours, so that r is their autocorrelation (J. von Neumann, Ann. Math. Statist. 12,
 * 1941; its bias after M. G. Kendall, Biometrika 41, 1954), and t Student's quantile for n - 1 degrees of freedom and one false
 * drift in a million blocks. So a daily season cancels; a weekly one and slow fluctuations widen the limit, up to 8 deviations of
 * the readings.
 *
 * A series without readings for days has longer blocks. While all readings are equal there is no scale and no reference.
 * Memory: see the slots. Cost: a few additions per reading.
 */
export class DriftTest {
  private readonly s: Float64Array;
  private readonly readings: Moments; // until the reference is full

  constructor(memory: Pieces) {
    this.s = memory.take('drift_test', BEGAN + WINDOW_BLOCKS);
    this.readings = new Moments(memory, 'drift_test.readings', Infinity, WINSOR);
  }

  /** Above 1 the series has drifted; 0 until there are a reference and a recent block. Changes once a block. */
  get score(): number {
    return this.s[SCORE];
  }

  /** Mean of the training period, in the unit of the series; NaN until there is a reference. */
  get referenceMean(): number {
    return this.s[BLOCKS] < WINDOW_BLOCKS ? NaN : this.s[CENTRE];
  }

  /** Mean of the last blocks, up to seven, in the unit of the series; NaN before the first. */
  get recentMean(): number {
    const { s } = this;
    let sum = 0;
    for (let k = 0; k < s[RECENT]; k++) sum += s[RING + k];
    return sum / s[RECENT];
  }

  /** Largest difference of `recentMean` and `referenceMean` that is no drift, in the unit of the series. */
  get limit(): number {
    const { s } = this;
    const n = s[BLOCKS];
    const found = 1 - s[TURNS] / (2 * s[SPREAD]);
    const r = Math.max(0, Math.min(0.9, found + (1 + 4 * found) / n));
    const f = (1 + r) / (1 - r);
    const spread = Math.sqrt(s[SPREAD] / (n - 1));
    const limit = student(Z, n - 1) * spread * Math.sqrt(Math.min(1, f / s[RECENT]) + Math.min(1, f / n));
    return Math.min(limit, MAX_LIMIT * this.readings.deviation);
  }

  /** Standard deviation of the readings of the training period. */
  get deviation(): number {
    return this.readings.deviation;
  }

  /** When the first block of `recentMean` began, epoch ms. */
  get recentFrom(): number {
    return this.s[BEGAN + this.s[RECENT] - 1];
  }

  /**
   * When the drift began, epoch ms: the beginning of block k of the recent ones, of which the last k together deviate most. So a
   * block that agrees with the reference is not dated into the drift:
   *
   *   k = argmax over k of the sum of |m_i - reference| - |recent - reference| / 2 over the last k blocks i
   *
   * with the distances counted in the direction of the drift: the change point of a CUSUM (E. S. Page, Biometrika 42, 1955).
   */
  get since(): number {
    const { s } = this;
    const shift = this.recentMean - s[CENTRE];
    let k = 0;
    let sum = 0;
    let most = -Infinity;
    for (let i = 0; i < s[RECENT]; i++) {
      sum += Math.sign(shift) * (s[RING + i] - s[CENTRE]) - Math.abs(shift) / 2;
      if (sum <= most) continue;
      most = sum;
      k = i;
    }
    return s[BEGAN + k];
  }

  /**
   * Adds the reading x with its time, epoch ms. Returns true when a block has ended and the score may have changed. While `frozen`
   * the reference does not change; the recent mean does.
   */
  update(at: number, x: number, frozen = false): boolean {
    const { s, readings } = this;
    const over = s[COUNT] >= MIN_BLOCK_READINGS && at - s[SINCE] >= DAY_MS;
    if (over) this.endBlock(frozen);
    if (s[COUNT] === 0) s[SINCE] = at;
    if (s[BLOCKS] < MAX_REFERENCE_BLOCKS && !frozen) readings.add(x);
    const reach = readings.count > 50 && readings.deviation > 0 ? WINSOR * readings.deviation : Infinity;
    const winsorised = Math.max(readings.mean - reach, Math.min(readings.mean + reach, x));
    s[MEAN] += (winsorised - s[MEAN]) / ++s[COUNT];
    return over;
  }

  /** Restarts the training period with the next reading: the present state is normal from now on. */
  accept(): void {
    this.s.fill(0);
    this.readings.reset();
  }

  private endBlock(frozen: boolean): void {
    const { s } = this;
    const mean = s[MEAN];
    s[COUNT] = s[MEAN] = 0;
    if (s[BLOCKS] < WINDOW_BLOCKS) {
      if (!frozen) this.addToReference(mean);
      // A week of equal days has no scale.
      if (s[BLOCKS] === WINDOW_BLOCKS && s[SPREAD] === 0) s[BLOCKS] = 0;
      return;
    }
    s.copyWithin(RING + 1, RING, RING + WINDOW_BLOCKS - 1);
    s[RING] = mean;
    s.copyWithin(BEGAN + 1, BEGAN, BEGAN + WINDOW_BLOCKS - 1);
    s[BEGAN] = s[SINCE];
    s[RECENT] = Math.min(WINDOW_BLOCKS, s[RECENT] + 1);
    s[SCORE] = Math.abs(this.recentMean - s[CENTRE]) / this.limit;
    // A first block at another level changes the mean of seven little, but would widen the limit for good.
    const usual = s[SCORE] < 0.5 && Math.abs(mean - s[CENTRE]) <= this.limit;
    if (s[BLOCKS] < MAX_REFERENCE_BLOCKS && usual && !frozen) this.addToReference(mean);
  }

  /** Adds a block's mean to the reference, by the recurrence of B. P. Welford (1962). */
  private addToReference(mean: number): void {
    const { s } = this;
    if (s[BLOCKS] > 0) s[TURNS] += square(mean - s[LAST]);
    else s[CENTRE] = s[SPREAD] = s[TURNS] = 0;
    const d = mean - s[CENTRE];
    s[CENTRE] += d / ++s[BLOCKS];
    s[SPREAD] += d * (mean - s[CENTRE]);
    s[LAST] = mean;
  }
}
