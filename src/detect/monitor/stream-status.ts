import { operatingModes, type OperatingMode } from '../episode/operating-mode.ts';
import { toHabit, type Habit } from '../episode/habit.ts';
import { returnReason } from '../episode/reason.ts';
import type { SeriesInfo } from '../reading.ts';
import type { SensorFault } from '../sensor/fault.ts';
import type { StreamParts } from './parts.ts';
import type { Cycle } from './warm-up.ts';

/** Value, forecast and margin of a series in the last sample. NaN where not known; `margin` is null without a network. */
export interface SeriesForecastStatus {
  readonly value: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Nats per reading by which the network forecasts better than the baseline. */
  readonly margin: number | null;
}

/** The state of a stream, for publishing and display. Nothing here changes the stream. */
export class StreamStatus {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  private readonly parts: StreamParts;

  constructor(parts: StreamParts) {
    this.stream = parts.stream;
    this.series = parts.series;
    this.parts = parts;
  }

  /** Samples read so far. */
  get samples(): number {
    return this.parts.detector.samples;
  }

  /** Progress of the warm-up, 0 to 1; alarms can open from 1 on. */
  get warmup(): number {
    return this.parts.warmUp.done;
  }

  /** Progress of the warm-up of series d; one that joined its group later has its own, in its own readings. */
  warmupOf(d: number): number {
    return this.parts.warmUp.of(d);
  }

  /** Time until the warm-up of series d ends if readings come as often as so far, ms; 0 when it is over, NaN before the second reading. */
  readyInMs(d: number): number {
    return this.warmupOf(d) === 1 ? 0 : this.parts.warmUp.leftMs(d);
  }

  /** The cycles, a day or a week, of which series d has not seen one yet. */
  unseenBy(d: number): readonly Cycle[] {
    return this.parts.warmUp.unseen(d);
  }

  /**
   * Until when series d is held, so that its deviation stays an alarm and is not learned, epoch ms; NaN where it is not held. It ends
   * earlier when the series is calm.
   */
  heldUntil(d: number): number {
    return this.parts.detector.heldUntil(d);
  }

  /** Until when only a higher score than that of the last episode of the process opens another one, epoch ms; NaN where nothing waits. */
  get coolDownUntil(): number {
    const { process, detector } = this.parts;
    const until = process.episode.coolDownUntil();
    return !process.episode.open && until > detector.lastAt ? until : NaN;
  }

  /**
   * Until when the present event of series d opens no alarm, because one like it did, epoch ms; NaN where its score is at most 1, an
   * episode of the process is open, or no such event was an alarm.
   */
  sameEventUntil(d: number): number {
    const { process, detector } = this.parts;
    const until = detector.recurrences[d].alarmedUntil;
    return !process.episode.open && this.scoreOf(d) > 1 && until > detector.lastAt ? until : NaN;
  }

  /** The larger one of the score of the last sample and the highest score of an open sensor fault. */
  get score(): number {
    let { score } = this.parts.detector.verdict;
    for (const sensor of this.parts.sensors) score = Math.max(score, sensor.score);
    return score;
  }

  /** Score of series d in the last sample. */
  scoreOf(d: number): number {
    return this.parts.detector.verdict.scores[d];
  }

  /** Index of the series that led the last sample. */
  get leading(): number {
    return this.parts.detector.verdict.leading;
  }

  /** Whether an episode of the process or of a sensor is open. */
  get alarmed(): boolean {
    return this.anomalous || this.parts.sensors.some(({ fault }) => fault !== null);
  }

  /** Whether an episode of the process is open. */
  get anomalous(): boolean {
    return this.parts.process.episode.open;
  }

  /** Index of the series that leads the open episode of the process; -1 when none is open. */
  get suspect(): number {
    const { open, series } = this.parts.process.episode;
    return open ? series : -1;
  }

  /** Index of the series that leads the open episode of drift; -1 when none is open. */
  get drifting(): number {
    const { open, series } = this.parts.drift.episode;
    return open ? series : -1;
  }

  /** The open fault of the sensor of series d, null when there is none. */
  faultOf(d: number): SensorFault | null {
    return this.parts.sensors[d].fault;
  }

  /** Score of the open fault of the sensor of series d, above 1; 0 when there is none. */
  faultScoreOf(d: number): number {
    return this.parts.sensors[d].score;
  }

  /** Whether the operator holds learning. */
  get frozen(): boolean {
    return this.parts.learningHeld[0] === 1;
  }

  /** The sensitivity with which the stream is scored. */
  get sensitivity(): number {
    return this.sensitivitySet ?? this.siteSensitivity;
  }

  /** The sensitivity of the options. */
  get siteSensitivity(): number {
    return this.parts.options.sensitivity;
  }

  /** The sensitivity that the operator has set; null while that of the options counts. */
  get sensitivitySet(): number | null {
    return this.parts.sensitivity[0] || null;
  }

  /** Whether series d is in maintenance. */
  inMaintenance(d: number): boolean {
    return this.parts.maintenance[d] === 1;
  }

  /** Whether the device of series d has announced that it is offline, and no reading has come since. */
  isLost(d: number): boolean {
    return this.parts.sensors[d].lost;
  }

  /** The habits of series d: events that come so often that they are no alarm. */
  habitsOf(d: number): readonly Habit[] {
    const { detector, stream, series } = this.parts;
    return detector.recurrences[d]
      .habits()
      .map((signature) => toHabit(stream, series[d], signature, signature.lastAt, detector.intervalMs));
  }

  /** The habits of all series. */
  get habits(): readonly Habit[] {
    return this.series.flatMap((_, d) => this.habitsOf(d));
  }

  /** The operating modes of all series that have more than one. */
  get modes(): readonly OperatingMode[] {
    const { detector, stream, series } = this.parts;
    return series.flatMap((info, d) => {
      const { shift } = detector.series[d].evidence;
      return operatingModes(stream, info, shift.mode, shift.earlierModes, detector.lastAt);
    });
  }

  /** A sentence about the operating mode of series d, if it returned to one that was known before; else null. */
  modeOf(d: number): string | null {
    const { detector, series, options } = this.parts;
    const mode = detector.series[d].evidence.shift.knownMode;
    return mode === null ? null : returnReason(mode, series[d], options.calendar);
  }

  forecastOf(d: number): SeriesForecastStatus {
    const { detector } = this.parts;
    const { value, expected, lower, upper, forecast } = detector.series[d];
    return { value, expected, lower, upper, margin: detector.forecaster === null ? null : forecast.selection.margin };
  }
}
