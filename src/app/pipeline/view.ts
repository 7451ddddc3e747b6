import type { SeriesState } from '../../stream/ports/ports.ts';
import type { SeriesHistory } from '../../stream/history/port.ts';
import type { LoadLevel } from './load/load.ts';
import type { Watched } from './recent-readings.ts';
import type { Stream, StreamView } from './stream.ts';

/** A running pipeline as health, metrics and the dashboard see it. All of it is live; reading it changes nothing. */
export interface PipelineView {
  /** The streams; one that failed is not among them. */
  readonly streams: () => readonly StreamView[];
  /** The learned state of the streams, read-only. In the order of `streams`. */
  readonly monitors: () => readonly Stream[];
  /** The states of a stream as they are published: those of its series, then, of a group, its own. */
  readonly statesOf: (status: StreamView) => readonly SeriesState[];
  /** Time of the newest arrival or tick, epoch ms; -Infinity before the first. */
  readonly now: () => number;
  /** Streams that stopped because of an internal error. */
  readonly stopped: () => readonly string[];
  /** Messages of each input of the site file, without retained copies; the pipeline adds to them. */
  readonly messages: Float64Array;
  /** Whether the site, or every series so far of this input, is in maintenance. */
  readonly inMaintenance: (input: number) => boolean;
  /** Whether the journal of the earlier run was replayed. */
  readonly replayed: () => boolean;
  readonly load: () => LoadLevel;
  /** Age of the oldest state on the disk among those of all streams, in time of arrival, ms; null before the first reading. */
  readonly snapshotAgeMs: () => number | null;
  /** The history of a series; null where none is kept. */
  readonly historyOf: (series: string) => SeriesHistory | null;
  /** From now on the last readings of series d of a monitor are kept, until `endWatch`. */
  readonly watch: (monitor: Stream, d: number) => Watched;
  readonly endWatch: (watched: Watched) => void;
}
