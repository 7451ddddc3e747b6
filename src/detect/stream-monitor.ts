import type { Memory } from '../math/memory.ts';
import type { Detector, Verdict } from './detector.ts';
import type { AnomalyEvent } from './episode/anomaly.ts';
import { toHabit, type Habit } from './episode/habit.ts';
import { isNews, toModeReturn, type ModeReturn } from './episode/operating-mode.ts';
import { OperatorActions } from './monitor/operator-actions.ts';
import { StreamParts, type MonitorOptions } from './monitor/parts.ts';
import { pastShape, shapeOf } from './monitor/shape.ts';
import { StreamStatus } from './monitor/stream-status.ts';
import type { Reading, SeriesInfo } from './reading.ts';
import type { Sample } from './sample.ts';
import type { OrderReason } from './sensor/reading-order.ts';

export type { MonitorOptions } from './monitor/parts.ts';

/** Format of snapshots. A change of the pieces of memory, or of their meaning, takes the next number. */
export const SNAPSHOT_VERSION = 21;

/** Samples of a group in which each of its series should have come: from then on the usual interval is known. */
const BEGINNING = 50;

/** Whether a network forecasts as the one before: it has all of its units. */
const continues = (past: MonitorOptions, now: MonitorOptions): boolean =>
  past.network && now.network && past.cell === now.cell && past.hiddenSize <= now.hiddenSize;

/**
 * One stream from reading to anomaly: the sensor checks each reading, valid ones are joined into samples, the detector scores
 * each sample, and episodes decide which events are published.
 *
 * This is the path of a reading, and the saving and restoring of the stream. `status` is the state to read; `operator` has the
 * operator's actions.
 */
export class StreamMonitor {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  readonly detector: Detector;
  readonly memory: Memory;
  readonly status: StreamStatus;
  readonly operator: OperatorActions;
  private readonly parts: StreamParts;
  private readonly onEvent: (event: AnomalyEvent) => void;
  private readonly onHabit: (habit: Habit) => void;
  private readonly onMode: (mode: ModeReturn) => void;

  /**
   * `onEvent` is called for each episode at the end of the call that opened, updated or closed it; `onHabit` when an event has come
   * so often that it is no alarm any more; `onMode` when a series has come back to a known level and no alarm has ended with it.
   */
  constructor(
    stream: string,
    series: readonly SeriesInfo[],
    options: MonitorOptions,
    onEvent: (event: AnomalyEvent) => void,
    onHabit: (habit: Habit) => void = () => undefined,
    onMode: (mode: ModeReturn) => void = () => undefined,
  ) {
    const parts = (this.parts = new StreamParts(stream, series, options));
    this.stream = stream;
    this.series = series;
    this.detector = parts.detector;
    this.memory = parts.memory;
    this.onEvent = onEvent;
    this.onHabit = onHabit;
    this.onMode = onMode;
    this.status = new StreamStatus(parts);
    this.operator = new OperatorActions(parts, () => {
      this.flush();
    });
  }

  /** A reading of series d with the time at which it counts, or the reason to reject it; a rejected reading must not be processed. */
  order(d: number, reading: Reading): Reading | OrderReason {
    return this.parts.sensors[d].order(reading);
  }

  /** Processes a reading of series d: checks, aligns, scores, learns. Returns the newest verdict if a sample was complete, else null. */
  take(d: number, reading: Reading): Verdict | null {
    const { aligner, detector } = this.parts;
    this.repeat(reading.at);
    const missed = !this.awaited(d) && reading.at - aligner.at < detector.intervalMs / 2;
    const value = this.measure(d, reading);
    const late = missed && this.awaited(d);
    const ended = aligner.endBefore(reading.at, detector.intervalMs);
    let verdict = ended && this.step(ended);
    let sample = value === null ? null : aligner.add(d, reading.at, value, this.awaited, late);
    while (sample !== null) {
      verdict = this.step(sample);
      sample = aligner.complete(this.awaited);
    }
    this.flush();
    return verdict;
  }

  /**
   * All readings of one message have been processed. `source`, a positive number, is its topic. Where all messages of the stream
   * come from one topic, each message is a sample: returns its verdict when that was still open, else null.
   */
  endMessage(source: number): Verdict | null {
    const sample = this.parts.aligner.endMessage(source, this.awaited);
    if (sample === null) return null;
    const verdict = this.step(sample);
    this.flush();
    return verdict;
  }

  /**
   * Marks the `awayMs` before `now`, in the time of arrival, as downtime, so that they are not counted as silence of the sensors.
   * Infinity where the length is not known.
   */
  markDowntime(now: number, awayMs = Infinity): void {
    for (const sensor of this.parts.sensors) sensor.markDowntime(now, awayMs);
  }

  /** Checks the sensors for silence at `now`, in the time of arrival, and repeats values that last; to be called every few seconds. */
  tick(now: number): void {
    const { sensors, detector, maintenance } = this.parts;
    for (let d = 0; d < sensors.length; d++) if (maintenance[d] === 0 && sensors[d].tick(now)) detector.restart(d);
    this.repeat(sensors[0].timeAt(now));
    this.flush();
  }

  /** From now on the network learns from one sample of `every`, from none when that is 0. */
  learnEvery(every: number): void {
    this.parts.throttle.set(every);
  }

  /** The kind of network and the series, in words: a snapshot of another shape cannot be restored. */
  get shape(): string {
    return shapeOf(
      this.parts.options,
      this.series.map(({ slug }) => slug),
    );
  }

