import type { Memory } from '../math/memory.ts';
import type { Reading, SeriesInfo } from './reading.ts';

export interface SensorWatchOptions {
  /** Silence that is a fault: a duration, or learned from the sensor's own intervals, or never. */
  readonly silentAfterMs: number | 'auto' | 'never';
  /** Equal readings in a row that are a fault: a number, or learned, or never. */
  readonly stuckAfter: number | 'auto' | 'never';
}

export type SensorFault = 'silent' | 'stuck' | 'range';

/** Intervals and runs tell a habit only after this many. */
const HABIT_AFTER = 50;
const SHORTEST_SILENCE_MS = 60_000;
const SHORTEST_RUN = 30;
/** Usual intervals after which a step no longer compares like with like, and without news a sensor may be dead. */
const INTERRUPTION = 10;

// Slots of the watch's memory.
const READINGS = 0;
const AT = 1; // event time of the last reading
const INTERVAL = 2; // usual distance of event times
const HEARD_AT = 3; // arrival of the last reading
const GAP = 4; // usual distance of arrivals
const LONGEST_GAP = 5;
const VALUE = 6;
const RUN = 7;
const LONGEST_RUN = 8;
const CHANGES = 9;
const LEARNING = 10;
const SLOTS = 11;

/**
 * Watches the sensor itself, before any score: is it heard, does it move, does it say what is possible?
 *
 * What counts as long is learned per series: a silence beyond ten usual intervals and twice the longest gap so far,
 * a run of equal readings beyond four times the longest so far. A fault that ends raises the longest to half of what
 * it was: once is a fault, twice is a habit, so a solar inverter's nights are reported once.
 */
export class SensorWatch {
  private readonly s: Float64Array;
  private readonly range: SeriesInfo['range'];
  private readonly options: SensorWatchOptions;

  constructor(memory: Pick<Memory, 'take'>, range: SeriesInfo['range'], options: SensorWatchOptions) {
    this.s = memory.take('watch', SLOTS);
    this.range = range;
    this.options = options;
  }

  /** Equal readings so far. */
  get run(): number {
    return this.s[RUN];
  }

  /** Usual interval between readings, in their own time, ms. */
  get intervalMs(): number {
    return this.s[INTERVAL];
  }

  /** Usual distance between arrivals, ms. */
  get gapMs(): number {
    return this.s[GAP];
  }

  /** Event time of the last reading, -Infinity before the first. */
  get lastAt(): number {
    return this.s[READINGS] === 0 ? -Infinity : this.s[AT];
  }

  /** Whether so much time lies between the last reading and one at `at` that they have little to do with each other. */
  interrupted(at: number): boolean {
    return this.s[READINGS] >= HABIT_AFTER && at - this.s[AT] > INTERRUPTION * this.s[INTERVAL];
  }

  /** When the series was last heard, in the time of arrival. */
  get heardAt(): number {
    return this.s[HEARD_AT];
  }

  /** How far outside the valid range a value lies: 0 inside, above 1 outside, growing with the distance. */
  rangeScore(value: number): number {
    if (this.range === null) return 0;
    const [min, max] = this.range;
    const beyond = Math.max(min - value, value - max);
    return beyond > 0 ? 1 + Math.min(9, beyond / (max - min)) : 0;
  }

  /** Takes note of a reading. `learning`: habits are still forming, nothing is a fault yet. */
  hear({ at, value, receivedAt }: Reading, learning: boolean): void {
    const { s } = this;
    if (s[READINGS] > 0) {
      const gap = Math.max(0, receivedAt - s[HEARD_AT]);
      const faulty = !learning && this.silenceScore(receivedAt) > 1;
      this.follow(INTERVAL, at - s[AT]);
      this.follow(GAP, gap);
      s[LONGEST_GAP] = Math.max(s[LONGEST_GAP], faulty ? gap / 2 : gap);
    }
    s[AT] = at;
    s[HEARD_AT] = receivedAt;

    if (s[READINGS] > 0 && value === s[VALUE]) {
      s[RUN]++;
    } else {
      const faulty = !learning && this.stuckScore() > 1;
      s[LONGEST_RUN] = Math.max(s[LONGEST_RUN], faulty ? s[RUN] / 2 : s[RUN]);
      s[CHANGES]++;
      s[RUN] = 1;
    }
    s[VALUE] = value;
    s[READINGS]++;
    s[LEARNING] = learning ? 1 : 0;
  }

  /** Silence at `now` over the silence that is a fault: above 1 the sensor is dead. Changes nothing. */
  silenceScore(now: number): number {
    const { s } = this;
    const limit = this.silenceLimitMs;
    return s[READINGS] === 0 || s[LEARNING] === 1 ? 0 : (now - s[HEARD_AT]) / limit;
  }

  /** The present run of equal readings over the run that is a fault: above 1 the sensor is stuck. Changes nothing. */
  stuckScore(): number {
    return this.s[RUN] / this.stuckLimit;
  }

  /** After a restart nobody listened for a while: that silence was ours, not the sensor's. */
  resume(now: number): void {
    this.s[HEARD_AT] = now;
  }

  /** Moves a usual distance towards the newest; an outlier counts as ten times the usual. */
  private follow(slot: number, distance: number): void {
    const { s } = this;
    const d = s[READINGS] < HABIT_AFTER ? distance : Math.min(distance, 10 * s[slot]);
    s[slot] += Math.max(0.02, 1 / s[READINGS]) * (d - s[slot]);
  }

  private get silenceLimitMs(): number {
    const { silentAfterMs } = this.options;
    if (silentAfterMs === 'never') return Infinity;
    if (silentAfterMs !== 'auto') return silentAfterMs;
    const { s } = this;
    if (s[READINGS] < HABIT_AFTER) return Infinity;
    return Math.max(SHORTEST_SILENCE_MS, INTERRUPTION * s[GAP], 2 * s[LONGEST_GAP]);
  }

  private get stuckLimit(): number {
    const { stuckAfter } = this.options;
    if (stuckAfter === 'never') return Infinity;
    if (stuckAfter !== 'auto') return stuckAfter;
    const { s } = this;
    // A series that hardly ever changes is a switch, not a stuck sensor.
    if (s[CHANGES] < HABIT_AFTER) return Infinity;
    return Math.max(SHORTEST_RUN, 4 * s[LONGEST_RUN]);
  }
}
