import { section, type Pieces } from '../../../math/memory.ts';
import { softmax } from '../../../nn/read-out.ts';
import { Adam } from '../../../nn/adam.ts';
import { BINS } from '../../../math/bins.ts';
import type { Season } from '../../forecast/season.ts';
import { CONSTANTS } from '../../constants.ts';

/**
 * sin and cos of the time of day, and 1. Not the day of the week: with it, every level that occurred once in the first two weeks
 * counts as expected (NAB 69 instead of 72).
 */
const FEATURES = 3;
const { DENSITY_LEARNING_RATE, MIN_SPAN } = CONSTANTS;
/** Readings after which the learning rate falls as 1/sqrt(t): the density changes ever more slowly, but does not stop. */
const SETTLING = MIN_SPAN / 4;

/** Scratch of `learn`, of all densities together: it is 0 between two calls. */
const gradient = new Float64Array(BINS * FEATURES);

/**
 * Density of levels for the time of day, p(y | clock), categorical over bins and trained slowly.
 *
 *   a_b = U_b [sin phi, cos phi, 1],   p = softmax(a)
 *
 * learned by cross-entropy with Adam at 0.01 min(1, sqrt(500/t)). The network adapts to every reading and soon forgets that a
 * level is rare; this density does not. On NAB it contributes most (12 of 76 points).
 *
 * Memory: U (BINS, 3), the state of Adam, the clock (3), count (1).
 */
export class ContextDensity {
  /** The forecast made by `forecast`: a probability for each bin. */
  readonly p = new Float64Array(BINS);
  private readonly theta: Float64Array;
  private readonly features: Float64Array;
  private readonly adam: Adam;
  private readonly count: Float64Array;

  constructor(memory: Pieces) {
    this.theta = memory.take('density', BINS * FEATURES);
    this.features = memory.take('density.clock', FEATURES);
    this.adam = new Adam(section(memory, 'density'), this.theta.length, {
      learningRate: DENSITY_LEARNING_RATE,
      clip: 1,
    });
    this.count = memory.take('density.count', 1);
  }

  /** Fills `p` (BINS) with the density at the time of day last set by `advance`. */
  forecast(): void {
    const { theta, features, p } = this;
    for (let b = 0, k = 0; b < BINS; b++, k += FEATURES)
      p[b] = theta[k] * features[0] + theta[k + 1] * features[1] + theta[k + 2];
    softmax(p, 0, BINS);
  }

  /** Learns from the level q (BINS from `at`), for which `p` was forecast. */
  learn(q: Float64Array, at: number): void {
    const { features, p } = this;
    for (let b = 0, k = 0; b < BINS; b++) {
      const d = p[b] - q[at + b];
      for (let j = 0; j < FEATURES; j++) gradient[k++] = d * features[j];
    }
    const t = ++this.count[0];
    this.adam.update(this.theta, gradient, Math.min(1, Math.sqrt(SETTLING / t)));
  }

  /** Sets the time of day of the next forecast. */
  advance({ features }: Season): void {
    this.features[0] = features[0];
    this.features[1] = features[1];
    this.features[2] = 1;
  }
}
