import { DAY_MS, HOUR_MS } from '../../math/time.ts';

/** Smaller differences come from slewing the clock, a late timer or high load. */
const MIN_JUMP_MS = 60_000;

/**
 * Detects jumps of the wall clock by comparison with a monotonic clock, which stops while the machine is suspended. A clock
 * set by NTP, a suspend and a stopped process look the same: the wall clock has advanced by time in which the service
 * received nothing. That time must not be counted as sensor silence.
 */
export class ClockJump {
  private wall = NaN;
  private monotonic = NaN;

  /**
   * The jump of the wall clock since the last call, ms: its advance minus the elapsed monotonic time, of which at most a
   * minute counts. Negative when the clock was set back; 0 for a jump of less than a minute, and at the first call. To be
   * called every few seconds, before anything is decided by the wall clock.
   */
  jumpMs(wallMs: number, monotonicMs: number): number {
    const elapsed = Math.min(monotonicMs - this.monotonic, MIN_JUMP_MS);
    const jump = wallMs - this.wall - elapsed;
    this.wall = wallMs;
    this.monotonic = monotonicMs;
    return Math.abs(jump) > MIN_JUMP_MS ? jump : 0;
  }
}

/** A jump in two units: "by 3 h 2 min", "back by 1 d". */
export function jumpInWords(jumpMs: number): string {
  const size = Math.abs(jumpMs);
  const parts =
    size >= DAY_MS
      ? [part(size, DAY_MS, 'd'), part(size % DAY_MS, HOUR_MS, 'h')]
      : size >= HOUR_MS
        ? [part(size, HOUR_MS, 'h'), part(size % HOUR_MS, 60_000, 'min')]
        : [part(size, 60_000, 'min'), part(size % 60_000, 1000, 's')];
  return `${jumpMs < 0 ? 'back by' : 'by'} ${parts.filter((text) => !text.startsWith('0 ')).join(' ')}`;
}

const part = (ms: number, unitMs: number, unit: string): string => `${Math.floor(ms / unitMs)} ${unit}`;
