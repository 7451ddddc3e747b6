import { section, type Memory } from '../../math/memory.ts';
import { buildNetwork } from '../../nn/build-network.ts';
import type { CoreOptions } from '../../nn/core.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { Network } from '../../nn/network.ts';
import { BINS } from '../../math/bins.ts';

/** What of a network is the operator's choice. */
type Chosen = 'cell' | 'peepholes' | 'learner' | 'hiddenSize' | 'horizon' | 'trainEvery' | 'learningRate';

export interface ForecasterOptions extends Pick<CoreOptions, Chosen> {
  readonly seed: number;
  /** Where networks run in SIMD; null for plain Float64. */
  readonly kernel: Kernel | null;
}

/** Longest gradient followed in full. */
const CLIP = 1;
/**
 * Share of the way back to the initial parameters, every 1024 updates: what was learned and never again confirmed is forgotten
 * within 100,000. Detection is the same with it and without it; at 5 times as much it begins to suffer (docs/detection.md).
 */
const REGENERATION = 0.01;

/**
 * The recurrent forecaster: one network that has heard all that its series said, and says what they will do next.
 *
 * After each reading the state moves on and a forecast is made: for each of D series a categorical distribution over
 * its next step. The next reading is judged by it, and only then teaches the network.
 */
export class Forecaster {
  readonly network: Network;
  /** The forecast, D blocks of BINS probabilities. Uniform until the first reading. */
  readonly p: Float64Array;
  private readonly error: Float64Array;

  /** `inputSize`: length of the vectors given to `advance`; `series`: D. */
  constructor(memory: Memory, inputSize: number, series: number, { kernel, ...chosen }: ForecasterOptions) {
    const rest = { inputSize, blocks: series, bins: BINS, direct: true, clip: CLIP, regeneration: REGENERATION };
    this.network = buildNetwork(section(memory, 'network'), { ...chosen, ...rest }, kernel);
    this.p = this.network.output;
    this.error = new Float64Array(this.p.length);
  }

  /**
   * Learns from what came: q holds D target distributions, `heard[d]` is 0 where series d was missing.
   * True when the weights were updated.
   */
  learn(q: Float64Array, heard: Uint8Array): boolean {
    const { error, p } = this;
    for (let k = 0; k < error.length; k++) error[k] = heard[(k / BINS) | 0] ? p[k] - q[k] : 0;
    return this.network.learn(error);
  }

  /** Moves the state on by the input x and forecasts what comes next. */
  advance(x: Float64Array): void {
    this.network.advance(x);
  }
}
