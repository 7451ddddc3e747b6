import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { Adam } from '../../src/nn/adam.ts';
import { buildLearner } from '../../src/nn/build-learner.ts';
import { garbagePerStep } from './garbage.ts';
import { CELLS, LEARNERS, normals, run } from './reference.ts';

const PAIRS = CELLS.flatMap(({ name, build }) => LEARNERS.map((kind) => ({ name, kind, build })));

/** What every learner promises with every cell. */
describe.each(PAIRS)('$name, $kind', ({ kind, build }) => {
  const X = 3;
  const options = { horizon: 5, every: 1 };

  /** All of a learning network: it teaches h to follow the input's first number. */
  function network(seed: number, H = 4) {
    const cell = build(X, H);
    const memory = new Memory();
    const theta = memory.take('theta', cell.parameterCount);
    const dTheta = memory.take('gradient', cell.parameterCount);
    const learner = buildLearner(kind, memory, cell, theta, options);
    const adam = new Adam(memory, theta.length, { learningRate: 0.01, clip: 1 });
    cell.initialise(theta, new Random(seed));
    const ds = new Float64Array(cell.stateSize);
    /** Returns the length of the gradient. */
    const step = (x: Float64Array): number => {
      learner.advance(x);
      for (let i = 0; i < H; i++) ds[i] = learner.state[i] - Math.tanh(x[0]);
      if (learner.credit(ds, dTheta)) adam.update(theta, dTheta);
      return adam.norm;
    };
    return { cell, memory, theta, dTheta, learner, ds, step };
  }

  test('the state is that of the cell alone', () => {
    const { cell, theta, learner } = network(1);
    const xs = Array.from({ length: 12 }, (_, t) => normals(X, new Random(t)));
    const { states } = run(cell, theta, xs);
    for (const [t, x] of xs.entries()) {
      learner.advance(x);
      expect(learner.state).toEqual(states[t]);
    }
  });

  test('before the first step a loss has no cause: nothing is added', () => {
    const { cell, learner, memory, dTheta } = network(1);
    const before = memory.toBytes();
    learner.credit(new Float64Array(cell.stateSize).fill(1), dTheta);
    expect(memory.toBytes()).toEqual(before);
  });

  test('credit adds to the existing numbers', () => {
    const gradient = (start: number) => {
      const { cell, learner, dTheta } = network(1);
      dTheta.fill(start);
      learner.advance(Float64Array.of(1, -2, 3));
      learner.credit(new Float64Array(cell.stateSize).fill(1), dTheta);
      return dTheta;
    };
    const [fromZero, fromOne] = [gradient(0), gradient(1)];
    for (let p = 0; p < fromZero.length; p++) expect(fromOne[p]).toBeCloseTo(fromZero[p] + 1, 14);
  });

  test('input, error and parameters are only read', () => {
    const { learner, theta, dTheta, ds } = network(1);
    const x = Float64Array.of(1, -2, 3);
    ds.fill(0.5);
    const before = [x, ds, theta].map((array) => array.slice());
    for (let t = 0; t < 10; t++) {
      learner.advance(x);
      learner.credit(ds, dTheta);
    }
    expect([x, ds, theta]).toEqual(before);
  });

  test('restored in another network, learning continues bit for bit', () => {
    const [kept, restored] = [network(1), network(2)];
    const random = new Random(3);
    for (let t = 0; t < 99; t++) kept.step(normals(X, random));
    for (let t = 0; t < 9; t++) restored.step(normals(X, random)); // a past of its own, to be overwritten
    restored.memory.fromBytes(kept.memory.toBytes());
    for (let t = 0; t < 99; t++) {
      const x = normals(X, random);
      for (const { step } of [kept, restored]) step(x);
    }
    expect(restored.memory.toBytes()).toEqual(kept.memory.toBytes());
  });

  test.each<[what: string, x: (random: Random) => Float64Array]>([
    ['zero', () => new Float64Array(X)],
    ['constant', () => Float64Array.of(1, -2, 3)],
    ['huge', (random) => normals(X, random, 1e100)],
    ['tiny', (random) => normals(X, random, 1e-300)],
  ])('%s inputs: finite gradients, and a memory of finite numbers', (_, input) => {
    const { memory, step } = network(1);
    const random = new Random(4);
    for (let t = 0; t < 500; t++) expect(step(input(random))).toSatisfy(Number.isFinite);
    expect(new Float64Array(memory.toBytes().buffer).every(Number.isFinite)).toBe(true);
  });

  test('a step and its credit allocate nothing', () => {
    const { learner, dTheta, ds } = network(1, 2);
    const x = Float64Array.of(1, -2, 3);
    ds.fill(0.5);
    const steps = (count: number) => {
      for (let t = 0; t < count; t++) {
        learner.advance(x);
        learner.credit(ds, dTheta);
      }
    };
    expect(garbagePerStep(steps)).toBeLessThan(1);
  });
});
