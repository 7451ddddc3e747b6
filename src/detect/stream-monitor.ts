import { Memory, section } from '../math/memory.ts';
import { Aligner } from './aligner.ts';
import type { AnomalyEvent, Ending } from './episode/anomaly.ts';
import { Confidence } from './episode/confidence.ts';
import { Detector, type DetectorOptions, type Verdict } from './detector.ts';
import type { EpisodeOptions } from './episode/episode.ts';
import { DriftWatch } from './monitor/drift-watch.ts';
import { TrainingThrottle } from './monitor/training-throttle.ts';
import { EventQueue } from './episode/event-queue.ts';
import { ProcessWatch } from './monitor/process-watch.ts';
import { Sensor } from './monitor/sensor.ts';
import { seriesOf, shapeOf } from './monitor/shape.ts';
import { WarmUp, type WarmUpOptions } from './monitor/warm-up.ts';
import type { Reading, SeriesInfo } from './reading.ts';
import type { Sample } from './sample.ts';
import type { OrderReason } from './sensor/reading-order.ts';
import type { SensorFault } from './sensor/fault.ts';
import type { SensorWatchOptions } from './sensor/sensor-watch.ts';

export interface MonitorOptions extends DetectorOptions, EpisodeOptions, SensorWatchOptions, WarmUpOptions {
  /** Where all messages of a group come from, if that is one place and known: a positive number. */
  readonly source?: number;
}

/** Format of snapshots; a change of what `Memory` holds or means takes the next number. */
export const SNAPSHOT_VERSION = 7;

/** Before the name of what is not learned: how sensors are heard, what was told, the operator's word. No slug is so. */
const PERSISTENT = 'Persistent';
const isLearned = (name: string): boolean => !name.startsWith(`${PERSISTENT}.`);

/**
 * One stream from reading to anomaly: the sensors are watched first, what is sound is aligned into samples, the
 * detector scores each sample, and episodes decide what the world hears of it.
 *
 * All that it remembers is one memory, so that a snapshot is everything.
 */
export class StreamMonitor {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  readonly detector: Detector;
  readonly memory = new Memory();
  private readonly options: MonitorOptions;
  private readonly onEvent: (event: AnomalyEvent) => void;
  private readonly events: EventQueue;
  private readonly sensors: readonly Sensor[];
  private readonly aligner: Aligner;
  private readonly warmUp: WarmUp;
  private readonly confidence: Confidence;
  private readonly process: ProcessWatch;
  private readonly drift: DriftWatch;
  private readonly throttle: TrainingThrottle;
  private readonly learningHeld: Float64Array; // 1 while the operator holds learning

  /** `onEvent` hears of every episode at the end of the call that opened, worsened or closed it. */
  constructor(
    stream: string,
    series: readonly SeriesInfo[],
    options: MonitorOptions,
    onEvent: (event: AnomalyEvent) => void,
  ) {
    const D = series.length;
    const { memory } = this;
    const kept = section(memory, PERSISTENT);
    const own = series.map(({ slug }) => section(memory, slug));
    this.stream = stream;
    this.series = series;
    this.options = options;
    this.onEvent = onEvent;
    const news = (this.events = new EventQueue(stream, series));
    const detector = (this.detector = new Detector(memory, series, options));
    const warmUp = (this.warmUp = new WarmUp(memory, D, options));
    const confidence = (this.confidence = new Confidence(kept, D, options.warmup));
    this.aligner = new Aligner(kept, stream, D, options.source);
    this.sensors = series.map(({ slug }, d) => {
      const maturity = (): number => confidence.maturity(detector.series[d].readings);
      return new Sensor(section(kept, slug), series, d, options, news, maturity);
    });
    this.process = new ProcessWatch(kept, series, options, { detector, warmUp, confidence, events: news });
    this.drift = new DriftWatch(kept, own, series, options, news, (d) => confidence.of(detector.series[d].readings));
    this.throttle = new TrainingThrottle(kept);
    this.learningHeld = kept.take('learning_held', 1);
  }

  /** What the memory is made for: another shape cannot be restored into it, only taken over where the series differ. */
  get shape(): string {
    return shapeOf(
      this.options,
      this.series.map(({ slug }) => slug),
    );
  }

  /** Samples taken in. */
  get samples(): number {
    return this.warmUp.samples;
  }

  /** How far the warm-up is, 0 to 1; from 1 on anomalies are raised. */
  get warmup(): number {
    return this.warmUp.done;
  }

