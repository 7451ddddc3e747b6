import type { Memory } from '../../math/memory.ts';

/** Readings that the comparison looks back on. */
const SPAN = 2000;
/** One reading counts for no more than this loss, in nats. */
const MAX_LOSS = 20;
/** The network speaks instead of the baseline from this much worse to this much better, in nats a reading. */
const BLEND_MARGIN = 0.1;
/** From here on, and in full after so much more, its word counts alone. */
const TRUST_FROM = 0.1;
const TRUST_RANGE = 0.4;

/**
 * Is the network worth its cost? Both forecast every step, the network and the baseline (baseline.ts), and both pay for
 * what came, in nats. The difference of their mean losses is the network's margin:
 *
 * - a network that is behind hands over to the baseline, so that one which does not help does no harm;
 * - one that is well ahead knows the order of things, and then a step out of order is an alarm by itself.
 */
export class ForecastSelection {
  private readonly s: Float64Array; // mean loss of the network and of the baseline, readings

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('selection', 3);
  }

  /** Mean loss of late, nats a reading. */
  get networkLoss(): number {
    return this.s[0];
  }

  get baselineLoss(): number {
    return this.s[1];
  }

  /** How much better the network forecasts, nats a reading. */
  get margin(): number {
    return this.s[1] - this.s[0];
  }

  /** The network's share in what is said together, 0 to 1. */
  get share(): number {
    return clampToUnit((this.margin + BLEND_MARGIN) / (2 * BLEND_MARGIN));
  }

  /** How far the network's word counts alone, 0 to 1. */
  get trust(): number {
    return clampToUnit((this.margin - TRUST_FROM) / TRUST_RANGE);
  }

  update(network: number, baseline: number): void {
    const { s } = this;
    const a = Math.max(1 / SPAN, 1 / ++s[2]);
    s[0] += a * (Math.min(MAX_LOSS, network) - s[0]);
    s[1] += a * (Math.min(MAX_LOSS, baseline) - s[1]);
  }
}

const clampToUnit = (x: number): number => Math.max(0, Math.min(1, x));
