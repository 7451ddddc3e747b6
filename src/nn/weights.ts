import type { CellKind } from './build-cell.ts';
import type { CoreOptions } from './core.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  product,
  quoted,
  toNumbers,
  toTensor,
  WeightsError,
  type Tensor,
} from './safetensors.ts';

/**
 * A network's weights as a safetensors file that PyTorch reads and writes.
 *
 * rnn, gru and lstm have the names and shapes of `torch.nn.RNN(X, H)` (its tanh), `GRU` and `LSTM`, one layer, one
 * direction: `load_state_dict(load_file(path))` reads a file of zankyo, and `save_file(model.state_dict(), path)` writes one
 * that zankyo reads. PyTorch has no peepholes and no element-wise cell; their names are zankyo's own.
 * theta has PyTorch's order of gates, so each block of theta is one tensor.
 */

/** Rows of H that a cell's W_ih has. */
export const GATES: Readonly<Record<CellKind, number>> = { rnn: 1, gru: 3, lstm: 4, elementwise: 3 };

/** A read-out, such as `ReadOut`: V (rows, inputSize), then b (rows), as in `torch.nn.Linear`. */
export interface ReadOut {
  /** H + F. */
  readonly inputSize: number;
  readonly theta: Float64Array;
}

interface Block {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The blocks of theta, in order. The first name identifies a cell in a file. */
function cellBlocks(kind: CellKind, X: number, H: number, peepholes: boolean): Block[] {
  const rows = GATES[kind] * H;
  if (kind === 'elementwise')
    return [
      { name: 'weight_x', shape: [rows, X] }, // W = [F; Z; O]
      { name: 'weight_c', shape: [rows] },    // w
      { name: 'bias', shape: [rows] },
    ];
  const blocks = [
    { name: 'weight_ih_l0', shape: [rows, X] },
    { name: 'weight_hh_l0', shape: [rows, H] },
    { name: 'bias_ih_l0', shape: [rows] },
    { name: 'bias_hh_l0', shape: [rows] },
  ];
  if (kind === 'lstm' && peepholes)
    for (const gate of ['i', 'f', 'o']) blocks.push({ name: `weight_p${gate}_l0`, shape: [H] });
  return blocks;
}

const headBlocks = ({ inputSize, theta }: ReadOut): Block[] =>
  readOutBlocks(inputSize, Math.floor(theta.length / (inputSize + 1)));

function readOutBlocks(inputSize: number, rows: number): Block[] {
  return [
    { name: 'head.weight', shape: [rows, inputSize] },
    { name: 'head.bias', shape: [rows] },
  ];
}

/** The names and shapes of all tensors of a network, in the order of its theta (core.ts). */
export function tensorsOf(options: CoreOptions): readonly Block[] {
  const { cell, inputSize: X, hiddenSize: H, peepholes, blocks, bins, direct } = options;
  return [...cellBlocks(cell, X, H, peepholes), ...readOutBlocks(direct ? H + X : H, blocks * bins)];
}

/** Each block with its part of theta. Throws a RangeError when theta has another length. */
function split(blocks: readonly Block[], theta: Float64Array): (Block & { part: Float64Array })[] {
  const count = blocks.reduce((sum, { shape }) => sum + product(shape), 0);
  if (theta.length !== count) throw new RangeError(`weights: theta has ${theta.length} numbers, not ${count}`);
  let at = 0;
  return blocks.map(({ name, shape }) => ({ name, shape, part: theta.subarray(at, (at += product(shape))) }));
}

/**
 * The file of a cell's theta, in F64: nothing is rounded. Given a read-out, the file is the state_dict of a model whose
 * attributes are the cell, under its kind, and `head`: gru.weight_ih_l0, ..., head.weight, head.bias.
 * Throws a RangeError when the length of an array does not match the sizes.
 */
export function exportWeights(
  kind: CellKind,
  inputSize: number,
  hiddenSize: number,
  peepholes: boolean,
  theta: Float64Array,
  head?: ReadOut,
): Uint8Array {
  const prefix = head ? `${kind}.` : '';
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, part } of split(cellBlocks(kind, inputSize, hiddenSize, peepholes), theta))
    tensors.set(prefix + name, toTensor(part, shape));
  if (head)
    for (const { name, shape, part } of split(headBlocks(head), head.theta)) tensors.set(name, toTensor(part, shape));
  // The keyword arguments of torch.nn; 'pt' marks a file of PyTorch. Reading does not need them: the shapes are enough.
  return encodeSafetensors(tensors, {
    format: 'pt',
    cell: kind,
    input_size: String(inputSize),
    hidden_size: String(hiddenSize),
  });
}

