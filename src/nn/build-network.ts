import type { Memory } from '../math/memory.ts';
import { Float64Core } from './float64-core.ts';
import type { Kernel } from './kernel.ts';
import { Network, type NetworkOptions } from './network.ts';
import { SimdCore } from './simd-core.ts';

/** A network in `memory`, on the SIMD kernel where there is one. */
export const buildNetwork = (
  memory: Pick<Memory, 'take' | 'join' | 'pack'>, options: NetworkOptions, kernel: Kernel | null,
): Network =>
  new Network(memory, options, kernel === null ? new Float64Core(memory, options) : new SimdCore(memory, options, kernel));
