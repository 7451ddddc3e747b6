import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { buildNetwork } from '../../src/nn/build-network.ts';
import { initialTheta } from '../../src/nn/core.ts';
import { LastGood } from '../../src/nn/last-good.ts';
import type { Network, NetworkOptions } from '../../src/nn/network.ts';
import { ARITHMETICS } from './kernel.ts';
import { normals } from './reference.ts';

const [X, Y] = [3, 2];
const BASE: NetworkOptions = {
  cell: 'gru',
  peepholes: false,
  learner: 'tbptt',
  inputSize: X,
  hiddenSize: 5,
  blocks: Y,
  bins: 1,
  direct: true,
  horizon: 4,
  trainEvery: 1,
  learningRate: 0.01,
  clip: 1,
  seed: 1,
  regeneration: 0,
};

describe.each(ARITHMETICS)('$arithmetic', ({ arithmetic, kernel }) => {
  const make = (changes: Partial<NetworkOptions> = {}) => {
    const memory = new Memory();
    return { memory, network: buildNetwork(memory, { ...BASE, ...changes }, kernel) };
  };
  const thetaOf = ({ core }: Network): Float64Array => {
    const theta = new Float64Array(core.parameterCount);
    core.read(theta);
    return theta;
  };
  /** Teaches y = (x_0, x_1) for a while. */
  const train = (network: Network, steps: number, seed = 1): void => {
    const random = new Random(seed);
    for (let t = 0; t < steps; t++) {
      const x = normals(X, random);
      network.advance(x);
      network.learn(network.output.map((y, k) => y - x[k]));
    }
  };

  test('it starts with the parameters of its seed, whatever the arithmetic', () => {
    const expected = initialTheta(BASE, new Random(BASE.seed));
    const single = arithmetic === 'SIMD' ? expected.map(Math.fround) : expected;
    expect(thetaOf(make().network)).toEqual(single);
  });

  test('before the first step it forecasts 0, or every bin alike', () => {
    expect(make().network.output).toEqual(new Float64Array(Y));
    expect(make({ bins: 4 }).network.output).toEqual(new Float64Array(4 * Y).fill(0.25));
  });

  describe('rejected input', () => {
    test.each([NaN, Infinity, -Infinity])('an input with %s: counted, and nothing has moved', (poison) => {
      const { network, memory } = make();
      train(network, 20);
      const [state, theta] = [network.output.slice(), thetaOf(network)];
      network.advance(Float64Array.of(1, poison, 1));
      expect(network.learn(Float64Array.of(1, 1))).toBe(false);
      expect(network.output).toEqual(state);
      expect(thetaOf(network)).toEqual(theta);
      expect(network.count('refusedInputs')).toBe(1);
      expect(memory.byteLength).toBeGreaterThan(0);
    });

    test('an error with a number that is none: counted, and no parameter has moved, now or in the next step', () => {
      const [hurt, sound] = [make().network, make().network];
      for (const network of [hurt, sound]) train(network, 20);
      for (const network of [hurt, sound]) network.advance(Float64Array.of(1, 2, 3));
      expect(hurt.learn(Float64Array.of(0, NaN))).toBe(false);
      expect(thetaOf(hurt)).toEqual(thetaOf(sound));
      expect(hurt.count('refusedErrors')).toBe(1);
      train(hurt, 20);
      expect(hurt.core.sound()).toBe(true);
    });

    test('a vector of another length is a mistake of ours', () => {
      const { network } = make();
      expect(() => {
        network.advance(new Float64Array(X + 1));
      }).toThrow(new RangeError('network: an input of 4 numbers, not 3'));
      expect(() => network.learn(new Float64Array(Y - 1))).toThrow(
        new RangeError('network: an error of 1 numbers, not 2'),
      );
    });

    test('a forecast is learned from once, and none before the first', () => {
      const { network } = make();
      expect(network.learn(Float64Array.of(1, 1))).toBe(false);
      network.advance(Float64Array.of(1, 2, 3));
      expect(network.learn(Float64Array.of(1, 1))).toBe(true);
      expect(network.learn(Float64Array.of(1, 1))).toBe(false);
      expect(network.count('updates')).toBe(1);
    });

    test('beyond a million an input counts as a million', () => {
      const [huge, large] = [make().network, make().network];
      huge.advance(Float64Array.of(1e300, -1e300, 0.5));
      large.advance(Float64Array.of(1e6, -1e6, 0.5));
      expect(huge.output).toEqual(large.output);
      expect(huge.count('cappedInputs')).toBe(1);
      expect(large.count('cappedInputs')).toBe(0);
    });
  });

  describe('every 1024 updates', () => {
    test('parameters beyond a root mean square of 4 are scaled back to it', () => {
      const { network } = make({ learningRate: 1e-9 });
      network.core.write(initialTheta(BASE, new Random(1)).map((w) => 1000 * w));
      train(network, 1023);
      const width = (theta: Float64Array) => Math.sqrt(theta.reduce((sum, w) => sum + w * w, 0) / theta.length);
      const before = width(thetaOf(network));
      expect(before).toBeGreaterThan(100);
      train(network, 1);
      expect(width(thetaOf(network))).toBeCloseTo(4, 4);
      expect(network.count('cappedWeights')).toBe(1);
    });

    test('the way back to the initial parameters is gone by a share', () => {
      const [free, pulled] = [make().network, make({ regeneration: 0.25 }).network];
      const initial = thetaOf(free);
      for (const network of [free, pulled]) train(network, 1024);
      const [end, held] = [thetaOf(free), thetaOf(pulled)];
      for (let p = 0; p < initial.length; p++) expect(held[p]).toBeCloseTo(end[p] + 0.25 * (initial[p] - end[p]), 5);
    });
  });

  describe('a network that is lost', () => {
    /** Overwrites a parameter of the cell behind the network's back. */
    const poison = (network: Network): void => {
      const theta = thetaOf(network);
      theta[0] = NaN;
      network.core.write(theta);
    };

    /** To 1 part in 127 of the largest of each 32. */
    const expectNear = (theta: Float64Array, good: Float64Array): void => {
      for (const [p, w] of theta.entries()) {
        const largest = Math.max(...good.subarray(p - (p % 32), p - (p % 32) + 32).map(Math.abs));
        expect(Math.abs(w - good[p])).toBeLessThanOrEqual(largest / 127);
      }
    };

    test('starts anew with the last good parameters, to 1 part in 127, when its forecast is no number', () => {
      const { network } = make();
      train(network, 1024);
      const good = thetaOf(network);
      train(network, 100, 2);
      poison(network);
      network.advance(Float64Array.of(1, 2, 3));
      expect(network.count('rollBacks')).toBe(1);
      expect(network.output).toEqual(new Float64Array(Y));
      expectNear(thetaOf(network), good);
      train(network, 100);
      expect(network.core.sound()).toBe(true);
      expect(network.count('rollBacks')).toBe(1);
    });

    test('which are those it began with before there are any', () => {
      const { network } = make();
      const initial = thetaOf(network);
      poison(network);
      network.advance(Float64Array.of(1, 2, 3));
      expectNear(thetaOf(network), initial);
    });
  });

  test('after a takeover nothing is learned from the forecast that was carried over, and from the next one it is', () => {
    const { network: past, memory: pastMemory } = make();
    train(past, 20);
    past.advance(Float64Array.of(1, 2, 3)); // a forecast that may be learned from
    const { network, memory } = make({ blocks: Y + 1 });
    memory.takeOver(pastMemory, [0, 1, -1]); // with the mark that it may
    network.takeOver(past, [0, 1, 2], [0, 1, -1]);
    const theta = thetaOf(network);
    expect(network.output.slice(0, Y)).toEqual(past.output);
    expect(network.learn(Float64Array.of(1, 1, 1))).toBe(false);
    expect(thetaOf(network)).toEqual(theta);
    network.advance(Float64Array.of(1, 2, 3));
    expect(network.learn(Float64Array.of(1, 1, 1))).toBe(true);
  });

  test('every number of an hour of garbage leaves it able to learn', () => {
    const { network } = make();
    const random = new Random(9);
    const garbage = [0, -0, NaN, Infinity, 1e308, -1e308, 5e-324, 1, -1, 1e6, 1e38, 1e39];
    for (let t = 0; t < 3600; t++) {
      network.advance(Float64Array.from({ length: X }, () => garbage[Math.floor(random.uniform() * garbage.length)]));
      network.learn(Float64Array.from({ length: Y }, () => garbage[Math.floor(random.uniform() * garbage.length)]));
    }
    expect(network.core.sound()).toBe(true);
    train(network, 3000);
    const x = Float64Array.of(0.3, -0.4, 0.1);
    network.advance(x);
    for (let k = 0; k < Y; k++) expect(Math.abs(network.output[k] - x[k])).toBeLessThan(0.5);
  });

  describe('how far an error reaches back', () => {
    /** One tanh unit that weighs its past by w, at h = 0: an error grows by w with every step back. */
    const lagsOf = (w: number): number[] => {
      const { network } = make({ cell: 'rnn', hiddenSize: 1, inputSize: 1, blocks: 1, direct: false, horizon: 6 });
      network.core.write(Float64Array.of(0, w, 0, 0, 1, 0)); // W_x, W_h, b_x, b_h, V, b
      for (let t = 0; t < 8; t++) network.advance(Float64Array.of(0));
      network.learn(Float64Array.of(0.5));
      const norms = new Float64Array(6);
      expect(network.lags(norms)).toBe(6);
      return [...norms];
    };

    test('vanishing: |w| = 1/2 halves it with each lag', () => {
      for (const [j, norm] of lagsOf(0.5).entries()) expect(norm).toBeCloseTo(0.5 * 0.5 ** j, 7);
    });

    test('exploding: |w| = 3 makes it three times as large with each lag', () => {
      for (const [j, norm] of lagsOf(3).entries()) expect(norm / (0.5 * 3 ** j)).toBeCloseTo(1, 6);
    });

    test('real-time recurrent learning takes no way back', () => {
      for (const learner of ['rtrl', 'snap1'] as const)
        expect(make({ learner }).network.lags(new Float64Array(4))).toBe(0);
    });
  });
});