/**
 * Fills theta, and the read-out's theta if it is given, from a file: one of zankyo, or the state_dict of a cell or of a model
 * that has one such cell under any name, and `head` beside it. Narrower floats are widened; other tensors of a model are
 * ignored. Throws a `WeightsError`, and changes nothing, when the file is damaged, or contains another cell, another size, a
 * second layer or a number that is not finite; throws a RangeError when the length of an array does not match the sizes.
 */
export function importWeights(
  bytes: Uint8Array,
  kind: CellKind,
  inputSize: number,
  hiddenSize: number,
  peepholes: boolean,
  theta: Float64Array,
  head?: ReadOut,
): void {
  const blocks = split(cellBlocks(kind, inputSize, hiddenSize, peepholes), theta);
  const { tensors } = decodeSafetensors(bytes);
  const asked = describe(kind, inputSize, hiddenSize, peepholes);
  const refuse = (what: string) =>
    new WeightsError(`${what}: the file holds ${contents(tensors)}, expected ${asked}`);

  const prefixes = cellPrefixes(tensors, blocks[0].name);
  if (!prefixes.length) throw refuse(`no ${quoted(blocks[0].name)}`);
  if (prefixes.length > 1)
    throw refuse(`${prefixes.length} cells, ${prefixes.slice(0, 3).map(quoted).join(', ')}, not one`);
  const [prefix] = prefixes;
  for (const name of tensors.keys()) {
    const own = name.startsWith(prefix) ? name.slice(prefix.length) : '.';
    if (!own.includes('.') && !blocks.some((block) => block.name === own))
      throw refuse(`${quoted(name)} is one too many`);
  }

  const wanted = blocks.map((block) => ({ ...block, name: prefix + block.name }));
  if (head) {
    const model = prefix.replace(/[^.]*\.$/, ''); // the cell's sibling: model.gru. and model.head.
    wanted.push(...split(headBlocks(head), head.theta).map((block) => ({ ...block, name: model + block.name })));
  }
  const values = wanted.map(({ name, shape }) => {
    const tensor = tensors.get(name);
    if (!tensor) throw refuse(`no ${quoted(name)}`);
    if (!sameShape(tensor.shape, shape))
      throw refuse(`${quoted(name)} has the shape ${shown(tensor.shape)}, not ${shown(shape)}`);
    return finite(name, tensor);
  });
  wanted.forEach(({ part }, i) => {
    part.set(values[i]);
  });
}

/** A tensor's numbers, or a `WeightsError` that names it. */
function finite(name: string, tensor: Tensor): Float64Array {
  let values;
  try {
    values = toNumbers(tensor);
  } catch (cause) {
    throw new WeightsError(`${quoted(name)}: ${(cause as WeightsError).message}`, { cause });
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new WeightsError(`${quoted(name)}: number ${bad + 1} of ${values.length} is ${values[bad]}, not finite`);
  return values;
}

/** Prefixes of the cells in a file whose first block has this name, for example '' or 'gru.'. */
function cellPrefixes(tensors: ReadonlyMap<string, Tensor>, first: string): string[] {
  return [...tensors.keys()]
    .filter((name) => name === first || name.endsWith(`.${first}`))
    .map((name) => name.slice(0, -first.length));
}

const KINDS: readonly [CellKind, peepholes: boolean][] = [
  ['rnn', false],
  ['gru', false],
  ['lstm', true],
  ['lstm', false],
  ['elementwise', false],
];

/** The contents of a file in words: a cell and its sizes if there is one, else names and shapes. */
function contents(tensors: ReadonlyMap<string, Tensor>): string {
  for (const [kind, peepholes] of KINDS) {
    const first = cellBlocks(kind, 1, 1, peepholes)[0].name;
    for (const prefix of cellPrefixes(tensors, first)) {
      const [rows, X] = tensors.get(prefix + first)!.shape;
      const H = rows / GATES[kind];
      const blocks = cellBlocks(kind, X, H, peepholes);
      if (blocks.every(({ name, shape }) => sameShape(tensors.get(prefix + name)?.shape, shape)))
        return describe(kind, X, H, peepholes);
    }
  }
  const [few, more] = [[...tensors].slice(0, 6), tensors.size - 6];
  const list = few.map(([name, { shape }]) => `${quoted(name)} ${shown(shape)}`).join(', ') || 'nothing';
  return more > 0 ? `${list} and ${more} more` : list;
}

const describe = (kind: CellKind, X: number, H: number, peepholes: boolean): string =>
  `${kind}${kind === 'lstm' && peepholes ? ' with peepholes' : ''} (inputs ${X}, hidden units ${H})`;
const sameShape = (a: readonly number[] | undefined, b: readonly number[]): boolean =>
  a?.length === b.length && a.every((length, i) => length === b[i]);
const shown = (shape: readonly number[]): string =>
  shape.length > 6 ? `(${shape.slice(0, 6).join(', ')}, …)` : `(${shape.join(', ')})`;
