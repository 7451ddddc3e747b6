/** Dense row-major matrices inside flat arrays: a matrix is (array, offset, rows, columns), a vector (array, offset). */

/** y += W x, with W (rows, columns), x (columns), y (rows). */
export function addProduct(
  W: Float64Array, w: number, rows: number, columns: number,
  x: Float64Array, xAt: number, y: Float64Array, yAt: number,
): void {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += W[w++] * x[xAt + j];
    y[yAt + i] += sum;
  }
}

/** x += W^T y, with W (rows, columns), y (rows), x (columns). */
export function addTransposedProduct(
  W: Float64Array, w: number, rows: number, columns: number,
  y: Float64Array, yAt: number, x: Float64Array, xAt: number,
): void {
  for (let i = 0; i < rows; i++) {
    const yi = y[yAt + i];
    for (let j = 0; j < columns; j++) x[xAt + j] += W[w++] * yi;
  }
}

/** W += y x^T, with W (rows, columns), y (rows), x (columns). */
export function addOuterProduct(
  W: Float64Array, w: number, rows: number, columns: number,
  y: Float64Array, yAt: number, x: Float64Array, xAt: number,
): void {
  for (let i = 0; i < rows; i++) {
    const yi = y[yAt + i];
    for (let j = 0; j < columns; j++) W[w++] += yi * x[xAt + j];
  }
}

/** y = |x|, the Euclidean length of all of x. Written to y, because a returned number may be allocated as an object. */
export function storeLength(x: Float64Array, y: Float64Array, yAt: number): void {
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += x[i] * x[i];
  y[yAt] = Math.sqrt(squares);
}

/** The Euclidean length of the numbers from `from` to before `end`. */
export function lengthOf(x: Float64Array, from: number, end: number): number {
  let squares = 0;
  for (let i = from; i < end; i++) squares += x[i] * x[i];
  return Math.sqrt(squares);
}
