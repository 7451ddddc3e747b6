import { storeLength } from '../math/dense.ts';
import type { Memory } from '../math/memory.ts';

export interface AdamOptions {
  readonly learningRate: number;
  /** Maximum Euclidean norm of a gradient; a longer one is scaled down to this norm. */
  readonly clip: number;
}

/**
 * A smaller moment is 0. It moves no parameter, and the moments of a parameter without a gradient, as of a series that is missing for days,
 * would end in denormal numbers: with three of four series missing a step took four times as long.
 */
const FAINT = 1e-150;

/**
 * Adam (D. Kingma & J. Ba, ICLR 2015, algorithm 1; beta1 0.9, beta2 0.999, epsilon 1e-8) behind a clip of the
 * global gradient norm (R. Pascanu, T. Mikolov & Y. Bengio, ICML 2013, algorithm 1), which keeps one exploding
 * gradient from destroying the learned weights.
 */
export class Adam {
  /** The running mean of the gradient. */
  readonly m: Float64Array;
  private readonly v: Float64Array;
  private readonly power: Float64Array; // beta1^t, beta2^t
  private readonly last = new Float64Array(1); // the last gradient's norm
  private readonly options: AdamOptions;

  constructor(memory: Pick<Memory, 'take'>, size: number, options: AdamOptions) {
    this.m = memory.take('m', size);
    this.v = memory.take('v', size);
    this.power = memory.take('power', 2);
    this.options = options;
    this.restart();
  }

  /** Sets the moments to 0. */
  restart(): void {
    this.m.fill(0);
    this.v.fill(0);
    this.power.fill(1);
  }

  /** The norm of the gradient last given, before clipping. */
  get norm(): number {
    return this.last[0];
  }

  /**
   * Moves theta against the gradient and zeroes the gradient. If its norm is not finite, theta does not change. `rate` scales
   * the learning rate of this one update.
   */
  update(theta: Float64Array, gradient: Float64Array, rate = 1): void {
    const { m, v, power } = this;
    storeLength(gradient, this.last, 0);
    const norm = this.norm;
    if (!Number.isFinite(norm)) {
      gradient.fill(0);
      return;
    }
    const scale = norm > this.options.clip ? this.options.clip / norm : 1;
    power[0] *= 0.9;
    power[1] *= 0.999;
    const stride = (rate * this.options.learningRate) / (1 - power[0]);
    const correction = 1 / (1 - power[1]);
    for (let i = 0; i < theta.length; i++) {
      const g = gradient[i] * scale;
      const mean = m[i] + 0.1 * (g - m[i]), square = v[i] + 0.001 * (g * g - v[i]);
      m[i] = Math.abs(mean) < FAINT ? 0 : mean;
      v[i] = square < FAINT ? 0 : square;
      theta[i] -= (stride * mean) / (Math.sqrt(square * correction) + 1e-8);
      gradient[i] = 0;
    }
  }
}
