/**
 * How a cell is stepped and how errors become gradients. A learner knows no gate: it calls a cell's `forward`
 * and `backward`. The state is carried from message to message and never reset.
 */
export interface Learner {
  /** s_t (S), the present state; its first H numbers are the hidden state. */
  readonly state: Float64Array;

  /**
   * |dL/ds_{t-j}| of the last way back, j = 0, 1, ...: how the error grew or faded on its way into the past. Empty where none is
   * taken.
   */
  readonly lags: Float64Array;

  /** Moves the state on by the input x (X). */
  advance(x: Float64Array): void;

  /**
   * Credits the present state with a loss whose gradient is ds = dL/ds_t (S). Adds to dTheta what is due by now;
   * true when it did and the parameters may be updated, false when the error is only kept for later.
   */
  credit(ds: Float64Array, dTheta: Float64Array): boolean;
}
