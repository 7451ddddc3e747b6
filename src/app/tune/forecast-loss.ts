import { BINS, softTarget, surprisal } from '../../detect/bins.ts';
import type { Step } from '../../stream/detect-per-stream.ts';

/** Mean log-loss of a stream's forecasts after the warm-up: the cross-entropy, in nats, with the step that came. */
export class ForecastLoss {
  private readonly q = new Float64Array(BINS);
  private forecast: Float64Array | null = null; // made by the sample before
  private sum = 0;
  private readings = 0;

  /** NaN when nothing came. */
  get mean(): number {
    return this.sum / this.readings;
  }

  hear({ monitor, verdict }: Step): void {
    if (verdict === null) return;
    const { series, forecaster } = monitor.detector;
    if (this.forecast === null) this.forecast = forecaster.p.slice();
    else {
      if (monitor.warmup === 1)
        for (let d = 0; d < series.length; d++) this.add(series[d].value, series[d].step, d * BINS);
      this.forecast.set(forecaster.p);
    }
  }

  private add(value: number, step: number, at: number): void {
    if (Number.isNaN(value)) return;
    softTarget(step, this.q, 0);
    this.sum += surprisal(this.forecast!.subarray(at), this.q, 0, step);
    this.readings++;
  }
}