  /** How far the warm-up of series d is: one that came to a group which had begun has its own, in its own readings. */
  warmupOf(d: number): number {
    return this.warmUp.of(d);
  }

  /** What the last reading is worth: the score of the last sample, or of the worst sensor at fault, whichever is larger. */
  get score(): number {
    let { score } = this.detector.verdict;
    for (const sensor of this.sensors) score = Math.max(score, sensor.score);
    return score;
  }

  /** Score of series d in the last sample. */
  scoreOf(d: number): number {
    return this.detector.verdict.scores[d];
  }

  /** Index of the series that led the last sample. */
  get leading(): number {
    return this.detector.verdict.leading;
  }

  /** Whether an episode of the process is open, or one of a sensor. */
  get alarmed(): boolean {
    return this.anomalous || this.sensors.some(({ fault }) => fault !== null);
  }

  /** Whether an episode of the process is open. */
  get anomalous(): boolean {
    return this.process.episode.open;
  }

  /** Index of the series that leads the open episode of the process; -1 when none is open. */
  get suspect(): number {
    const { open, series } = this.process.episode;
    return open ? series : -1;
  }

  /** Index of the series that leads the open episode of drift; -1 when none is open. */
  get drifting(): number {
    const { open, series } = this.drift.episode;
    return open ? series : -1;
  }

  /** The open fault of the sensor of series d, null when it is sound. */
  faultOf(d: number): SensorFault | null {
    return this.sensors[d].fault;
  }

  /** How bad the open fault of the sensor of series d is now, above 1; 0 when it is sound. */
  faultScoreOf(d: number): number {
    return this.sensors[d].score;
  }

  /** A reading of series d with the time at which it counts, or why it does not: then it is not to be taken. */
  order(d: number, reading: Reading): Reading | OrderReason {
    return this.sensors[d].order(reading);
  }

  /** Takes a reading of series d: watches, aligns, scores, learns. The newest verdict when a sample was over, else null. */
  take(d: number, reading: Reading): Verdict | null {
    const value = this.measure(d, reading);
    let verdict: Verdict | null = null;
    let sample = value === null ? null : this.aligner.add(d, reading.at, value, this.awaited);
    while (sample !== null) {
      verdict = this.step(sample);
      sample = this.aligner.complete(this.awaited);
    }
    this.flush();
    return verdict;
  }

  /**
   * The readings of one message have all been taken; `source`, a positive number, tells its kind. Where all that the stream
   * hears comes so, the message was a round: its verdict when that was still open, else null.
   */
  endMessage(source: number): Verdict | null {
    const sample = this.aligner.endMessage(source, this.awaited);
    if (sample === null) return null;
    const verdict = this.step(sample);
    this.flush();
    return verdict;
  }

  /**
   * Up to `now`, in the time of arrival, nobody listened for `awayMs`, Infinity where it is not known: that silence was ours, not
   * the sensors'.
   */
  markDowntime(now: number, awayMs = Infinity): void {
    for (const sensor of this.sensors) sensor.markDowntime(now, awayMs);
  }

  /** Looks for silence at `now`, in the time of arrival; call it every few seconds. */
  tick(now: number): void {
    for (let d = 0; d < this.sensors.length; d++) if (this.sensors[d].tick(now)) this.detector.series[d].restart();
    this.flush();
  }

  /** Takes up what `memory.toBytes()` of a monitor of the same shape gave. Throws a RangeError when the size differs. */
  restore(bytes: Uint8Array): void {
    this.memory.fromBytes(bytes);
    this.detector.frozen = this.frozen;
  }

  /**
   * Takes up what a group of this shape remembered whose series were others. The series that are still there go on as if
   * nothing had happened; new ones warm up for themselves; of those that are gone nothing is left. False, changing
   * nothing, when the shape is of another kind of network or has no series in common. Throws a RangeError when the bytes
   * are not of that shape.
   */
  takeOver(shape: string, bytes: Uint8Array): boolean {
    const slugs = seriesOf(shape, this.options);
    const before = this.series.map(({ slug }) => slugs.indexOf(slug));
    if (before.every((b) => b < 0)) return false;
    const infos = slugs.map((slug): SeriesInfo => ({ slug, unit: '', range: null, only: 'both' }));
    const past = new StreamMonitor(this.stream, infos, this.options, () => undefined);
    past.memory.fromBytes(bytes);
    this.memory.takeOver(past.memory, before);
    this.detector.takeOver(past.detector, before);
    this.detector.frozen = this.frozen;
    before.forEach((b, d) => {
      if (b < 0) this.warmUp.begin(d);
    });
    slugs.forEach((_, d) => {
      if (!before.includes(d)) this.endRemoved(past, d);
    });
    this.events.takeOver(past.events);
    return true;
  }

