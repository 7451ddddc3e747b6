import type { Pieces } from '../../math/memory.ts';
import { WEEK_MS } from '../../math/time.ts';
import { Episode } from '../episode/episode.ts';
import { CAUSES, emptyFinding, type Finding } from '../episode/finding.ts';
import type { Reading, SeriesInfo } from '../reading.ts';
import { StartupOutliers } from '../sensor/startup-outliers.ts';
import { Counter } from '../sensor/counter.ts';
import type { OrderReason } from '../sensor/reading-order.ts';
import { effectOfRatio } from '../episode/severity.ts';
import { isLearnedFault, isSensorFault, type SensorFault } from '../sensor/fault.ts';
import { REPEAT_MS } from '../sensor/on-change.ts';
import { SensorWatch, type SensorWatchOptions } from '../sensor/sensor-watch.ts';
import type { EventQueue } from '../episode/event-queue.ts';

/** Largest score of a fault: a sensor silent for a year is no worse than one silent for ten times its limit. */
const MAX_SCORE = 10;
/** Score of a sensor whose device is offline, as long as its silence is no fault by itself. */
const LOST_SCORE = 1.5;
/** Score of a counter that falls: minor, because only one reading has no rate. */
const RESET_SCORE = 1.5;
/** A sensor's fault opens at once, ends with the first valid reading, and has no cool-down. */
const EPISODE = { minDurationMs: 0, closeAfter: 1, hysteresis: 1, coolDownMs: 0, holdForMs: 0 };

/** The sensor of one series: checks which readings are measurements, and has the episode of its fault. */
export class Sensor {
  private readonly episode: Episode;
  private readonly watch: SensorWatch;
  private readonly startup: StartupOutliers;
  private readonly counter: Counter; // present without the option `counter` too, so that a snapshot fits when the option changes
  private readonly habitsKnown: Float64Array; // 1 after the first warm-up: learned limits hold
  private readonly finding: Finding;
  private readonly series: readonly SeriesInfo[];
  private readonly d: number;
  private readonly events: EventQueue;
  private readonly maturity: () => number;
  /**
   * Whether the last reading has shown that the series must be learned again: outliers were among the first readings, or they were counted
   * though the sensor reports on change.
   */
  mustRelearn = false;

  /** The sensor of series d. `maturity`: that of the series, 0 to 1 (confidence.ts). */
  constructor(
    memory: Pieces,
    series: readonly SeriesInfo[],
    d: number,
    options: SensorWatchOptions,
    events: EventQueue,
    maturity: () => number,
  ) {
    const { counter = 'hour' } = series[d];
    this.episode = new Episode(memory, 'fault', series.length, EPISODE);
    this.watch = new SensorWatch(memory, series[d], options);
    this.startup = new StartupOutliers(memory);
    this.counter = new Counter(memory, counter);
    this.habitsKnown = memory.take('habits_known', 1);
    this.finding = emptyFinding(series.length);
    this.series = series;
    this.d = d;
    this.events = events;
    this.maturity = maturity;
  }

  /** The reading with the time at which it counts, or the reason to reject it; a rejected reading must not be measured. */
  order(reading: Reading): Reading | OrderReason {
    return this.watch.order.order(reading);
  }

  /** The open fault, null when there is none. */
  get fault(): SensorFault | null {
    const { open, cause } = this.episode;
    return open && isSensorFault(cause) ? cause : null;
  }

  /** Score of the open fault at the last reading or check for silence, above 1; 0 when there is none. */
  get score(): number {
    return this.episode.open ? this.episode.score : 0;
  }

  /** Whether it has sent a reading. */
  get seen(): boolean {
    return !Number.isNaN(this.watch.silence.receivedAt);
  }

  /** Whether the next reading may be a measurement: also with a wrong clock. */
  get measures(): boolean {
    return !this.episode.open || this.episode.cause === 'clock';
  }

  /** Whether the time between the last reading and one at `at` is too long to compare them. */
  interrupted(at: number): boolean {
    return this.watch.interrupted(at);
  }

  /** When the last value of a sensor that reports on change counts again, epoch ms; Infinity where it does not, or the sensor is silent. */
  get repeatAt(): number {
    const { onChange, silence } = this.watch;
    const at = onChange.dueAt;
    return at === Infinity || silence.lost || silence.score(at + onChange.lagMs) > 1 ? Infinity : at;
  }

  /** The last value counts again at `at`: returns it. */
  repeat(at: number): number {
    const { onChange } = this.watch;
    this.mustRelearn = onChange.repeat(at) && this.habitsKnown[0] === 0;
    this.startup.admits(onChange.value);
    return onChange.value;
  }

  /** The time of a reading that would arrive at `now`. */
  timeAt(now: number): number {
    return now - this.watch.onChange.lagMs;
  }

