import type { Streams } from './streams.ts';

/** How a running pipeline is replaced by another one in the same process. */
export interface PipelineControl {
  readonly streams: Pick<Streams, 'withNewWarmUp'>;
  /** Time of the newest arrival or tick, epoch ms; -Infinity before the first. */
  readonly now: () => number;
  /** Saves every stream in the next transaction, as of `at`. */
  readonly save: (at: number) => void;
  /** The end of this subscription saves nothing more: call it when everything is saved, and end it then. */
  readonly handOver: () => void;
}

/** Where the pipeline before has ended. */
export interface Resumed {
  /** Its time, epoch ms. */
  readonly at: number;
  /** The last row of the journal; the snapshots include it. */
  readonly seq: number;
}
