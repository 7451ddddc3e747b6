/** A bucket of `burst` places that gains one in each `everyMs`. Time is that of a clock that is never set, ms. */
export class Bucket {
  private left: number;
  private lastAt = -Infinity;
  private readonly burst: number;
  private readonly everyMs: number;

  constructor(burst: number, everyMs: number) {
    this.left = this.burst = burst;
    this.everyMs = everyMs;
  }

  /** Takes a place; false where there is none. */
  take(at: number): boolean {
    this.fill(at);
    if (this.left < 1) return false;
    this.left--;
    return true;
  }

  /** Gives a place back. */
  give(): void {
    this.left = Math.min(this.burst, this.left + 1);
  }

  isFull(at: number): boolean {
    this.fill(at);
    return this.left >= this.burst;
  }

  private fill(at: number): void {
    this.left = Math.min(this.burst, this.left + (at - this.lastAt) / this.everyMs);
    this.lastAt = at;
  }
}
