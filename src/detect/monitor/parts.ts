import { Memory, perSeries, section } from '../../math/memory.ts';
import { Aligner } from '../aligner.ts';
import { Detector, type DetectorOptions } from '../detector.ts';
import { Confidence } from '../episode/confidence.ts';
import type { EpisodeOptions } from '../episode/episode.ts';
import { EventQueue } from '../episode/event-queue.ts';
import type { SeriesInfo } from '../reading.ts';
import type { SensorWatchOptions } from '../sensor/sensor-watch.ts';
import { DriftWatch } from './drift-watch.ts';
import { ProcessWatch } from './process-watch.ts';
import { Sensor } from './sensor.ts';
import { TrainingThrottle } from './training-throttle.ts';
import { WarmUp, type WarmUpOptions } from './warm-up.ts';

export interface MonitorOptions extends DetectorOptions, EpisodeOptions, SensorWatchOptions, WarmUpOptions {
  /** The topic of all messages of a group, as a positive number; absent where there may be several topics. */
  readonly source?: number;
}

/**
 * Prefix of the pieces of memory that are not learned: sensors, open episodes, and whether the operator holds learning. A
 * reset keeps them. Like each prefix that is no slug it begins with a capital, and no slug does: a series may be called "network".
 */
const PERSISTENT = 'Persistent';
export const isLearned = (name: string): boolean => !name.startsWith(`${PERSISTENT}.`);

/** The parts of one stream. All their state is in one memory, so that a snapshot of it is complete. */
export class StreamParts {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  readonly options: MonitorOptions;
  readonly memory = new Memory();
  readonly detector: Detector;
  readonly sensors: readonly Sensor[];
  readonly aligner: Aligner;
  readonly warmUp: WarmUp;
  readonly confidence: Confidence;
  readonly process: ProcessWatch;
  readonly drift: DriftWatch;
  readonly throttle: TrainingThrottle;
  readonly events: EventQueue;
  /** 1 while the operator holds learning. */
  readonly learningHeld: Float64Array;
  /** The sensitivity that the operator has set; 0 while that of the options counts. */
  readonly sensitivity: Float64Array;
  /** For each series, 1 while it is in maintenance. */
  readonly maintenance: Float64Array;

  constructor(stream: string, series: readonly SeriesInfo[], options: MonitorOptions) {
    const D = series.length;
    const { memory } = this;
    const persistent = section(memory, PERSISTENT);
    const own = series.map(({ slug }) => section(memory, slug));
    this.stream = stream;
    this.series = series;
    this.options = options;
    const events = (this.events = new EventQueue(stream, series, options.calendar));
    const detector = (this.detector = new Detector(memory, series, options));
    const warmUp = (this.warmUp = new WarmUp(memory, D, options));
    const confidence = (this.confidence = new Confidence(persistent, D, options.warmup));
    this.aligner = new Aligner(persistent, stream, D, options.source);
    this.sensors = series.map(({ slug }, d) => {
      const maturity = (): number => confidence.maturity(detector.series[d].readings);
      return new Sensor(section(persistent, slug), series, d, options, events, maturity);
    });
    this.detector.reports = (d) => this.process.reports(d);
    this.process = new ProcessWatch(persistent, series, options, { detector, warmUp, confidence, events });
    this.drift = new DriftWatch(persistent, own, series, options, events, (d) =>
      confidence.of(detector.series[d].readings),
    );
    this.throttle = new TrainingThrottle(persistent);
    this.learningHeld = persistent.take('learning_held', 1);
    this.sensitivity = persistent.take('sensitivity', 1);
    this.maintenance = persistent.take('maintenance', D, perSeries());
  }

  /** The memory of a stream that has read nothing, as bytes. */
  fresh(): Uint8Array {
    return new StreamParts(this.stream, this.series, this.options).memory.toBytes();
  }

  /** Series d begins its warm-up and learns anew from `fresh` memory, and so does the correlation of the group, which is in its deviations. */
  relearn(d: number, fresh: Uint8Array): void {
    const own = `${this.series[d].slug}.`;
    this.memory.fromBytes(fresh, (name) => name.startsWith(own) || name.startsWith('Residuals.'));
    this.warmUp.begin(d);
  }

  /** Applies the settings of the operator and of the site, and maintenance. To be called after the memory was overwritten too. */
  applySettings(): void {
    this.aligner.resume();
    this.detector.frozen = this.learningHeld[0] === 1 || this.maintenance.includes(1);
    this.detector.setSensitivity(this.sensitivity[0] || this.options.sensitivity);
  }
}
