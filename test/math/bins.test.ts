import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BINS, quantile, softTarget, surprisal } from '../../src/math/bins.ts';

/** The bins' centres run from -4 to 4. */
const WIDTH = 8 / 31;
const centre = (b: number): number => -4 + b * WIDTH;

const targetOf = (y: number): Float64Array => {
  const q = new Float64Array(BINS);
  softTarget(y, q, 0);
  return q;
};
const oneHot = (b: number): Float64Array => new Float64Array(BINS).fill(1, b, b + 1);
const uniform = new Float64Array(BINS).fill(1 / BINS);

const level = fc.double({ min: -1e300, max: 1e300, noNaN: true });
const onAxis = fc.double({ min: -5, max: 5, noNaN: true });
/** Any forecast that a softmax could make: no bin is impossible. */
const forecast = fc
  .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: BINS, maxLength: BINS })
  .map((weights) => {
    const sum = weights.reduce((total, w) => total + w, 0);
    return Float64Array.from(weights, (w) => w / sum);
  });
const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

test('a soft target is a distribution, whatever the value', () => {
  fc.assert(
    fc.property(fc.oneof(level, onAxis), (y) => {
      const q = targetOf(y);
      expect(q.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...q)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('on a bin centre, the neighbours weigh exp(-1 / 0.98) of it, and theirs exp(-4 / 0.98)', () => {
  const q = targetOf(centre(12));
  for (const side of [-1, 1]) {
    expect(q[12 + side] / q[12]).toBeCloseTo(Math.exp(-1 / 0.98), 12);
    expect(q[12 + 2 * side] / q[12]).toBeCloseTo(Math.exp(-4 / 0.98), 12);
  }
});

test('a value between two bins counts for both alike', () => {
  const q = targetOf(centre(12.5));
  expect(q[12]).toBeCloseTo(q[13], 12);
});

test('the target of -y is that of y, mirrored', () => {
  fc.assert(
    fc.property(onAxis, (y) => {
      const [q, mirrored] = [targetOf(y), targetOf(-y).reverse()];
      for (let b = 0; b < BINS; b++) expect(mirrored[b]).toBeCloseTo(q[b], 12);
    }),
  );
});

test('the outermost bin stands for everything beyond', () => {
  expect(targetOf(1e300)).toEqual(targetOf(4));
  expect(targetOf(-5)).toEqual(targetOf(-4));
});

test('a target fills its own block and nothing beside it', () => {
  const q = new Float64Array(3 * BINS).fill(NaN);
  softTarget(0.3, q, BINS);
  expect(q.subarray(BINS, 2 * BINS)).toEqual(targetOf(0.3));
  expect(q.filter(Number.isNaN)).toHaveLength(2 * BINS);
});

test('where the forecast is certain of one bin, its middle is the median', () => {
  for (const b of [0, 7, 31]) expect(quantile(oneHot(b), 0, 0.5)).toBeCloseTo(centre(b), 12);
});

test('of a uniform forecast, a share s lies below s times the axis, which ends half a bin beyond the centres', () => {
  for (const s of [0.005, 0.25, 0.5, 0.995])
    expect(quantile(uniform, 0, s)).toBeCloseTo(centre(-0.5) + s * BINS * WIDTH, 12);
});

test('a quantile inverts the distribution: the share below it is the one asked for', () => {
  fc.assert(
    fc.property(forecast, share, (p, s) => {
      const position = (quantile(p, 0, s) - centre(-0.5)) / WIDTH;
      const b = Math.min(BINS - 1, Math.floor(position));
      const below = p.subarray(0, b).reduce((sum, x) => sum + x, 0) + (position - b) * p[b];
      expect(below).toBeCloseTo(s, 9);
    }),
  );
});

test('the larger the share, the further the quantile', () => {
  fc.assert(
    fc.property(forecast, share, share, (p, s, t) => {
      expect(quantile(p, 0, Math.min(s, t))).toBeLessThanOrEqual(quantile(p, 0, Math.max(s, t)));
    }),
  );
});

test('a quantile and a surprisal read the block they are asked for', () => {
  const p = new Float64Array([...oneHot(31), ...oneHot(7)]);
  const q = new Float64Array([...oneHot(0), ...oneHot(7)]);
  expect(quantile(p, BINS, 0.5)).toBeCloseTo(centre(7), 12);
  expect(surprisal(p, q, BINS, 0)).toBeCloseTo(0, 6);
});

test('an event forecast as certain has loss 0, one forecast as impossible has -log 1e-7 = 16.1 nats', () => {
  expect(surprisal(oneHot(7), oneHot(7), 0, centre(7))).toBeCloseTo(0, 6);
  expect(surprisal(oneHot(7), oneHot(8), 0, centre(8))).toBeCloseTo(7 * Math.log(10), 6);
});

test('to a uniform forecast everything on the axis is as surprising: log 32', () => {
  for (const y of [-4, -0.1, 2.3]) expect(surprisal(uniform, targetOf(y), 0, y)).toBeCloseTo(Math.log(32), 5);
});

test('beyond the axis it grows by one nat a unit, on both sides', () => {
  for (const y of [4, -4]) {
    const edge = surprisal(uniform, targetOf(y), 0, y);
    expect(surprisal(uniform, targetOf(1.25 * y), 0, 1.25 * y) - edge).toBeCloseTo(1, 12);
    expect(surprisal(uniform, targetOf(7 * y), 0, 7 * y) - edge).toBeCloseTo(24, 12);
  }
});
