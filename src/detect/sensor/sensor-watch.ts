import type { Memory } from '../../math/memory.ts';
import type { Reading, SeriesInfo } from '../reading.ts';
import { TimeGap } from '../../math/time-gap.ts';
import { ClockWatch } from './clock-watch.ts';
import { OnChange } from './on-change.ts';
import { ReadingOrder } from './reading-order.ts';
import { Plausibility } from './plausibility.ts';
import { SilenceDetector } from './silence-detector.ts';
import { StuckDetector } from './stuck-detector.ts';

export interface SensorWatchOptions {
  /** Silence that is a fault: a duration, or learned from the sensor's own intervals, or never. */
  readonly silentAfterMs: number | 'auto' | 'never';
  /** Equal readings in a row that are a fault: a number, or learned, or never. */
  readonly stuckAfter: number | 'auto' | 'never';
}

/** Readings needed before the usual interval is known: the size of a sample. */
const USUAL_AFTER = 50;
/** Usual intervals after which a step from the last reading is not comparable with others. */
const MAX_INTERVALS = 10;

/**
 * Checks the sensor, before any score: does it send, does its value change, is the value possible, is its clock right? Limits that
 * the operator gives hold from the first reading on; the others are learned first.
 */
export class SensorWatch {
  readonly silence: SilenceDetector;
  readonly stuck: StuckDetector;
  readonly plausibility: Plausibility;
  readonly clock: ClockWatch;
  readonly order: ReadingOrder;
  readonly onChange: OnChange;
  private readonly interval: TimeGap;

  constructor(
    memory: Pick<Memory, 'take'>,
    info: Pick<SeriesInfo, 'range' | 'maxStep'>,
    { silentAfterMs, stuckAfter }: SensorWatchOptions,
  ) {
    this.silence = new SilenceDetector(memory, silentAfterMs);
    this.stuck = new StuckDetector(memory, stuckAfter);
    this.plausibility = new Plausibility(memory, info);
    this.clock = new ClockWatch(memory);
    this.order = new ReadingOrder(memory);
    this.interval = new TimeGap(memory, 'interval');
    this.onChange = new OnChange(memory, this.interval);
  }

  /** Usual interval between readings, in their own time, ms. */
  get intervalMs(): number {
    return this.interval.usualMs;
  }

  /** Whether the time between the last reading and one at `at` is too long to compare them. */
  interrupted(at: number): boolean {
    const { readings, lastAt, usualMs } = this.interval;
    return readings >= USUAL_AFTER && at - lastAt > MAX_INTERVALS * usualMs && !this.onChange.reaches(at);
  }

  /** Adds an arrival, whatever its value. `learning`: warm-up, in which learned limits give no fault. */
  update(reading: Reading, learning: boolean): void {
    this.silence.update(reading.receivedAt, learning);
    this.clock.update(reading);
    this.onChange.update(reading.at, reading.receivedAt, reading.value);
    this.interval.update(reading.at);
  }
}
