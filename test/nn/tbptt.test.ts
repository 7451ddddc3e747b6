import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { Adam } from '../../src/nn/adam.ts';
import { buildCell } from '../../src/nn/build-cell.ts';
import { Tbptt } from '../../src/nn/tbptt.ts';
import { CELLS, differences, distance, dot, gradientOfOne, normals, run, sum } from './reference.ts';

const [X, H, T] = [2, 3, 12];

describe.each(CELLS)('$name', ({ build }) => {
  const cell = build(X, H);
  const random = new Random(1);
  const theta = normals(cell.parameterCount, random);
  const xs = Array.from({ length: T }, () => normals(X, random));
  /** dL_t/ds_t of a loss made at each step: L_t = <errors_t, s_t>. */
  const errors = xs.map(() => normals(cell.stateSize, random));
  const { tapes } = run(cell, theta, xs);

  /** What a learner at fixed theta has delivered by the end of each step: null where `credit` said false. */
  function delivered(horizon: number, every: number): (Float64Array | null)[] {
    const learner = new Tbptt(new Memory(), cell, theta, { horizon, every });
    return xs.map((x, t) => {
      const dTheta = new Float64Array(theta.length);
      learner.advance(x);
      const due = learner.credit(errors[t], dTheta);
      if (!due) expect(dTheta).toEqual(new Float64Array(theta.length));
      return due ? dTheta : null;
    });
  }
  const total = (parts: (Float64Array | null)[]) =>
    sum(
      theta.length,
      parts.filter((part) => part !== null),
    );
  const gradient = (at: number, oldest: number) => gradientOfOne(cell, theta, tapes, errors[at], at, oldest);
  const fullBptt = sum(
    theta.length,
    errors.map((_, t) => gradient(t, 0)),
  );

  test('the reference is the gradient: full BPTT within 1e-8 of central differences of the whole sequence', () => {
    const loss = () => run(cell, theta, xs).states.reduce((L, s, t) => L + dot(errors[t], s), 0);
    expect(distance(fullBptt, differences(theta, loss))).toBeLessThan(1e-8);
  });

  test('the state is that of the cell alone', () => {
    const learner = new Tbptt(new Memory(), cell, theta, { horizon: 3, every: 1 });
    const { states } = run(cell, theta, xs);
    for (const [t, x] of xs.entries()) {
      learner.advance(x);
      expect(learner.state).toEqual(states[t]);
    }
  });

  test.each([T, T + 5])('a horizon of %i for 12 steps gives full BPTT', (horizon) => {
    expect(distance(total(delivered(horizon, 1)), fullBptt)).toBeLessThan(1e-12);
    expect(distance(total(delivered(horizon, T)), fullBptt)).toBeLessThan(1e-12);
  });

  test.each([1, 2, 5])('horizon %i: the loss of step t travels back through the steps t ... t - K + 1', (K) => {
    for (const [t, part] of delivered(K, 1).entries())
      expect(distance(part!, gradient(t, t - K + 1))).toBeLessThan(1e-12);
  });

  test.each([
    [4, 2],
    [5, 3],
    [4, 4],
  ])('BPTT(%i; %i): every M steps the last M losses travel back to the same oldest step t - K + 1', (K, M) => {
    for (const [t, part] of delivered(K, M).entries()) {
      expect(part !== null).toBe((t + 1) % M === 0);
      if (part === null) continue;
      const losses = Array.from({ length: M }, (_, j) => gradient(t - j, t - K + 1));
      expect(distance(part, sum(theta.length, losses))).toBeLessThan(1e-12);
    }
  });

  test('two losses of one step are credited as their sum', () => {
    const [one, two] = [1, 2].map(() => new Tbptt(new Memory(), cell, theta, { horizon: 4, every: 2 }));
    const [dOne, dTwo] = [new Float64Array(theta.length), new Float64Array(theta.length)];
    for (const learner of [one, two]) learner.advance(xs[0]);
    one.credit(errors[0], dOne);
    one.credit(errors[1], dOne);
    two.credit(sum(cell.stateSize, [errors[0], errors[1]]), dTwo);
    for (const learner of [one, two]) learner.advance(xs[1]);
    expect(one.credit(errors[2], dOne)).toBe(true);
    expect(two.credit(errors[2], dTwo)).toBe(true);
    expect(dOne).toEqual(dTwo);
  });

  test('a delivery is made once: credit for the same step again waits for the next, one step less deep', () => {
    const learner = new Tbptt(new Memory(), cell, theta, { horizon: 4, every: 1 });
    const dTheta = new Float64Array(theta.length);
    learner.advance(xs[0]);
    expect(learner.credit(errors[0], dTheta)).toBe(true);
    expect(learner.credit(errors[0], dTheta)).toBe(false);
    expect(distance(dTheta, gradient(0, 0))).toBeLessThan(1e-12);
    learner.advance(xs[1]);
    expect(learner.credit(errors[1], dTheta)).toBe(true);
    const twice = sum(theta.length, [gradient(0, 0), gradient(0, 0), gradient(1, 0)]);
    expect(distance(dTheta, twice)).toBeLessThan(1e-12);
  });

  test('credit that came late is paid while its step is kept, and dropped after', () => {
    const late = (silent: number) => {
      const learner = new Tbptt(new Memory(), cell, theta, { horizon: 3, every: 2 });
      const dTheta = new Float64Array(theta.length);
      learner.advance(xs[0]);
      learner.credit(errors[0], dTheta);
      for (let t = 1; t <= silent + 1; t++) learner.advance(xs[t]); // no loss for the steps 1 ... silent
      expect(learner.credit(errors[silent + 1], dTheta)).toBe(true);
      return dTheta;
    };
    expect(distance(late(1), sum(theta.length, [gradient(0, 0), gradient(2, 0)]))).toBeLessThan(1e-12);
    expect(distance(late(2), gradient(3, 1))).toBeLessThan(1e-12);
  });

  test('before the first step there is nothing to credit', () => {
    const memory = new Memory();
    const learner = new Tbptt(memory, cell, theta, { horizon: 2, every: 1 });
    const before = memory.toBytes();
    const dTheta = new Float64Array(theta.length);
    expect(learner.credit(errors[0], dTheta)).toBe(false);
    expect(memory.toBytes()).toEqual(before);
    expect(dTheta).toEqual(new Float64Array(theta.length));
  });

  test('restored in the middle of a window, learning continues bit for bit', () => {
    /** All of a learning network: it teaches h to follow the input's first number. */
    function network(seed: number) {
      const memory = new Memory();
      const weights = memory.take('theta', cell.parameterCount);
      const dTheta = memory.take('gradient', cell.parameterCount);
      const learner = new Tbptt(memory, build(X, H), weights, { horizon: 5, every: 3 });
      const adam = new Adam(memory, weights.length, { learningRate: 0.01, clip: 1 });
      cell.initialise(weights, new Random(seed));
      const ds = new Float64Array(cell.stateSize);
      const step = (x: Float64Array) => {
        learner.advance(x);
        for (let i = 0; i < H; i++) ds[i] = learner.state[i] - x[0];
        if (learner.credit(ds, dTheta)) adam.update(weights, dTheta);
      };
      return { memory, step };
    }
    const [kept, restored] = [network(1), network(2)];
    for (let t = 0; t < 100; t++) kept.step(xs[t % T]); // 100 = 33 windows of 3, and 1 loss waiting
    restored.memory.fromBytes(kept.memory.toBytes());
    for (let t = 0; t < 100; t++) for (const { step } of [kept, restored]) step(xs[(t * 5) % T]);
    expect(restored.memory.toBytes()).toEqual(kept.memory.toBytes());
  });
});

test.each([
  { horizon: 4, every: 0 },
  { horizon: 4, every: 5 },
  { horizon: 0, every: 0 },
  { horizon: 4, every: 1.5 },
  { horizon: 4.5, every: 1 },
  { horizon: NaN, every: 1 },
])('horizon $horizon with every $every is refused', (options) => {
  const cell = buildCell('gru', X, H);
  const memory = new Memory();
  expect(() => new Tbptt(memory, cell, new Float64Array(cell.parameterCount), options)).toThrow(RangeError);
  expect(memory.layout).toBe('');
});