  /**
   * The measurement in a reading: NaN when the sensor is at fault, null when a counter gives no rate. Learned limits hold once the
   * series has been `warm`; before, they give no fault.
   */
  measure(reading: Reading, warm: boolean): number | null {
    if (warm) this.habitsKnown[0] = 1;
    const learning = this.habitsKnown[0] === 0;
    this.mustRelearn = false;
    const { at } = reading;
    this.watch.update(reading, learning);
    const counts = this.series[this.d].counter !== undefined;
    const value = counts ? this.counter.rate(reading.value, at) : reading.value;
    if (!Number.isNaN(value)) {
      if (!this.judge(at, value, learning)) return NaN;
      if (!counts) this.watch.onChange.measured(value);
      return value;
    }
    this.count(at, reading.value, learning);
    return null;
  }

  /** Checks for silence at `now`, in the time of arrival. Returns whether the silence is a fault, and reports it. */
  tick(now: number): boolean {
    const { silence } = this.watch;
    const score = silence.score(now);
    if (!silence.lost && score <= 1) return false;
    const silentMs = now - silence.receivedAt; // NaN before the first reading
    if (!silence.lost) this.report(now, silence.receivedAt, 'silent', score, silentMs, silence.gapMs);
    // NaN as the usual gap selects the sentence about an offline device.
    else this.report(now, now, 'silent', Math.max(LOST_SCORE, score), silentMs, NaN);
    return true;
  }

  /** Whether its device has announced that it is offline. */
  get lost(): boolean {
    return this.watch.silence.lost;
  }

  /** Its device announces that it is offline. The next `tick` reports it. */
  lose(): void {
    this.watch.silence.lose();
  }

  /** Its device announces at `now` that it is online: the fault ends without a reading, and the silence begins again. */
  find(now: number): void {
    const { silence } = this.watch;
    if (!silence.lost) return;
    silence.find(now);
    if (this.episode.cause === 'silent') this.events.end(this.episode, now, 'calm');
  }

  /** Marks the `awayMs` before `now` as downtime, which is not counted as silence. */
  markDowntime(now: number, awayMs: number): void {
    this.watch.silence.markDowntime(now, awayMs);
    if (awayMs > REPEAT_MS) this.watch.onChange.stop();
  }

  /** The sensor is removed from the group: its fault ends. */
  remove(): void {
    this.events.end(this.episode, this.episode.lastOverAt, 'removed');
  }

  /** Reports only the first fall of a counter: one that falls again does so by design, as a counter of each day's rain. */
  private count(at: number, value: number, learning: boolean): void {
    const { fell, falls, before } = this.counter;
    if (fell && falls === 1 && !learning) this.report(at, at, 'counter_reset', RESET_SCORE, value, before);
  }

  /** Whether the value is a measurement. If not, the fault is reported, and the value is neither scored nor learned. */
  private judge(at: number, value: number, learning: boolean): boolean {
    const { plausibility, stuck, clock, intervalMs } = this.watch;
    const range = plausibility.rangeScore(value);
    const code = plausibility.codeScore(value);
    const step = plausibility.stepScore(value, at, intervalMs);
    if (range > 1) this.report(at, at, 'range', range, value, NaN);
    else if (code > 1) this.report(at, at, 'error_code', code, value, NaN);
    else if (step > 1) this.report(at, at, 'max_step', step, value, plausibility.last);
    if (range > 1 || code > 1 || step > 1 || !this.startup.admits(value)) return false;
    this.mustRelearn = this.startup.contaminated;

    plausibility.update(value, at);
    stuck.update(value, at, learning, intervalMs > 0 ? WEEK_MS / intervalMs : 0);
    const stuckScore = learning ? 0 : stuck.score();
    if (stuckScore > 1) this.report(at, at - (stuck.run - 1) * intervalMs, 'stuck', stuckScore, value, stuck.run);
    else this.report(at, at, 'clock', clock.score(), value, clock.aheadMs);
    return stuckScore <= 1;
  }

  private report(at: number, since: number, cause: SensorFault, score: number, value: number, detail: number): void {
    const { episode, finding, events, d } = this;
    // A different fault is a new episode, for example a value out of range after a silence.
    if (episode.open && episode.cause !== cause) {
      finding.score = 0;
      events.add(episode, at, episode.step(at, finding));
    }
    finding.score = finding.scores[d] = Math.min(MAX_SCORE, score);
    finding.effect = effectOfRatio(finding.score);
    const announced = cause === 'silent' && Number.isNaN(detail);
    finding.confidence = isLearnedFault(cause) && !announced ? this.maturity() : 1;
    finding.cause = cause;
    finding.series = d;
    finding.value = value;
    finding.detail = detail;
    finding.evidence.fill(0);
    finding.evidence[CAUSES.indexOf(cause)] = finding.score;
    events.add(episode, at, episode.step(at, finding, since));
  }
}
