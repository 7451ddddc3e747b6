import { beyondAxis, BINS, quantile, softTarget, surprisal } from '../../math/bins.ts';
import { sinh } from '../../math/elementary.ts';
import type { Memory } from '../../math/memory.ts';
import { Alternatives } from './alternatives.ts';
import { Band } from './band.ts';
import { Baseline } from './baseline.ts';
import { ForecastSelection } from './forecast-selection.ts';

/**
 * The forecast of one series as a density over the next step, from the network or the baseline, whichever is better, and the
 * loss of both for the observed step.
 */
export class SeriesForecast {
  /** Median of the forecast, in the unit of the series; NaN before the second reading. */
  expected = NaN;
  /** Loss of the network for the newest step, nats; NaN where there is none. */
  networkLoss = NaN;
  /** The same for the baseline. */
  baselineLoss = NaN;
  readonly baseline: Baseline;
  readonly selection: ForecastSelection;
  /** Target distribution of the observed step (BINS). */
  readonly target = new Float64Array(BINS);
  /** The forecast that is used (BINS): the network's where it is at least as good as the baseline's. */
  readonly density = new Float64Array(BINS);
  readonly alternatives = new Alternatives();
  private readonly region = new Band();
  private last = NaN;
  private scale = NaN;
  private fitted = false;

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
    const { baseline, target, density, alternatives } = this;
    baseline.forecast();
    const usesNetwork = p !== null && this.selection.share >= 0.5;
    const used = usesNetwork ? p : baseline.p;
    for (let b = 0, k = usesNetwork ? offset : 0; b < BINS; b++) density[b] = used[k++];
    alternatives.measure(density, target);
    // The loss of the forecast that is used is known from there: its logarithms are taken once.
    const loss = alternatives.loss + beyondAxis(step);
    this.baselineLoss = usesNetwork ? surprisal(baseline.p, target, 0, step) : loss;
    this.networkLoss = usesNetwork ? loss : p === null ? NaN : surprisal(p, target, 0, step, offset);
  }

  /** Fills `expected`: steps from the value `last`, of deviation `scale`. To be called after `compare`. */
  predict(last: number, scale: number): void {
    this.last = last;
    this.scale = scale;
    this.fitted = false;
    this.expected = last + scale * sinh(quantile(this.density, 0, 0.5));
  }

  /** The band of the forecast. It is computed when it is asked for. */
  get band(): Readonly<Band> {
    if (!this.fitted && !Number.isNaN(this.last)) this.region.fit(this.density, this.last, this.scale);
    this.fitted = true;
    return this.region;
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
