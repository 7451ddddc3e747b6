/** The whole memory of a stream at one moment, as bytes that only a stream of the same shape can restore. */
export interface Snapshot {
  readonly stream: string;
  readonly at: number;
  /** The last row of the journal that the snapshot includes. */
  readonly seq: number;
  readonly version: number;
  /** Layout of the bytes; a stream of another shape refuses them. */
  readonly shape: string;
  readonly bytes: Uint8Array;
}
