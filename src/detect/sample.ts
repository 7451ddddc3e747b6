/** What the series of one stream said at one time. */
export interface Sample {
  readonly stream: string;
  readonly at: number;
  /** One value per series of the stream, in its order; NaN where the series said nothing. */
  readonly x: Float64Array;
}
