/** Capacity in readings: eleven days at one reading a second, more than a broker queues for one series. */
const MAX_SAVED = 1_000_000;

/**
 * Rate limit of one series: one reading per millisecond, and a burst of a million readings after a pause. Times are whole
 * milliseconds, so a series that is faster for long gets times ahead of the clock, and takes CPU time from all other series.
 *
 * A token bucket (Turner, "New directions in communications", IEEE Communications Magazine 24, 1986). The time of arrival
 * refills it.
 */
export class Budget {
  private saved = MAX_SAVED;
  private at = -Infinity;

  /** Counts a reading that arrives at `now`, epoch ms; false when it exceeds the limit. */
  spend(now: number): boolean {
    // A clock that was set back refills nothing; the next refill counts from the new time.
    this.saved = Math.min(MAX_SAVED, this.saved + Math.max(0, now - this.at));
    this.at = now;
    if (this.saved < 1) return false;
    this.saved--;
    return true;
  }
}
