/** What is saved up at most: eleven days of a reading a second, more than the queue of a broker ever holds of one series. */
const MOST = 1_000_000;

/**
 * How fast one series may speak: a reading a millisecond, and a million at once after a pause. Times are whole milliseconds,
 * so that more of it for long runs away from the clock, and takes the processor from all others.
 *
 * A token bucket (Turner, "New directions in communications", IEEE Communications Magazine 24, 1986), filled by the time of
 * arrival.
 */
export class Budget {
  private left = MOST;
  private at = -Infinity;

  /** Takes note of a reading that arrives at `now`, epoch ms; false when it is too much. */
  spend(now: number): boolean {
    // A clock that was set back has saved nothing, and is counted from where it is.
    this.left = Math.min(MOST, this.left + Math.max(0, now - this.at));
    this.at = now;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
