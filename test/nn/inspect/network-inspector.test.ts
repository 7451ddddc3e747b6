import { describe, expect, test } from 'vitest';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';
import { MAX_CELL } from '../../../src/nn/lstm-cell.ts';
import { buildNetwork } from '../../../src/nn/build-network.ts';
import { activationsOf, HIDDEN } from '../../../src/nn/inspect/activations.ts';
import { lengthOf } from '../../../src/math/dense.ts';
import { NetworkInspector } from '../../../src/nn/inspect/network-inspector.ts';
import type { NetworkOptions } from '../../../src/nn/network.ts';
import { ARITHMETICS } from '../kernel.ts';
import { LEARNERS, normals, TRAINING } from '../reference.ts';

const [X, H, BLOCKS, BINS] = [3, 6, 2, 4];
const KINDS = [
  { cell: 'rnn', peepholes: false },
  { cell: 'gru', peepholes: false },
  { cell: 'lstm', peepholes: false },
  { cell: 'lstm', peepholes: true },
  { cell: 'elementwise', peepholes: false },
] as const;
const BASE = {
  inputSize: X,
  hiddenSize: H,
  blocks: BLOCKS,
  bins: BINS,
  direct: true,
  ...TRAINING,
  regeneration: 0.01,
} as const;
const TRIPLES = ARITHMETICS.flatMap((which) =>
  KINDS.flatMap((kind) =>
    LEARNERS.map((learner) => ({ ...which, ...kind, learner, name: `${kind.cell}${kind.peepholes ? '+p' : ''}` })),
  ),
);
/** A target for each block, in turn. */
const targetAt = (t: number): Float64Array =>
  Float64Array.from({ length: BLOCKS * BINS }, (_, k) => (k % BINS === (t + Math.floor(k / BINS)) % BINS ? 1 : 0));
const BOTH = Uint8Array.of(1, 1);

