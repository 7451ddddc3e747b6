import type { Memory } from '../../math/memory.ts';

/** Readings that the comparison looks back on. */
const SPAN = 2000;
/** One reading counts for no more than this loss, in nats. */
const WORST = 20;
/** The network speaks instead of the baseline from this much worse to this much better, in nats a reading. */
const EQUAL = 0.1;
/** From here on, and in full after so much more, its word counts alone. */
const TRUSTED_FROM = 0.1;
const TRUSTED_IN = 0.4;

/**
 * Is the network worth its cost? Both forecast every step, the network and the baseline (baseline.ts), and both pay for
 * what came, in nats. The difference of their mean losses is the network's margin:
 *
 * - a network that is behind hands over to the baseline, so that one which does not help does no harm;
 * - one that is well ahead knows the order of things, and then a step out of order is an alarm by itself.
 */
export class Rivalry {
  private readonly s: Float64Array; // mean loss of the network and of the baseline, readings

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('rivalry', 3);
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
    return within((this.margin + EQUAL) / (2 * EQUAL));
  }

  /** How far the network's word counts alone, 0 to 1. */
  get trust(): number {
    return within((this.margin - TRUSTED_FROM) / TRUSTED_IN);
  }

  add(network: number, baseline: number): void {
    const { s } = this;
    const a = Math.max(1 / SPAN, 1 / ++s[2]);
    s[0] += a * (Math.min(WORST, network) - s[0]);
    s[1] += a * (Math.min(WORST, baseline) - s[1]);
  }
}

const within = (x: number): number => Math.max(0, Math.min(1, x));
