/** The values of all series of a stream at one time. */
export interface Sample {
  readonly stream: string;
  readonly at: number;
  /** One value per series of the stream, in its order; NaN where a series is missing. */
  readonly x: Float64Array;
}
