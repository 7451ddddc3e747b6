import { BINS, softTarget, surprisal } from '../../detect/bins.ts';
import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { Step } from '../../stream/detect-per-stream.ts';
import { BlockSums } from './blocks.ts';

/** The forecast that a stream made for its next sample. */
interface Forecast {
  readonly p: Float64Array; // (D BINS)
  samples: number; // that the stream had taken when it was made
}

/**
 * The log-loss of a contender's forecasts: for each reading after the warm-up the cross-entropy, in nats, between the forecast
 * made one sample ago and the step that came, as the detector itself is taught by it.
 */
export class LossMeter {
  /** Over all series. */
  readonly all = new BlockSums();
  /** Of each series by itself, under its name. */
  readonly bySeries = new Map<string, BlockSums>();
  private readonly forecasts = new Map<StreamMonitor, Forecast>();
  private readonly q = new Float64Array(BINS);
  private readonly forecastOf: (monitor: StreamMonitor) => Float64Array;

  constructor(forecastOf: (monitor: StreamMonitor) => Float64Array) {
    this.forecastOf = forecastOf;
  }

  /** Takes what has been through its stream in a block of the recording. */
  hear({ monitor, verdict }: Step, block: number): void {
    if (verdict === null) return;
    const { series } = monitor.detector;
    const forecast = this.forecasts.get(monitor);
    // Two samples that were over at once leave the second's forecast unseen.
    if (forecast?.samples === monitor.samples - 1 && monitor.warmup === 1)
      for (let d = 0; d < series.length; d++) {
        if (Number.isNaN(series[d].value)) continue;
        softTarget(series[d].step, this.q, 0);
        this.add(monitor.series[d].slug, block, surprisal(forecast.p.subarray(d * BINS), this.q, 0, series[d].step));
      }
    const p = this.forecastOf(monitor);
    if (forecast === undefined) this.forecasts.set(monitor, { p: p.slice(), samples: monitor.samples });
    else {
      forecast.p.set(p);
      forecast.samples = monitor.samples;
    }
  }

  private add(series: string, block: number, loss: number): void {
    let own = this.bySeries.get(series);
    if (own === undefined) this.bySeries.set(series, (own = new BlockSums()));
    own.add(block, loss, 1);
    this.all.add(block, loss, 1);
  }
}
