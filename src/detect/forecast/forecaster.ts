import { section, type Memory } from '../../math/memory.ts';
import { buildNetwork } from '../../nn/build-network.ts';
import type { CoreOptions } from '../../nn/core.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { Network } from '../../nn/network.ts';
import { BINS } from '../../math/bins.ts';

/** Options of a network that the operator sets. */
type Chosen = 'cell' | 'peepholes' | 'learner' | 'hiddenSize' | 'horizon' | 'trainEvery' | 'learningRate';

export interface ForecasterOptions extends Pick<CoreOptions, Chosen> {
  readonly seed: number;
  /** Where networks run in SIMD; null for plain Float64. */
  readonly kernel: Kernel | null;
}

/**
 * Guard: share of the way back to their initial values that the parameters move in 1024 updates, so that none saturates in years. Every
 * figure is the same without it.
 */
const REGENERATION = 0.01;
/** Largest norm of the gradient; a longer one is scaled to it. */
const CLIP = 1;

/**
 * The recurrent forecaster: one network for all series of a stream.
 *
 * After each sample the network advances its state and forecasts, for each of D series, a categorical distribution over the next
 * step. The next sample is scored against this forecast, and only then the network learns from it.
 */
export class Forecaster {
  readonly network: Network;
  /** The forecast, D blocks of BINS probabilities. Uniform until the first reading. */
  readonly p: Float64Array;
  private readonly error: Float64Array;

  /** `inputSize`: length of the vectors given to `advance`; `series`: D. */
  constructor(memory: Memory, inputSize: number, series: number, { kernel, ...chosen }: ForecasterOptions) {
    const rest = { inputSize, blocks: series, bins: BINS, direct: true, clip: CLIP, regeneration: REGENERATION };
    this.network = buildNetwork(section(memory, 'Network'), { ...chosen, ...rest }, kernel);
    this.p = this.network.output;
    this.error = new Float64Array(this.p.length);
  }

  /**
   * Learns from the observed steps: q (D BINS) holds a target distribution for each series, present (D) is 0 where a series is
   * missing. Returns whether the weights were updated.
   */
  learn(q: Float64Array, present: Uint8Array): boolean {
    const { error, p } = this;
    for (let d = 0, from = 0; d < present.length; d++, from += BINS)
      if (present[d]) for (let k = from; k < from + BINS; k++) error[k] = p[k] - q[k];
      else error.fill(0, from, from + BINS);
    return this.network.learn(error);
  }

  /** Advances the state by the input x (`inputSize`) and fills `p` with the next forecast. */
  advance(x: Float64Array): void {
    this.network.advance(x);
  }
}