describe.each(TRIPLES)('$name, $learner, $arithmetic', ({ arithmetic, kernel, cell, peepholes, learner }) => {
  const digits = arithmetic === 'SIMD' ? 5 : 14;

  const make = (changes: Partial<NetworkOptions> = {}) => {
    const memory = new Memory();
    const network = buildNetwork(memory, { ...BASE, cell, peepholes, learner, ...changes }, kernel);
    const random = new Random(2);
    let t = 0;
    /** One reading: learns from it, shows it to the inspector, advances. */
    const step = (inspector?: NetworkInspector): void => {
      const q = targetAt(t++);
      network.learn(network.output.map((p, k) => p - q[k]));
      const x = normals(X, random);
      inspector?.record(x);
      network.advance(x);
    };
    const state = (): Float64Array => {
      const s = new Float64Array(cell === 'lstm' || cell === 'elementwise' ? 2 * H : H);
      network.core.cellState(s);
      return s;
    };
    return { memory, network, step, state };
  };

  test('parameters, state, moments and forecasts are the same bits with and without it', () => {
    const [watched, free] = [make(), make()];
    let inspector: NetworkInspector | undefined;
    const steps = learner === 'tbptt' ? 1100 : 150; // past the maintenance, which every learner has in common
    for (let t = 0; t < steps; t++) {
      if (t === 20) inspector = new NetworkInspector(watched.network, 10);
      watched.step(inspector);
      free.step();
      if (inspector === undefined || t % 50 !== 0) continue;
      inspector.gradientByLag(inspector.kept - 1, targetAt(t), BOTH);
      inspector.parameterNorms();
      inspector.recurrentRadius();
    }
    expect(watched.memory.toBytes()).toEqual(free.memory.toBytes());
    expect(watched.network.count('updates')).toBe(steps - 1); // the first reading was not forecast
  });

  test('it shows the state that the network had after each reading', () => {
    const { network, step, state } = make();
    for (let t = 0; t < 30; t++) step();
    const inspector = new NetworkInspector(network, 5);
    const seen: number[][] = [];
    for (let t = 0; t < 12; t++) {
      step(inspector);
      seen.push([...state()]);
    }
    const hidden = new Float64Array(H * 5);
    inspector.activation(HIDDEN, hidden);
    expect(inspector.kept).toBe(5);
    for (let t = 0; t < 5; t++)
      for (let i = 0; i < H; i++) expect(hidden[i * 5 + t]).toBeCloseTo(seen[7 + t][i], digits);
  });

  test('gates lie between 0 and 1, and with them the equations give the states', () => {
    const { network, step } = make();
    const inspector = new NetworkInspector(network, 6);
    for (let t = 0; t < 40; t++) step(inspector);
    const read = (symbol: string): Float64Array => {
      const values = new Float64Array(H * 6);
      inspector.activation(symbol === 'h' ? HIDDEN : activationsOf(cell).find((one) => one.symbol === symbol)!, values);
      return values;
    };
    for (const activation of activationsOf(cell)) {
      if (activation.span !== 'unit') continue;
      for (const value of read(activation.symbol)) expect(value > 0 && value < 1).toBe(true);
    }
    const h = read('h');
    const after = (all: Float64Array, i: number): [number, number] => [all[i * 6 + 4], all[i * 6 + 5]];
    for (let i = 0; i < H; i++) {
      const [before, now] = after(h, i);
      if (cell === 'gru') {
        const [z, n] = [after(read('z'), i)[1], after(read('n'), i)[1]];
        expect(now).toBeCloseTo((1 - z) * n + z * before, digits);
      } else if (cell === 'lstm') {
        const [c, f, g, o] = ['c', 'f', 'g', 'o'].map((symbol) => after(read(symbol), i));
        const sum = f[1] * c[0] + after(read('i'), i)[1] * g[1];
        expect(c[1]).toBeCloseTo(Math.max(-MAX_CELL, Math.min(MAX_CELL, sum)), digits);
        expect(now).toBeCloseTo(o[1] * Math.tanh(c[1]), digits);
      } else if (cell === 'elementwise') {
        const [c, f, z, o] = ['c', 'f', 'z', 'o'].map((symbol) => after(read(symbol), i));
        expect(c[1]).toBeCloseTo(f[1] * c[0] + (1 - f[1]) * z[1], digits);
        expect(now).toBeCloseTo(o[1] * c[1], digits);
      } else expect(activationsOf(cell)).toEqual([]);
    }
  });

  test('it begins with the steps on the tape, the same as if it had watched them', () => {
    const { network, step } = make({ learningRate: 0, regeneration: 0 });
    for (let t = 0; t < 5; t++) step(); // the tape has a horizon of 8, which is not full
    const early = new NetworkInspector(network, 20);
    expect(early.kept).toBe(learner === 'tbptt' ? 5 : 0);
    for (let t = 0; t < 30; t++) step(early);
    const late = new NetworkInspector(network, 20);
    expect(late.kept).toBe(learner === 'tbptt' ? 8 : 0);
    const [all, last] = [new Float64Array(H * 20), new Float64Array(H * late.kept)];
    early.activation(HIDDEN, all);
    late.activation(HIDDEN, last);
    for (let i = 0; i < H; i++)
      for (let t = 0; t < late.kept; t++)
        expect(last[i * late.kept + t]).toBeCloseTo(all[i * 20 + 20 - late.kept + t], digits);
  });

  test('the gradient by lag is that of the learner itself, and reaches beyond its horizon', () => {
    const { network, step } = make({ learningRate: 0, regeneration: 0 });
    const inspector = new NetworkInspector(network, 20);
    for (let t = 0; t < 30; t++) step(inspector);
    const q = targetAt(30);
    const found = inspector.gradientByLag(19, q, BOTH)!;
    expect(found.gradient).toHaveLength(21);
    expect(found.gain[0]).toBe(1);
    network.learn(network.output.map((p, k) => p - q[k]));
    const lags = new Float64Array(BASE.horizon);
    const count = network.lags(lags);
    expect(count).toBe(learner === 'tbptt' ? 8 : 0);
    for (let k = 0; k < count; k++) expect(found.gradient[k] / lags[k]).toBeCloseTo(1, arithmetic === 'SIMD' ? 4 : 10);
  });

  test('a block without a loss has no part in it', () => {
    const { network, step } = make();
    const inspector = new NetworkInspector(network, 20);
    for (let t = 0; t < 20; t++) step(inspector);
    const of = (present: number[]) => inspector.gradientByLag(19, targetAt(20), Uint8Array.from(present))!.gradient[0];
    expect(of([0, 0])).toBe(0);
    expect(of([1, 0])).toBeGreaterThan(0);
    expect(of([1, 0])).not.toBe(of([1, 1]));
  });

  test('norms of update and gradient of each reading, and of each tensor', () => {
    const { network, step } = make();
    const inspector = new NetworkInspector(network, 4);
    const theta = () => {
      const all = new Float64Array(network.core.parameterCount);
      network.core.read(all);
      return all;
    };
    for (let t = 0; t < 9; t++) step(inspector);
    const before = theta();
    step(inspector);
    const now = theta();
    const moved = now.map((value, p) => value - before[p]);
    expect(inspector.updateAt(3)).toBeCloseTo(lengthOf(moved, 0, moved.length), 14);
    expect(inspector.normAt(3)).toBe(network.core.norm);
    const tensors = inspector.parameterNorms();
    const together = (of: (tensor: (typeof tensors)[number]) => number) => Math.hypot(...tensors.map(of));
    expect(together(({ norm }) => norm)).toBeCloseTo(lengthOf(now, 0, now.length), 12);
    expect(together(({ update }) => update!)).toBeCloseTo(lengthOf(moved, 0, moved.length), 14);
    expect(tensors.map(({ name }) => name).slice(-2)).toEqual(['head.weight', 'head.bias']);
    expect(tensors.at(-1)!.shape).toEqual([BLOCKS * BINS]);
    expect(together(({ gradient }) => gradient)).toBeGreaterThan(0);
    expect(inspector.recurrentRadius() === null).toBe(cell === 'elementwise');
  });
});

test('a reading from which the network does not learn has no norms; before the first update no tensor has one', () => {
  const network = buildNetwork(new Memory(), { ...BASE, cell: 'gru', peepholes: false, learner: 'tbptt' }, null);
  const inspector = new NetworkInspector(network, 4);
  for (let t = 0; t < 2; t++) {
    const x = Float64Array.of(1, 2, 3);
    inspector.record(x);
    network.advance(x);
  }
  expect([inspector.normAt(1), inspector.updateAt(1)]).toEqual([NaN, NaN]);
  expect(inspector.parameterNorms().every(({ update }) => update === null)).toBe(true);
});

test('the spectral radius is that of the recurrent weights behind the candidate', () => {
  for (const [cell, block] of [
    ['rnn', 0],
    ['gru', 2],
    ['lstm', 2],
  ] as const) {
    const options = { ...BASE, cell, peepholes: false, learner: 'tbptt' } as const;
    const network = buildNetwork(new Memory(), options, null);
    const theta = new Float64Array(network.core.parameterCount);
    const gates = { rnn: 1, gru: 3, lstm: 4 }[cell];
    for (let i = 0; i < H; i++) theta[gates * H * X + block * H * H + i * H + i] = 1.25;
    network.adopt(theta);
    expect(new NetworkInspector(network, 1).recurrentRadius()).toBeCloseTo(1.25, 3);
  }
});
