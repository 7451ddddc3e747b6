import type { DetectorOptions } from '../detector.ts';

/** Separates the kind of network from the series in a shape. */
const SERIES = ', series ';

/** Layout of the memory of a stream, in words: the kind of network, and the series in order. */
export const shapeOf = (options: DetectorOptions, slugs: readonly string[]): string =>
  `${kindOf(options)}${SERIES}${slugs.join(', ')}`;

/** The series of a shape; none if the kind of network differs from that of `options`. */
export function seriesOf(shape: string, options: DetectorOptions): readonly string[] {
  const start = `${kindOf(options)}${SERIES}`;
  return shape.startsWith(start) ? shape.slice(start.length).split(', ') : [];
}

function kindOf(options: DetectorOptions): string {
  const { network, cell, peepholes, learner, hiddenSize, horizon, trainEvery, kernel } = options;
  if (!network) return 'no network';
  const name = cell === 'lstm' && peepholes ? 'lstm with peepholes' : cell;
  const by = learner === 'tbptt' ? `tbptt of horizon ${horizon}, update every ${trainEvery}` : learner;
  const arithmetic = kernel === null ? 'Float64' : 'SIMD';
  return `${name} of ${hiddenSize} units in ${arithmetic}, ${by}`;
}
