import { BINS, quantile, softTarget, surprisal } from '../../math/bins.ts';
import type { Memory } from '../../math/memory.ts';
import { Baseline } from './baseline.ts';
import { ForecastSelection } from './forecast-selection.ts';

/** Share of forecasts below and above the band. */
const OUTSIDE = 0.005;

/**
 * The forecast of one series as a density over the next step, from the network or the baseline, whichever is better, and the
 * loss of both for the observed step.
 */
export class SeriesForecast {
  /** Median of the forecast and its 99 % band, in the unit of the series; NaN before the second reading. */
  expected = NaN;
  lower = NaN;
  upper = NaN;
  readonly baseline: Baseline;
  readonly selection: ForecastSelection;
  /** Target distribution of the observed step (BINS). */
  readonly target = new Float64Array(BINS);
  private networkLoss = NaN;
  private baselineLoss = NaN;

  constructor(memory: Pick<Memory, 'take'>) {
    this.baseline = new Baseline(memory);
    this.selection = new ForecastSelection(memory);
  }

  /** Stores the observed step, on the compressed axis. */
  observe(step: number): void {
    softTarget(step, this.target, 0);
  }

  /** Losses of both forecasts of `step`, the one observed. `p` (BINS from `offset`) is the network's, null where there is none. */
  compare(step: number, p: Float64Array | null, offset: number): void {
    const { baseline, target } = this;
    baseline.forecast();
    this.baselineLoss = surprisal(baseline.p, target, 0, step);
    this.networkLoss = p === null ? NaN : surprisal(p, target, 0, step, offset);
  }

  /** Fills the band: steps from the value `last`, of deviation `scale`. To be called after `compare`. */
  predict(last: number, scale: number, p: Float64Array | null, offset: number): void {
    const network = p !== null && this.selection.share >= 0.5;
    const [density, from] = network ? [p, offset] : [this.baseline.p, 0];
    this.expected = last + scale * Math.sinh(quantile(density, from, 0.5));
    this.lower = last + scale * Math.sinh(quantile(density, from, OUTSIDE));
    this.upper = last + scale * Math.sinh(quantile(density, from, 1 - OUTSIDE));
  }

  /** Loss of the network, or of the baseline where there is no network, nats. */
  get loss(): number {
    return Number.isNaN(this.networkLoss) ? this.baselineLoss : this.networkLoss;
  }

  /** Loss of both, each in its share, nats. */
  get blendedLoss(): number {
    const { share } = this;
    return share === 0 ? this.baselineLoss : share * this.networkLoss + (1 - share) * this.baselineLoss;
  }

  /** Weight of the network's contextual evidence, 0 to 1. */
  get trust(): number {
    return this.share === 0 ? 0 : this.selection.trust;
  }

  /** Learns from the step that was observed. `span`: readings of a week. */
  learn(span?: number): void {
    if (!Number.isNaN(this.networkLoss)) this.selection.update(this.networkLoss, this.baselineLoss);
    this.baseline.learn(this.target, span);
  }

  /** Sets the time of day of the next step, as the share of the day that is over, in [0, 1). */
  advance(day: number): void {
    this.baseline.advance(day);
  }

  private get share(): number {
    return Number.isNaN(this.networkLoss) ? 0 : this.selection.share;
  }
}
