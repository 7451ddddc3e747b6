import { describe, expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';
import type { Cell } from '../../src/nn/cell.ts';
import { garbagePerStep } from './garbage.ts';
import { CELLS, differences, distance, dot, jacobians, normals, run } from './reference.ts';

/** What every cell promises, whatever its equations. */
describe.each(CELLS)('$name', ({ build }) => {
  /** A cell at a random place: parameters, input, previous state, the state and tape after one step. */
  function step(X: number, H: number, seed = 1) {
    const cell = build(X, H);
    const random = new Random(seed);
    const [theta, x] = [normals(cell.parameterCount, random), normals(X, random)];
    const previous = normals(cell.stateSize, random);
    const [next, tape] = [new Float64Array(cell.stateSize), new Float64Array(cell.tapeSize)];
    cell.forward(theta, x, previous, next, tape);
    return { cell, theta, x, previous, next, tape, ds: normals(cell.stateSize, random) };
  }

  /** Both vector-Jacobian products from zero, leaving ds as it was. */
  function backward(cell: Cell, theta: Float64Array, tape: Float64Array, ds: Float64Array) {
    const [dsPrevious, dTheta] = [new Float64Array(cell.stateSize), new Float64Array(theta.length)];
    cell.backward(theta, tape, ds.slice(), dsPrevious, dTheta);
    return { dsPrevious, dTheta };
  }

  describe.each([
    [1, 1],
    [3, 1],
    [1, 4],
    [5, 3],
  ])('%i inputs, %i hidden', (X, H) => {
    test('backward is the derivative of forward: within 1e-8 of central differences', () => {
      const { cell, theta, x, previous, next, tape, ds } = step(X, H);
      const { dsPrevious, dTheta } = backward(cell, theta, tape, ds);
      const loss = () => {
        cell.forward(theta, x, previous, next, tape);
        return dot(ds, next);
      };
      expect(distance(dTheta, differences(theta, loss))).toBeLessThan(1e-8);
      expect(distance(dsPrevious, differences(previous, loss))).toBeLessThan(1e-8);
      expect(Math.min(...dTheta.map(Math.abs))).toBeGreaterThan(0); // every parameter has a part in the step
    });

    test('backward adds to the existing numbers', () => {
      const { cell, theta, tape, ds } = step(X, H);
      const once = backward(cell, theta, tape, ds);
      const [dsPrevious, dTheta] = [once.dsPrevious.slice(), once.dTheta.slice()];
      cell.backward(theta, tape, ds.slice(), dsPrevious, dTheta);
      expect(
        distance(
          dsPrevious,
          once.dsPrevious.map((d) => 2 * d),
        ),
      ).toBeLessThan(1e-14);
      expect(
        distance(
          dTheta,
          once.dTheta.map((d) => 2 * d),
        ),
      ).toBeLessThan(1e-14);
    });

    test('parameters, input, previous state and tape are only read', () => {
      const { cell, theta, x, previous, next, tape, ds } = step(X, H);
      const before = [theta, x, previous, tape].map((array) => array.slice());
      cell.forward(theta, x, previous, next, tape.slice());
      backward(cell, theta, tape, ds);
      expect([theta, x, previous, tape]).toEqual(before);
    });

    test('previous and next may be the same array', () => {
      const { cell, theta, x, previous, next, tape } = step(X, H);
      const [state, tapeInPlace] = [previous.slice(), new Float64Array(cell.tapeSize)];
      cell.forward(theta, x, state, state, tapeInPlace);
      expect([state, tapeInPlace]).toEqual([next, tape]);
    });

    test('forward fills the whole state and the whole tape', () => {
      const { cell, theta, x, previous, next, tape } = step(X, H);
      const [nextAgain, tapeAgain] = [next.slice().fill(NaN), tape.slice().fill(NaN)];
      cell.forward(theta, x, previous, nextAgain, tapeAgain);
      expect([nextAgain, tapeAgain]).toEqual([next, tape]);
    });

    test('the same seed gives the same starting values, another seed others', () => {
      const initial = (seed: number) => {
        const cell = build(X, H);
        const theta = new Float64Array(cell.parameterCount);
        cell.initialise(theta, new Random(seed));
        return theta;
      };
      expect(initial(7)).toEqual(initial(7));
      expect(initial(7)).not.toEqual(initial(8));
      expect(initial(7).every(Number.isFinite)).toBe(true);
    });

    test('a parameter acts on the state of its own unit, and on no other', () => {
      const { cell, theta, tape } = step(X, H);
      const { I } = jacobians(cell, theta, tape);
      for (let p = 0; p < theta.length; p++)
        for (let k = 0; k < cell.stateSize; k++) if (k % H !== cell.synapse(p).to) expect(I[k][p]).toBe(0);
    });

    test('with the weights between units cut, backward keeps what each unit was to itself, and nothing else', () => {
      const { cell, theta, tape } = step(X, H);
      const alone = theta.map((w, p) => (cell.synapse(p).from === cell.synapse(p).to ? w : 0));
      const [whole, cut] = [jacobians(cell, theta, tape), jacobians(cell, alone, tape)];
      for (let k = 0; k < cell.stateSize; k++) {
        const own = whole.J[k].map((d, j) => (j % H === k % H ? d : 0));
        expect(distance(cut.J[k], own)).toBeLessThan(1e-15);
      }
      expect(cut.I).toEqual(whole.I); // the direct influence passes no weight between units
    });

    test('the tape suffices: streams that share a cell do not notice, nor does a way back through a fresh one', () => {
      const [a, b] = [step(X, H, 1), step(X, H, 2)];
      const alone = [a, b].map(({ cell, theta, tape, ds }) => backward(cell, theta, tape, ds));

      const shared = build(X, H);
      for (const s of [a, b]) shared.forward(s.theta, s.x, s.previous, s.next.fill(0), s.tape.fill(0));
      expect([a, b].map(({ theta, tape, ds }) => backward(shared, theta, tape, ds))).toEqual(alone);
      expect([a, b].map(({ theta, tape, ds }) => backward(build(X, H), theta, tape, ds))).toEqual(alone);
    });
  });

  test.each([0, 1e-300, 1, 1e100])('inputs of size %d: finite states, |h| <= 1, finite gradients', (size) => {
    const { cell, theta, ds } = step(3, 4);
    const random = new Random(5);
    const { states, tapes } = run(
      cell,
      theta,
      Array.from({ length: 100 }, () => normals(3, random, size)),
    );
    for (const s of states) {
      expect(s.every(Number.isFinite)).toBe(true);
      expect(s.subarray(0, 4).every((h) => Math.abs(h) <= 1)).toBe(true);
    }
    for (const tape of tapes) {
      const { dsPrevious, dTheta } = backward(cell, theta, tape, ds);
      expect(dsPrevious.every(Number.isFinite) && dTheta.every(Number.isFinite)).toBe(true);
    }
  });

  test('a step there and back allocates nothing', () => {
    const { cell, theta, x, previous, tape, ds } = step(6, 8);
    const [dsPrevious, dTheta] = [new Float64Array(cell.stateSize), new Float64Array(theta.length)];
    const steps = (count: number) => {
      for (let t = 0; t < count; t++) {
        cell.forward(theta, x, previous, previous, tape);
        cell.backward(theta, tape, ds, dsPrevious, dTheta);
      }
    };
    expect(garbagePerStep(steps)).toBeLessThan(1);
  });
});