  /** Restores `memory.toBytes()` of a monitor of the same shape. Throws a RangeError when the size differs. */
  restore(bytes: Uint8Array): void {
    this.memory.fromBytes(bytes);
    this.parts.applySettings();
  }

  /**
   * Takes over the memory of a stream of another `shape`: with another network, or a group that had other series. Series of both
   * keep everything they have learned; the network keeps those weights that fit (nn/carry.ts). New series have their own warm-up, and
   * the state of removed ones is deleted. Returns false, changing nothing, when the shape cannot be read here or has no series in
   * common. Throws a RangeError when the bytes are not of that shape.
   */
  takeOver(shape: string, bytes: Uint8Array): boolean {
    const { parts } = this;
    const known = pastShape(shape, parts.options);
    if (known === null) return false;
    const slugs = known.series;
    const before = this.series.map(({ slug }) => slugs.indexOf(slug));
    if (before.every((b) => b < 0)) return false;
    const infos = slugs.map((slug): SeriesInfo => ({ slug, unit: '', range: null, only: 'both' }));
    const past = new StreamParts(this.stream, infos, known.options);
    past.memory.fromBytes(bytes);
    this.memory.takeOver(past.memory, before);
    this.detector.takeOver(past.detector, before);
    // The losses so far are those of another network.
    if (!continues(known.options, parts.options)) this.detector.distrustNetwork();
    parts.applySettings();
    before.forEach((b, d) => {
      if (b < 0) parts.warmUp.begin(d);
    });
    slugs.forEach((_, d) => {
      if (!before.includes(d)) this.endRemoved(past, d);
    });
    parts.events.takeOver(past.events);
    return true;
  }

  /** Ends the open episodes of series d of the past, which the group no longer has. */
  private endRemoved(past: StreamParts, d: number): void {
    past.sensors[d].remove();
    const { episode } = past.drift;
    if (!episode.open || episode.series !== d) return;
    this.parts.drift.episode.end(episode.lastOverAt);
    past.events.end(episode, episode.lastOverAt, 'removed');
  }

  /** Whether a round waits for series d: not while its sensor is at fault, nor for one that was not there when the group began. */
  private readonly awaited = (d: number): boolean => {
    const { sensors, detector } = this.parts;
    return sensors[d].measures && (sensors[d].seen || detector.samples < BEGINNING);
  };

  /**
   * A sensor that reports on change (sensor/on-change.ts) has sent no new value until `until`: its last value counts again. Not in a
   * group, whose series would each have times of their own.
   */
  private repeat(until: number): void {
    const { aligner, sensors } = this.parts;
    if (sensors.length > 1) return;
    const [sensor] = sensors;
    for (let at = sensor.repeatAt; at < until; at = sensor.repeatAt) {
      const value = sensor.repeat(at);
      if (sensor.mustRelearn) this.parts.relearn(0, this.parts.fresh());
      this.step(aligner.repeat(at, value));
    }
  }

  /** The measurement in a reading: NaN where the sensor is at fault, null where a counter gives no rate. */
  private measure(d: number, reading: Reading): number | null {
    const { sensors, detector, warmUp, maintenance } = this.parts;
    const sensor = sensors[d];
    // A pause of the sensor is part of the maintenance and is not learned as a usual one.
    if (maintenance[d] === 1) sensor.markDowntime(reading.receivedAt, Infinity);
    const interrupted = sensor.interrupted(reading.at);
    const value = sensor.measure(reading, warmUp.of(d) === 1);
    if (interrupted || Number.isNaN(value)) detector.restart(d); // there is no step from the last value
    if (sensor.mustRelearn) this.parts.relearn(d, this.parts.fresh());
    return value;
  }

  private step(sample: Sample): Verdict {
    const { detector, throttle, confidence, warmUp, process, drift } = this.parts;
    const ready = warmUp.done === 1;
    detector.trainingSkipped = !throttle.admits();
    const verdict = detector.step(sample);
    confidence.update(sample.x);
    if (!detector.frozen) warmUp.update(sample);
    const phase = ready || process.episode.open ? process.step(verdict) : process.skip();
    if (!process.episode.open && phase !== 'closed') this.addModes(verdict.at);
    this.addHabits(verdict.at);
    drift.step(sample, detector.frozen, process.inAlarm);
    return verdict;
  }

  private addHabits(at: number): void {
    const { detector, events } = this.parts;
    for (let d = 0; d < this.series.length; d++) {
      const recurrence = detector.recurrences[d];
      if (recurrence.habit < 0) continue;
      const signature = recurrence.habitAt(recurrence.habit);
      events.addHabit(toHabit(this.stream, this.series[d], signature, at, detector.intervalMs));
      recurrence.habit = -1; // the next sample may be without this series
    }
  }

  /** The returns of this sample to a known level, unless an alarm says so when it ends. */
  private addModes(at: number): void {
    const { detector, events, process, maintenance, options } = this.parts;
    for (let d = 0; d < this.series.length; d++) {
      const { shift } = detector.series[d].evidence;
      if (shift.returnedAt !== at || maintenance[d] === 1) continue;
      const mode = shift.knownMode!;
      const from = shift.returnedFrom;
      if (process.matters(d, mode.mean - from, from) && isNews(mode, at, options.alarmsPerWeek))
        events.addMode(toModeReturn(this.stream, this.series[d], mode, from, options.calendar));
    }
  }

  /** Publishes the events that wait, at the end of a call: only then is the memory consistent, should a snapshot be taken. */
  private flush(): void {
    this.parts.events.flush(this.onEvent, this.onHabit, this.onMode);
  }
}
