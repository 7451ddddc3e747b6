import type { DetectorOptions } from '../detector.ts';

/** Separates the kind of network from the series in a shape. */
const SERIES = ', series ';

/** Layout of the memory of a stream, in words: the kind of network, and the series in order. */
export const shapeOf = (options: DetectorOptions, slugs: readonly string[]): string =>
  `${kindOf(options)}${SERIES}${slugs.join(', ')}`;

/** Whether a memory of shape `shape` with the series `slugs` has the layout of a stream, whose series may have other names. */
export const fitsRenamed = (
  stream: { readonly shape: string; readonly series: readonly unknown[] },
  shape: string,
  slugs: readonly string[],
): boolean =>
  slugs.length === stream.series.length && shape === `${stream.shape.split(SERIES, 1)[0]}${SERIES}${slugs.join(', ')}`;

/** A shape as it was written: the options of its network, and its series. */
export interface PastShape<Options extends DetectorOptions> {
  readonly options: Options;
  readonly series: readonly string[];
}

const NETWORK =
  /^(gru|lstm|rnn|elementwise)( with peepholes)? of (\d{1,3}) units in (SIMD|Float64), (?:tbptt of horizon (\d+), update every (\d+)|(snap1|rtrl))$/;

/**
 * The options of `options` with the network of a shape. Null where the text is none, and for a network in SIMD where there is no SIMD
 * here: its memory cannot be read.
 */
export function pastShape<Options extends DetectorOptions>(shape: string, options: Options): PastShape<Options> | null {
  const at = shape.indexOf(SERIES);
  if (at < 0) return null;
  const kind = shape.slice(0, at);
  const series = shape.slice(at + SERIES.length).split(', ');
  if (kind === 'no network') return { options: { ...options, network: false }, series };
  const words = NETWORK.exec(kind);
  if (words === null) return null;
  const [, cell, peepholes, units, arithmetic, horizon, every, learner = 'tbptt'] = words as (string | undefined)[];
  if (arithmetic === 'SIMD' && options.kernel === null) return null;
  const network = {
    network: true,
    cell: cell as Options['cell'],
    peepholes: peepholes !== undefined,
    hiddenSize: Number(units),
    learner: learner as Options['learner'],
    kernel: arithmetic === 'SIMD' ? options.kernel : null,
    ...(horizon === undefined ? {} : { horizon: Number(horizon), trainEvery: Number(every) }),
  };
  const past = { ...options, ...network };
  return kindOf(past) === kind ? { options: past, series } : null;
}

/** Which parts of the network of a stream are kept in another one, in words; null if all are. `past`, `now`: shapes. */
export function changeOf(past: string, now: string): string | null {
  const [was, is] = [past, now].map((shape) => shape.split(SERIES, 1)[0]);
  if (was === is) return null;
  const [before, after] = [NETWORK.exec(was), NETWORK.exec(is)];
  if (after === null) return 'it no longer has a network';
  if (before === null) return 'it has a new network, which learns from the beginning';
  if (before[1] !== after[1])
    return `the network learns from the beginning as ${after[1]}, with the read-out of the ${before[1]} from its inputs`;
  const [from, to] = [before, after].map((match) => Number(match[3]));
  if (to > from) return `all ${from} units of the network are kept, and ${to - from} new ones are added`;
  if (to < from) return `the ${to} units of the network with the most weight are kept, of ${from}`;
  return 'the weights of the network are kept';
}

function kindOf(options: DetectorOptions): string {
  const { network, cell, peepholes, learner, hiddenSize, horizon, trainEvery, kernel } = options;
  if (!network) return 'no network';
  const name = cell === 'lstm' && peepholes ? 'lstm with peepholes' : cell;
  const by = learner === 'tbptt' ? `tbptt of horizon ${horizon}, update every ${trainEvery}` : learner;
  const arithmetic = kernel === null ? 'Float64' : 'SIMD';
  return `${name} of ${hiddenSize} units in ${arithmetic}, ${by}`;
}
