/**
 * Steps a cell and turns errors into gradients. A learner does not depend on the gates: it calls a cell's `forward` and
 * `backward`. The state continues from message to message and is never reset.
 */
export interface Learner {
  /** s_t (S), the present state; its first H numbers are the hidden state. */
  readonly state: Float64Array;

  /**
   * |dL/ds_{t-j}| of the last backward pass, j = 0, 1, ...: how the error grew or decayed over the lags. Empty for a learner
   * without a backward pass through time.
   */
  readonly lags: Float64Array;

  /** Advances the state by the input x (X). */
  advance(x: Float64Array): void;

  /**
   * Takes the gradient ds = dL/ds_t (S) of the loss at the present state. If a gradient is due, adds it to dTheta and returns
   * true: the parameters may be updated. Otherwise keeps the error for later and returns false.
   */
  credit(ds: Float64Array, dTheta: Float64Array): boolean;

  /** The tape of the step made j steps ago, 0 the newest, as its cell wrote it; null where it is not kept. */
  tapeOf(j: number): Float64Array | null;
}
