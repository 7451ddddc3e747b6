import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../math/time.ts';
import type { Log } from '../../log.ts';

const SECOND_MS = 1_000;
/** Interval of the line "still trying to connect". */
const REPORT_MS = 10 * MINUTE_MS;

export interface OutageClocks {
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic ms, from any origin: durations must not change when the system clock is set. */
  readonly uptime: () => number;
  /** IANA name for times in messages; null: UTC. */
  readonly timeZone: string | null;
}

const UNITS = [
  [DAY_MS, 'days'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
] as const;

/** 90 s, 3 min, 47 h, 2 days: the largest unit of which there are two or more. */
const duration = (ms: number): string => {
  const [size, unit] = UNITS.find(([each]) => ms >= 2 * each) ?? [SECOND_MS, 's'];
  return `${Math.floor(ms / size)} ${unit}`;
};

const counted = (attempts: number): string => `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;

/** 14:02 UTC; with the date when that was more than a day ago. */
const clockTime = (at: number, agoMs: number, timeZone = 'UTC'): string => {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const;
  const text = new Intl.DateTimeFormat('en-GB', { timeZone, ...time }).format(at);
  if (agoMs < DAY_MS) return text;
  // Sweden writes dates as ISO 8601 does.
  return `${new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)} ${text}`;
};

/**
 * Log lines for the time without a broker: one every ten minutes, and one when the connection is back. It has no timer:
 * a failed attempt, at least one a minute, triggers the line.
 */
export class OutageLog {
  readonly #clocks: OutageClocks;
  readonly #log: Log;
  /** Attempts since the last connection. */
  #attempts = 0;
  /** Both in uptime; NaN: no outage. */
  #startedAt = NaN;
  #reportedAt = NaN;
  #everConnected = false;

  constructor(clocks: OutageClocks, log: Log) {
    this.#clocks = clocks;
    this.#log = log;
  }

  /** A connection attempt starts. */
  attempt(): void {
    this.#attempts++;
  }

  /** The connection was lost, or an attempt failed. */
  failed(): void {
    const uptime = this.#clocks.uptime();
    if (Number.isNaN(this.#startedAt)) {
      this.#startedAt = this.#reportedAt = uptime;
      return;
    }
    if (uptime - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = uptime;
    const attempts = this.#attempts;
    const agoMs = uptime - this.#startedAt;
    // Counted back from now: the clock may have been set since, as at the start of a machine without a battery clock.
    const since = this.#clocks.now() - agoMs;
    const text = clockTime(since, agoMs, this.#clocks.timeZone ?? undefined);
    const fields = { attempts, since: new Date(since).toISOString() };
    this.#log('info', fields, `still trying to connect: ${counted(attempts)} since ${text}`);
  }

  connected(): void {
    const attempts = this.#attempts;
    const outageMs = this.#clocks.uptime() - this.#startedAt;
    if (!Number.isNaN(outageMs)) {
      const what = this.#everConnected ? 'connection restored' : 'first connection made';
      this.#log(
        'info',
        { attempts, outageMs: Math.round(outageMs) },
        `${what} after ${duration(outageMs)}, ${counted(attempts)}`,
      );
    }
    this.#attempts = 0;
    this.#startedAt = this.#reportedAt = NaN;
    this.#everConnected = true;
  }
}
