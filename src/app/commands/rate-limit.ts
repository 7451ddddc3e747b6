/** A bucket of `burst` tokens that gains one in each `everyMs`: so many at once, then one at a time. */
export class RateLimit {
  private tokens: number;
  private readonly burst: number;
  private readonly everyMs: number;
  private lastAt = NaN;

  constructor(burst: number, everyMs: number) {
    this.tokens = this.burst = burst;
    this.everyMs = everyMs;
  }

  /** Whether one more is admitted at `at`, ms. A clock that was set back gives no tokens. */
  admits(at: number): boolean {
    const elapsed = Math.max(0, at - this.lastAt) || 0;
    this.lastAt = at;
    this.tokens = Math.min(this.burst, this.tokens + elapsed / this.everyMs);
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
