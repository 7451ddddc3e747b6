import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addOuterProduct, addProduct, addTransposedProduct } from '../../src/math/dense.ts';

/**
 * A matrix and two vectors, each at some offset inside a longer array. The numbers are whole, so that
 * sums are exact in whatever order they are made.
 */
const operands = fc
  .record({ rows: fc.nat(5), columns: fc.nat(5), w: fc.nat(3), xAt: fc.nat(3), yAt: fc.nat(3) })
  .chain((shape) => {
    const whole = (length: number) =>
      fc.array(fc.integer({ min: -99, max: 99 }), { minLength: length, maxLength: length });
    return fc.record({
      shape: fc.constant(shape),
      W: whole(shape.w + shape.rows * shape.columns + 2),
      x: whole(shape.xAt + shape.columns + 2),
      y: whole(shape.yAt + shape.rows + 2),
    });
  });

/** Calls `visit` once for each element of the matrix with the places of W_ij, x_j and y_i. */
function eachElement(
  shape: { rows: number; columns: number; w: number; xAt: number; yAt: number },
  visit: (wij: number, xj: number, yi: number) => void,
): void {
  const { rows, columns, w, xAt, yAt } = shape;
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) visit(w + i * columns + j, xAt + j, yAt + i);
}

test('(1 2; 3 4) (5; 6) = (17; 39), added to (100; 200)', () => {
  const y = Float64Array.of(100, 200);
  addProduct(Float64Array.of(1, 2, 3, 4), 0, 2, 2, Float64Array.of(5, 6), 0, y, 0);
  expect(y).toEqual(Float64Array.of(117, 239));
});

test('addProduct: y_i += sum of W_ij x_j, and touches nothing else', () => {
  fc.assert(
    fc.property(operands, ({ shape, W, x, y }) => {
      const expected = Float64Array.from(y);
      eachElement(shape, (wij, xj, yi) => (expected[yi] += W[wij] * x[xj]));
      const [Ws, xs, ys] = [W, x, y].map((numbers) => Float64Array.from(numbers));
      addProduct(Ws, shape.w, shape.rows, shape.columns, xs, shape.xAt, ys, shape.yAt);
      expect([Ws, xs, ys]).toEqual([Float64Array.from(W), Float64Array.from(x), expected]);
    }),
  );
});

test('addTransposedProduct: x_j += sum of W_ij y_i, and touches nothing else', () => {
  fc.assert(
    fc.property(operands, ({ shape, W, x, y }) => {
      const expected = Float64Array.from(x);
      eachElement(shape, (wij, xj, yi) => (expected[xj] += W[wij] * y[yi]));
      const [Ws, xs, ys] = [W, x, y].map((numbers) => Float64Array.from(numbers));
      addTransposedProduct(Ws, shape.w, shape.rows, shape.columns, ys, shape.yAt, xs, shape.xAt);
      expect([Ws, xs, ys]).toEqual([Float64Array.from(W), expected, Float64Array.from(y)]);
    }),
  );
});

test('addOuterProduct: W_ij += y_i x_j, and touches nothing else', () => {
  fc.assert(
    fc.property(operands, ({ shape, W, x, y }) => {
      const expected = Float64Array.from(W);
      eachElement(shape, (wij, xj, yi) => (expected[wij] += y[yi] * x[xj]));
      const [Ws, xs, ys] = [W, x, y].map((numbers) => Float64Array.from(numbers));
      addOuterProduct(Ws, shape.w, shape.rows, shape.columns, ys, shape.yAt, xs, shape.xAt);
      expect([Ws, xs, ys]).toEqual([expected, Float64Array.from(x), Float64Array.from(y)]);
    }),
  );
});
