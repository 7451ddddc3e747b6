import type { Memory } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';

const { MIN_SPAN: SPAN, SLOW_SPAN, BLEND_MARGIN } = CONSTANTS;

/**
 * Online selection between two forecasts, those of the network and of the baseline (baseline.ts). Both forecast every step, and
 * have a loss, -ln p of the observed step, in nats. The margin of the network is the difference of the mean losses:
 *
 * - with a negative margin the baseline is used, so that a network that does not help does no harm;
 * - with a large margin the network is trusted: then an unexpected step is an alarm by itself.
 *
 * Memory (3): mean loss of the network, mean loss of the baseline, readings.
 */
export class ForecastSelection {
  private readonly s: Float64Array;

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('selection', 3);
  }

  /** Mean loss of the network over the last 2,000 readings, nats per reading. */
  get networkLoss(): number {
    return this.s[0];
  }

  /** The same for the baseline. */
  get baselineLoss(): number {
    return this.s[1];
  }

  /** Mean loss of the baseline minus that of the network, nats per reading: above 0 the network is better. */
  get margin(): number {
    return this.s[1] - this.s[0];
  }

  /** Share of the network in the blended loss, 0 to 1. */
  get share(): number {
    return clampToUnit((this.margin + BLEND_MARGIN) / (2 * BLEND_MARGIN));
  }

  /** Trust in the network, 0 to 1: the weight of its contextual evidence. */
  get trust(): number {
    return trustAt(this.margin);
  }

  /** Makes the network the worse forecast by a little, as over `SLOW_SPAN` readings: soon its own losses decide. */
  distrust(): void {
    const { s } = this;
    s[0] = s[1] + BLEND_MARGIN;
    s[2] = Math.min(s[2], SLOW_SPAN);
  }

  /** Adds the losses of one reading, nats. */
  update(network: number, baseline: number): void {
    const { s } = this;
    const a = Math.max(1 / SPAN, 1 / ++s[2]);
    s[0] += a * (network - s[0]);
    s[1] += a * (baseline - s[1]);
  }
}

const clampToUnit = (x: number): number => Math.max(0, Math.min(1, x));

/** Trust, 0 to 1, in a forecast that is better than another by `margin` nats: 0 up to BLEND_MARGIN, 1 from twice as much on. */
export const trustAt = (margin: number): number => clampToUnit(margin / BLEND_MARGIN - 1);
