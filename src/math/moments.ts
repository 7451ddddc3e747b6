import type { Memory } from './memory.ts';

/** Values are not cut before this number of values, because their spread is not reliable yet. */
const WINSOR_AFTER = 50;

/**
 * Running mean and variance with a fading memory: the n-th value weighs max(1/n, 1/span).
 *
 *   m_n = m_{n-1} + a d,   v_n = (1 - a)(v_{n-1} + a d^2),   d = x_n - m_{n-1},   a = max(1/n, 1/span)
 *
 * With a = 1/n this is Welford's recurrence (Technometrics 4, 1962) for mean and population variance.
 * After 50 values d is cut at `winsor` standard deviations, so that one extreme value cannot distort the variance.
 */
export class Moments {
  private readonly s: Float64Array; // n, mean, variance
  /** Readings in the memory; it may change with the interval of the readings. */
  span: number;
  private readonly winsor: number;

  constructor(memory: Pick<Memory, 'take'>, name: string, span: number, winsor = Infinity) {
    this.s = memory.take(name, 3);
    this.span = span;
    this.winsor = winsor;
  }

  get count(): number {
    return this.s[0];
  }

  get mean(): number {
    return this.s[1];
  }

  /** Standard deviation. */
  get deviation(): number {
    return Math.sqrt(this.s[2]);
  }

  /** Distance of x from the mean in standard deviations; 0 before there are 20 values or while all were equal. */
  z(x: number): number {
    const sd = this.deviation;
    return this.count < 20 || sd === 0 ? 0 : (x - this.mean) / sd;
  }

  /** Forgets everything. */
  reset(): void {
    this.s.fill(0);
  }

  /** Begins to measure anew, with m as the first value; the spread so far fades as the new one is measured. */
  restart(m: number): void {
    this.s[0] = 1;
    this.s[1] = m;
  }

  /** Makes m the mean; the spread around it stays. */
  moveTo(m: number): void {
    this.s[1] = m;
  }

  add(x: number): void {
    const { s } = this;
    const n = ++s[0];
    const a = Math.max(1 / n, 1 / this.span);
    // Its square must stay finite: with an infinite variance every later value would be normal, permanently.
    let d = Math.max(-1e150, Math.min(1e150, x - s[1]));
    if (n > WINSOR_AFTER) {
      const limit = this.winsor * this.deviation;
      // After constant values the limit is 0: then the first change must count, or the variance would stay 0 permanently.
      if (limit > 0) d = Math.max(-limit, Math.min(limit, d));
    }
    s[1] += a * d;
    s[2] = (1 - a) * (s[2] + a * d * d);
  }
}
