import { lengthOf } from '../../math/dense.ts';
import type { CoreOptions } from '../core.ts';
import { product } from '../safetensors.ts';
import { tensorsOf } from '../weights.ts';

/** One tensor of the parameters, with the names and shapes of the exported weights. */
export interface TensorNorms {
  readonly name: string;
  readonly shape: readonly number[];
  /** Euclidean norm of the tensor. */
  readonly norm: number;
  /** Root mean square of its numbers. */
  readonly rms: number;
  /** Norm of its last update; null before one was seen. */
  readonly update: number | null;
  /** Norm of Adam's running mean of its gradient, over some ten updates, after clipping. */
  readonly gradient: number;
}

/** Norms of each tensor of theta (core.ts), of its last update and of its mean gradient, all in the order of theta. */
export function parameterNorms(
  options: CoreOptions, theta: Float64Array, update: Float64Array | null, gradient: Float64Array,
): readonly TensorNorms[] {
  let end = 0;
  return tensorsOf(options).map(({ name, shape }) => {
    const count = product(shape);
    const from = end;
    end += count;
    const norm = lengthOf(theta, from, end);
    return {
      name,
      shape,
      norm,
      rms: norm / Math.sqrt(count),
      update: update === null ? null : lengthOf(update, from, end),
      gradient: lengthOf(gradient, from, end),
    };
  });
}
