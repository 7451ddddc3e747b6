import type { Step } from '../../stream/detect-per-stream.ts';
import { BlockSums } from './blocks.ts';

/** Nats per reading: a gain of less than one percent of probability does not matter. */
export const LEAST_GAIN = 0.01;

/**
 * The log-loss of the forecasts of a run: for each reading after the warm-up the cross-entropy, in nats, between the forecast
 * made one sample ago and the actual step; the detector trains on the same loss.
 */
export class LossMeter {
  /** Over all series. */
  readonly all = new BlockSums();
  /** Of each series by itself, under its name. */
  readonly bySeries = new Map<string, BlockSums>();

  /** Adds a processed step in a block of the recording. */
  observe({ monitor, verdict }: Step, block: number): void {
    if (verdict === null || monitor.status.warmup < 1) return;
    monitor.detector.series.forEach(({ forecastLoss: loss }, d) => {
      if (!Number.isNaN(loss)) this.add(monitor.series[d].slug, block, loss);
    });
  }

  private add(series: string, block: number, loss: number): void {
    let own = this.bySeries.get(series);
    if (own === undefined) this.bySeries.set(series, (own = new BlockSums()));
    own.add(block, loss, 1);
    this.all.add(block, loss, 1);
  }
}
