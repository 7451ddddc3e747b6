import type { Step } from '../../stream/detect-per-stream.ts';

/** Mean log-loss of a stream's forecasts after the warm-up: the cross-entropy, in nats, with the step that came. */
export class ForecastLoss {
  private sum = 0;
  private readings = 0;

  /** NaN when nothing came. */
  get mean(): number {
    return this.sum / this.readings;
  }

  hear({ monitor, verdict }: Step): void {
    if (verdict === null || monitor.warmup < 1) return;
    for (const { loss } of monitor.detector.series) {
      if (Number.isNaN(loss)) continue;
      this.sum += loss;
      this.readings++;
    }
  }
}
