import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import type { CellKind } from '../../src/nn/build-cell.ts';
import { buildNetwork } from '../../src/nn/build-network.ts';
import type { NetworkOptions } from '../../src/nn/network.ts';
import { ARITHMETICS } from './kernel.ts';
import { garbagePerStep } from './garbage.ts';
import { differences, LEARNERS, normals } from './reference.ts';

const KINDS: readonly { cell: CellKind; peepholes: boolean }[] = [
  { cell: 'rnn', peepholes: false },
  { cell: 'gru', peepholes: false },
  { cell: 'lstm', peepholes: false },
  { cell: 'lstm', peepholes: true },
  { cell: 'elementwise', peepholes: false },
];
const TRIPLES = ARITHMETICS.flatMap((which) =>
  KINDS.flatMap((kind) =>
    LEARNERS.map((learner) => ({
      ...which,
      ...kind,
      learner,
      name: `${kind.cell}${kind.peepholes ? ' with peepholes' : ''}`,
    })),
  ),
);
const [X, H] = [3, 6];

/** What every cell promises with every learner in both arithmetics. */
describe.each(TRIPLES)('$name, $learner, $arithmetic', ({ arithmetic, kernel, cell, peepholes, learner }) => {
  const exact = learner === 'rtrl' || cell === 'elementwise';

  function network(changes: Partial<NetworkOptions> = {}, on = kernel) {
    const memory = new Memory();
    const options: NetworkOptions = {
      cell,
      peepholes,
      learner,
      inputSize: X,
      hiddenSize: H,
      blocks: 2,
      bins: 4,
      direct: true,
      horizon: 6,
      trainEvery: 1,
      learningRate: 0.003,
      clip: 1,
      seed: 1,
      regeneration: 0,
      ...changes,
    };
    return { memory, options, net: buildNetwork(memory, options, on) };
  }
  const target = (x: Float64Array): Float64Array =>
    Float64Array.from({ length: 8 }, (_, k) => (k % 4 === (x[k >> 2] > 0 ? 1 : 2) ? 1 : 0));
  const step = ({ net }: ReturnType<typeof network>, x: Float64Array): number => {
    net.advance(x);
    const q = target(x);
    net.learn(net.output.map((p, k) => p - q[k]));
    return net.core.norm;
  };

  // SnAp-1 of cells with lateral weights cuts the gradient; that it cuts as it says stands in snap1.test.ts, for Float64.
  if (learner === 'tbptt' || exact)
    test('the gradient of the loss equals central differences', () => {
      const T = 5;
      const xs = Array.from({ length: T }, (_, t) => normals(X, new Random(20 + t)));
      const q = target(xs[T - 1]);
      // With a learning rate of 0 theta stays, and what the last step adds to Adam's mean is a tenth of its gradient.
      const { net } = network({ learningRate: 0, clip: 1e9 });
      const theta = new Float64Array(net.core.parameterCount);
      net.core.read(theta);
      for (const x of xs) net.core.advance(x);
      net.core.learn(net.output.map((p, k) => p - q[k]));
      const gradient = new Float64Array(theta.length);
      net.core.mean(gradient);

      const plain = network({ learner: 'tbptt', horizon: T }, null).net.core;
      const loss = (): number => {
        plain.restart(theta);
        for (const x of xs) plain.advance(x);
        return plain.output.reduce((sum, p, k) => sum - q[k] * Math.log(p), 0);
      };
      const expected = differences(theta, loss);
      const bound = arithmetic === 'SIMD' ? 2e-6 : 1e-8;
      for (let p = 0; p < theta.length; p++) expect(Math.abs(10 * gradient[p] - expected[p])).toBeLessThan(bound);
    });

  test('the same network as in Float64, to 1e-5 after 40 updates', () => {
    const [one, other] = [network(), network({}, null)];
    const random = new Random(2);
    for (let t = 0; t < 40; t++) {
      const x = normals(X, random);
      const [norm, expected] = [step(one, x), step(other, x)];
      expect(Math.abs(norm / expected - 1)).toBeLessThan(1e-4);
    }
    const [theta, expected] = [one, other].map(({ net }) => {
      const all = new Float64Array(net.core.parameterCount);
      net.core.read(all);
      return all;
    });
    for (let p = 0; p < theta.length; p++) expect(Math.abs(theta[p] - expected[p])).toBeLessThan(1e-5);
  });

  test('same seed and inputs, same bits', () => {
    const [one, other] = [network(), network()];
    const random = new Random(3);
    for (let t = 0; t < 50; t++) {
      const x = normals(X, random);
      step(one, x);
      step(other, x);
    }
    expect(one.memory.toBytes()).toEqual(other.memory.toBytes());
    const third = network({ seed: 2 });
    expect(third.memory.layout).toBe(one.memory.layout);
    expect(third.net.core).not.toBe(one.net.core);
  });

  test('restored in another network, learning continues bit for bit', () => {
    const [kept, restored] = [network(), network({ seed: 2 })];
    const random = new Random(4);
    for (let t = 0; t < 60; t++) step(kept, normals(X, random));
    for (let t = 0; t < 7; t++) step(restored, normals(X, random)); // a past of its own, to be overwritten
    restored.memory.fromBytes(kept.memory.toBytes());
    for (let t = 0; t < 60; t++) {
      const x = normals(X, random);
      expect(step(restored, x)).toBe(step(kept, x));
      expect(restored.net.output).toEqual(kept.net.output);
    }
    expect(restored.memory.toBytes()).toEqual(kept.memory.toBytes());
  });

  test('input and error are only read', () => {
    const { net } = network();
    const [x, e] = [Float64Array.of(1, -2, 3), Float64Array.of(0.1, -0.2, 0.3, -0.2, 0, 0, 0.5, -0.5)];
    const before = [x.slice(), e.slice()];
    for (let t = 0; t < 10; t++) {
      net.advance(x);
      net.learn(e);
    }
    expect([x, e]).toEqual(before);
  });

  test('100,000 constant, zero, huge, tiny and absent inputs: a network of finite numbers, none of them denormal', () => {
    const one = network({ hiddenSize: 4, horizon: 4 });
    const random = new Random(5);
    const kinds: (() => Float64Array)[] = [
      () => Float64Array.of(0.7, 0.7, 0.7),
      () => new Float64Array(X),
      () => normals(X, random, 1e300),
      () => normals(X, random, 1e-300),
      () => Float64Array.of(NaN, 0, Infinity),
      () => normals(X, random),
    ];
    for (const [k, input] of [...kinds, ...kinds].entries()) {
      for (let t = 0; t < 8334; t++) step(one, input());
      expect(one.net.core.sound(), `after inputs of kind ${k}`).toBe(true);
    }
    expect(one.net.count('refusedInputs')).toBe(2 * 8334);
    expect(one.net.count('rollBacks')).toBe(0);
    if (arithmetic === 'SIMD') expect(denormals(one.memory)).toBe(0);
  });

  test('a step allocates nothing', () => {
    const { net } = network({ hiddenSize: 4, horizon: 4 });
    const [x, e] = [Float64Array.of(1, -2, 3), new Float64Array(8).fill(0.1)];
    const steps = (count: number) => {
      for (let t = 0; t < count; t++) {
        net.core.advance(x);
        net.core.learn(e);
      }
    };
    expect(garbagePerStep(steps)).toBeLessThan(1);
  });
});

/** Numbers of the kernel's block that x86 calculates with in microcode; the clock's three small integers look like such. */
function denormals(memory: Memory): number {
  const bytes = memory.toBytes();
  // The block is the last piece but those of the network itself, which are Float64; it begins with its clock.
  const sizes = memory.layout.split(' ').map((piece) => Number(piece.split(':')[1]));
  const at = memory.layout.split(' ').findIndex((piece) => piece.startsWith('block:'));
  const offset = sizes.slice(0, at).reduce((sum, size) => sum + size, 0);
  const block = new Float32Array(bytes.slice(offset, offset + sizes[at]).buffer);
  return block.subarray(3).filter((w) => w !== 0 && Math.abs(w) < 2 ** -126).length;
}