describe('the last good parameters', () => {
  const back = (last: LastGood, size: number): number[] => {
    const theta = new Float64Array(size);
    last.recall(theta);
    return [...theta];
  };

  test('take a byte each, and every 32 of them one more', () => {
    const memory = new Memory();
    new LastGood(memory, 64);
    expect([memory.heldBytes, memory.byteLength]).toEqual([66, 128]);
  });

  test('are off by 1 part in 127 of the largest of 32 at most; 32 others do not matter', () => {
    const last = new LastGood(new Memory(), 33);
    const theta = new Float64Array(33);
    theta.set([0, 100, -100, 1, 0.75, 0.25, -63.5]);
    theta[32] = 2 ** -100;
    last.keep(theta);
    expect(back(last, 33).slice(0, 7)).toEqual([0, 100, -100, 1, 1, 0, -63]);
    expect(back(last, 33)[32]).toBe(2 ** -100);
  });

  test('keep 127.4 in units of 1 and 127.6 in units of 2', () => {
    const last = new LastGood(new Memory(), 2);
    last.keep(Float64Array.of(127.4, 1));
    expect(back(last, 2)).toEqual([127, 1]);
    last.keep(Float64Array.of(127.6, 1));
    expect(back(last, 2)).toEqual([128, 2]); // 1 / 2 is rounded up
  });

  test('are the same after a snapshot, and the snapshot of that is the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: Math.fround(-1e30), max: Math.fround(1e30) }), {
          minLength: 1,
          maxLength: 70,
        }),
        (numbers) => {
          const [memory, other] = [new Memory(), new Memory()];
          const [last, copy] = [memory, other].map((each) => new LastGood(each, numbers.length));
          last.keep(numbers);
          const bytes = memory.toBytes();
          other.fromBytes(bytes);
          expect(back(copy, numbers.length)).toEqual(back(last, numbers.length));
          expect(other.toBytes()).toEqual(bytes);
        },
      ),
    );
  });

  test('of an earlier build, with eight bits for each parameter, are read', () => {
    const memory = new Memory();
    const last = new LastGood(memory, 4);
    const bits = new Uint16Array(
      new Uint32Array(Float32Array.of(1, -0.5, 0.70703125, 0).buffer).map((word) => word >>> 16),
    );
    memory.fromBytes(new Uint8Array(bits.buffer));
    expect(back(last, 4)).toEqual([1, -0.5, 0.703125, 0]);
  });
});
