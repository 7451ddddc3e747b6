import { BINS } from '../../math/bins.ts';
import type { GradientByLag } from '../../nn/inspect/gradient-by-lag.ts';
import { NetworkInspector } from '../../nn/inspect/network-inspector.ts';
import type { Detector, Observer } from '../detector.ts';

/**
 * Records how a stream learns while somebody watches: the last `length` samples with their losses, and the steps of the network
 * (nn/inspect/network-inspector.ts). Between `start` and `stop` it is the observer of the detector; it changes nothing else in it.
 */
export class LearningWatch implements Observer {
  readonly detector: Detector;
  readonly length: number;
  /** Null where the stream has no network. */
  readonly inspector: NetworkInspector | null;
  /** Samples recorded, after the earlier steps that were still on the tape of the network. */
  count: number;
  // Rings of `length` samples; NaN where a number is not known, as of the earlier steps.
  private readonly times: Float64Array;
  private readonly values: Float64Array; // (length, D)
  private readonly networkLosses: Float64Array; // (length, D)
  private readonly baselineLosses: Float64Array; // (length, D)
  private readonly margins: Float64Array; // (length, D)
  // The newest loss: targets (D BINS), 1 for each series with a loss (D), and the step that made the forecast.
  private readonly q: Float64Array;
  private readonly judged: Uint8Array;
  private judgedStep = -1;

  constructor(detector: Detector, length: number) {
    const D = detector.series.length;
    this.detector = detector;
    this.length = length;
    this.inspector = detector.forecaster === null ? null : new NetworkInspector(detector.forecaster.network, length);
    this.count = this.inspector?.count ?? 0;
    this.times = new Float64Array(length).fill(NaN);
    this.values = new Float64Array(length * D).fill(NaN);
    this.networkLosses = new Float64Array(length * D).fill(NaN);
    this.baselineLosses = new Float64Array(length * D).fill(NaN);
    this.margins = new Float64Array(length * D).fill(NaN);
    this.q = new Float64Array(D * BINS);
    this.judged = new Uint8Array(D);
  }

  /** Begins the recording. */
  start(): void {
    this.detector.observer = this;
  }

  /** Ends the recording. */
  stop(): void {
    if (this.detector.observer === this) this.detector.observer = null;
  }

  observe(at: number, input: Float64Array): void {
    const { detector, inspector, length, q, judged } = this;
    const { series } = detector;
    const D = series.length;
    const slot = this.count % length;
    this.times[slot] = at;
    let any = false;
    for (let d = 0; d < D; d++) {
      const { value, comparable, forecast } = series[d];
      const place = slot * D + d;
      this.values[place] = value;
      this.networkLosses[place] = comparable ? forecast.networkLoss : NaN;
      this.baselineLosses[place] = comparable ? forecast.baselineLoss : NaN;
      this.margins[place] = inspector === null ? NaN : forecast.selection.margin;
      any ||= comparable;
    }
    if (any && inspector !== null) {
      for (let d = 0; d < D; d++) {
        judged[d] = series[d].comparable ? 1 : 0;
        q.set(series[d].forecast.target, d * BINS);
      }
      this.judgedStep = this.count - 1;
    }
    inspector?.record(input);
    this.count++;
  }

  /** Samples that are kept. */
  get kept(): number {
    return Math.min(this.count, this.length);
  }

  /** Time of the kept sample t, 0 the oldest, epoch ms; NaN before the recording. */
  timeOf(t: number): number {
    return this.times[this.slot(t)];
  }

  /** Value of series d in the kept sample t; NaN where it is missing. */
  valueOf(t: number, d: number): number {
    return this.of(this.values, t, d);
  }

  /** Loss of the network's forecast of series d in the kept sample t, nats; NaN where there was none. */
  networkLossOf(t: number, d: number): number {
    return this.of(this.networkLosses, t, d);
  }

  /** The same of the baseline. */
  baselineLossOf(t: number, d: number): number {
    return this.of(this.baselineLosses, t, d);
  }

  /** Mean loss of the baseline minus that of the network over the 2,000 readings up to the kept sample t, nats a reading. */
  marginOf(t: number, d: number): number {
    return this.of(this.margins, t, d);
  }

  /**
   * How far back the newest loss reaches; the gradient is 0 before the first loss. Null without a network, before the first step, and
   * where a number is not finite.
   */
  gradientByLag(): GradientByLag | null {
    const { inspector, kept, q, judged } = this;
    if (inspector === null || kept === 0) return null;
    const last = this.judgedStep - (this.count - kept);
    return last < 0
      ? inspector.gradientByLag(kept - 1, q, new Uint8Array(judged.length))
      : inspector.gradientByLag(last, q, judged);
  }

  private of(ring: Float64Array, t: number, d: number): number {
    return ring[this.slot(t) * this.detector.series.length + d];
  }

  private slot(t: number): number {
    return (this.count - this.kept + t) % this.length;
  }
}