  /** From now on the network learns from one sample of `every`, from none when that is 0. */
  learnEvery(every: number): void {
    this.throttle.set(every);
  }

  /** Whether learning is held by the operator. */
  get frozen(): boolean {
    return this.learningHeld[0] === 1;
  }

  /** Learns nothing until `resume`, across restarts too; scores and alarms go on. */
  freeze(): void {
    this.learningHeld[0] = 1;
    this.detector.frozen = true;
  }

  resume(): void {
    this.learningHeld[0] = 0;
    this.detector.frozen = false;
  }

  /**
   * Forgets all that was learned and warms up again, or only what was learned of series d; what is open there is over.
   * Sensors are watched on.
   */
  reset(now: number, d?: number): void {
    const fresh = this.fresh();
    if (d === undefined) {
      this.restoreLearned(fresh, now, 'reset');
      return;
    }
    this.relearn(d, fresh);
    this.warmUp.begin(d);
    for (const { episode } of [this.process, this.drift])
      if (episode.series === d) this.events.end(episode, now, 'reset');
    this.flush();
  }

  /**
   * Knows only what it knew when a monitor of the same shape gave these bytes. Sensors are watched on, and what is open is
   * over: it was judged by what is now forgotten. Throws a RangeError, changing nothing, when the size differs.
   */
  forget(past: Uint8Array, now: number): void {
    this.restoreLearned(past, now, 'forgotten');
  }

  /** What is open is over, as it is all right: the series are held against what comes next. */
  acceptAsNormal(now: number): void {
    this.drift.accept();
    this.detector.accept();
    this.endAll(now, 'accepted');
  }

  private restoreLearned(bytes: Uint8Array, now: number, why: Ending): void {
    this.memory.fromBytes(bytes, isLearned);
    for (const model of this.detector.series) model.restart();
    this.endAll(now, why);
  }

  /** A sensor's fault is over when the sensor is sound, and not before. */
  private endAll(now: number, why: Ending): void {
    for (const { episode } of [this.process, this.drift]) this.events.end(episode, now, why);
    this.flush();
  }

  /** What was open of series d of the past is over, as it is here no more: nobody else would tell. */
  private endRemoved(past: StreamMonitor, d: number): void {
    past.sensors[d].remove();
    const { episode } = past.drift;
    if (!episode.open || episode.series !== d) return;
    this.drift.episode.end(episode.lastOverAt);
    past.events.end(episode, episode.lastOverAt, 'removed');
  }

  private readonly awaited = (d: number): boolean => this.sensors[d].measures;

  /** What of a reading is a measurement, as the sensor says. After a pause or a fault there is no step to measure. */
  private measure(d: number, reading: Reading): number | null {
    const sensor = this.sensors[d];
    const interrupted = sensor.interrupted(reading.at);
    const value = sensor.measure(reading, this.warmUp.of(d) === 1);
    if (interrupted || Number.isNaN(value)) this.detector.series[d].restart();
    if (sensor.spoiled) this.relearn(d, this.fresh());
    return value;
  }

  /** How the series go together is told in the deviations of each, and so is learned anew with one of them. */
  private relearn(d: number, fresh: Uint8Array): void {
    const own = `${this.series[d].slug}.`;
    this.memory.fromBytes(fresh, (name) => name.startsWith(own) || name.startsWith('residuals.'));
  }

  /** What one remembers that has heard nothing. */
  private fresh(): Uint8Array {
    return new StreamMonitor(this.stream, this.series, this.options, () => undefined).memory.toBytes();
  }

  private step(sample: Sample): Verdict {
    const ready = this.warmup === 1;
    this.detector.trainingSkipped = !this.throttle.admits();
    const verdict = this.detector.step(sample);
    this.confidence.update(sample.x);
    this.warmUp.update(sample);
    if (ready) this.process.step(verdict);
    this.drift.step(sample, this.frozen);
    return verdict;
  }

  /** Only now is the memory whole again, so that a snapshot taken on the news is one from between two readings. */
  private flush(): void {
    this.events.flush(this.onEvent);
  }
}
