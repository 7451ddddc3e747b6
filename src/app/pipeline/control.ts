import type { Site } from '../../config/schema/site.ts';
import type { Checkpoints } from './restore/checkpoints.ts';
import type { History } from './history.ts';
import type { PipelineMoment } from './time.ts';
import type { Stream } from './stream.ts';
import type { Outlet, Streams } from './streams.ts';

/** How a running pipeline is replaced by another one in the same process. */
export interface PipelineControl {
  readonly streams: Pick<Streams, 'withOtherNetwork'>;
  /** Time of the newest arrival or tick, epoch ms; -Infinity before the first. */
  readonly now: () => number;
  /** Its time, and when its periodic work was last done: for the pipeline that continues elsewhere. */
  readonly moment: () => PipelineMoment;
  /** Saves all streams now; does nothing before the first message. */
  readonly saveNow: () => void;
  /** The streams that another site file does not change, and everything that is passed on with them. `holidaysKey`: of that site. */
  readonly keep: (next: Site, holidaysKey?: string) => Kept;
  /** Saves the other streams in the next transaction, as of `at`, and those that were never saved. */
  readonly save: (at: number, kept: Kept) => void;
  /** After this call the end of the subscription saves nothing more: call it when everything is saved, then end the subscription. */
  readonly handOver: () => void;
}

/** Passed from one pipeline to the next as it is, instead of being saved and restored. */
export interface Kept {
  /** By name. */
  readonly monitors: ReadonlyMap<string, Stream>;
  readonly outlet: Outlet;
  readonly checkpoints: Checkpoints;
  /** Null where the other site stores its history elsewhere. */
  readonly history: History | null;
}

/** Where the pipeline before has ended. */
export interface Resumed {
  /** Its time, epoch ms. */
  readonly at: number;
  /** The last row of the journal; all state outside of the journal is saved up to it. */
  readonly seq: number;
  readonly kept: Kept;
}
