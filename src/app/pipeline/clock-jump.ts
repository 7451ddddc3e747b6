/** Less is a clock that is being slewed, a late timer, or a busy moment. */
const MIN_JUMP_MS = 60_000;

/**
 * Did the wall clock leap? It is held against a monotonic clock, which stands while the machine sleeps. So NTP that sets the
 * clock, a suspend and a stopped process are one thing: time passed, or is said to have passed, in which nobody listened. The
 * silence of that time is ours, and not the sensors'.
 */
export class ClockJump {
  private wall = NaN;
  private monotonic = NaN;

  /**
   * By how many ms the wall clock has moved since the last call beyond the time that we lived through, of which a minute
   * counts at most: below 0 when it was set back. 0 for less than a minute, and at first. Call it before anything is judged by
   * the wall clock, every few seconds.
   */
  jumpMs(wallMs: number, monotonicMs: number): number {
    const lived = Math.min(monotonicMs - this.monotonic, MIN_JUMP_MS);
    const leap = wallMs - this.wall - lived;
    this.wall = wallMs;
    this.monotonic = monotonicMs;
    return Math.abs(leap) > MIN_JUMP_MS ? leap : 0;
  }
}
