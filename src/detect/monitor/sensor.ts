import type { Memory } from '../../math/memory.ts';
import { Episode } from '../episode/episode.ts';
import { CAUSES, emptyFinding, type Finding } from '../episode/finding.ts';
import type { Reading, SeriesInfo } from '../reading.ts';
import { StartupOutliers } from '../sensor/startup-outliers.ts';
import { Counter } from '../sensor/counter.ts';
import type { OrderReason } from '../sensor/reading-order.ts';
import { isLearnedFault, isSensorFault, type SensorFault } from '../sensor/fault.ts';
import { SensorWatch, type SensorWatchOptions } from '../sensor/sensor-watch.ts';
import type { EventQueue } from '../episode/event-queue.ts';

/** A sensor that has been dead for a year is no worse than one dead for ten times its usual silence. */
const MAX_SCORE = 10;
/** A counter that falls loses a reading, no more. */
const RESET_SCORE = 1.5;
/** A sensor's fault ends with the first sound reading, and each of them is news. */
const EPISODE = { minDurationMs: 0, closeAfter: 1, hysteresis: 1, coolDownMs: 0 };

/** The sensor of one series: what of its readings is a measurement, and the episode of its fault. */
export class Sensor {
  private readonly episode: Episode;
  private readonly watch: SensorWatch;
  private readonly startup: StartupOutliers;
  private readonly counter: Counter; // also where none was asked for: a snapshot fits when the option changes
  private readonly habitsKnown: Float64Array; // 1 once they are known
  private readonly finding: Finding;
  private readonly series: readonly SeriesInfo[];
  private readonly d: number;
  private readonly events: EventQueue;
  private readonly maturity: () => number;
  /** Whether the last reading has shown that what was learned of this series so far is spoiled. */
  spoiled = false;

  /** The sensor of series d. `maturity`: how sure is what was learned of it, 0 to 1. */
  constructor(
    memory: Pick<Memory, 'take'>,
    series: readonly SeriesInfo[],
    d: number,
    options: SensorWatchOptions,
    news: EventQueue,
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
    this.events = news;
    this.maturity = maturity;
  }

  /** The reading as it counts in time, or why it does not; to be heard only then. */
  order(reading: Reading): Reading | OrderReason {
    return this.watch.order.order(reading);
  }

  /** The open fault, null when it is sound. */
  get fault(): SensorFault | null {
    const { open, cause } = this.episode;
    return open && isSensorFault(cause) ? cause : null;
  }

  /** How bad the open fault was at the last reading, or moment of silence: above 1; 0 when it is sound. */
  get score(): number {
    return this.episode.open ? this.episode.score : 0;
  }

  /** Whether its next reading may be a measurement: one that only does not know the time still measures. */
  get measures(): boolean {
    return !this.episode.open || this.episode.cause === 'clock';
  }

  /** Whether a reading at `at` has little to do with the last one. */
  interrupted(at: number): boolean {
    return this.watch.interrupted(at);
  }

  /**
   * What of a reading is a measurement: NaN when the sensor is at fault, null when a counter gives no rate. Habits are known
   * once the series has been `warm`; nothing is a fault by them before.
   */
  measure(reading: Reading, warm: boolean): number | null {
    if (warm) this.habitsKnown[0] = 1;
    const learning = this.habitsKnown[0] === 0;
    this.spoiled = false;
    const { at } = reading;
    this.watch.update(reading, learning);
    const counts = this.series[this.d].counter !== undefined;
    const value = counts ? this.counter.rate(reading.value, at) : reading.value;
    if (!Number.isNaN(value)) return this.judge(at, value, learning) ? value : NaN;
    this.count(at, reading.value, learning);
    return null;
  }

  /** Whether nothing has been heard for so long by `now`, in the time of arrival, that it is a fault. */
  tick(now: number): boolean {
    const { silence } = this.watch;
    const score = silence.score(now);
    if (score <= 1) return false;
    this.report(now, silence.receivedAt, 'silent', score, now - silence.receivedAt, silence.gapMs);
    return true;
  }

  /** For the last `awayMs` nobody listened. */
  markDowntime(now: number, awayMs: number): void {
    this.watch.silence.markDowntime(now, awayMs);
  }

  /** The sensor is here no more, and so its fault is over. */
  remove(): void {
    this.events.end(this.episode, this.episode.lastOverAt, 'removed');
  }

  /** A counter that has fallen is told once; what it does again is how it is, as one of each day's rain. */
  private count(at: number, value: number, learning: boolean): void {
    const { fell, falls, before } = this.counter;
    if (fell && falls === 1 && !learning) this.report(at, at, 'counter_reset', RESET_SCORE, value, before);
  }

  /** Whether the sensor can mean what it says; if not, that is reported: neither scored nor learned. */
  private judge(at: number, value: number, learning: boolean): boolean {
    const { plausibility, stuck: standstill, clock, intervalMs } = this.watch;
    const beyond = plausibility.rangeScore(value);
    const code = plausibility.codeScore(value);
    const leap = plausibility.stepScore(value, at, intervalMs);
    if (beyond > 1) this.report(at, at, 'range', beyond, value, NaN);
    else if (code > 1) this.report(at, at, 'error_code', code, value, NaN);
    else if (leap > 1) this.report(at, at, 'max_step', leap, value, plausibility.last);
    if (beyond > 1 || code > 1 || leap > 1 || !this.startup.admits(value)) return false;
    this.spoiled = this.startup.spoiled;

    plausibility.update(value, at);
    standstill.update(value, at, learning);
    const stuck = learning ? 0 : standstill.score();
    if (stuck > 1) this.report(at, at - (standstill.run - 1) * intervalMs, 'stuck', stuck, value, standstill.run);
    else this.report(at, at, 'clock', clock.score(), value, clock.aheadMs);
    return stuck <= 1;
  }

  private report(at: number, since: number, cause: SensorFault, score: number, value: number, detail: number): void {
    const { episode, finding, events: news, d } = this;
    // A sensor that was silent and comes back with nonsense has another fault, and that is another episode.
    if (episode.open && episode.cause !== cause) {
      finding.score = 0;
      news.add(episode, at, episode.step(at, finding));
    }
    finding.score = finding.scores[d] = Math.min(MAX_SCORE, score);
    finding.confidence = isLearnedFault(cause) ? this.maturity() : 1;
    finding.cause = cause;
    finding.series = d;
    finding.value = value;
    finding.detail = detail;
    finding.evidence.fill(0);
    finding.evidence[CAUSES.indexOf(cause)] = finding.score;
    news.add(episode, at, episode.step(at, finding, since));
  }
}
