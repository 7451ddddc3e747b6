import type { Detector } from '../../detect/detector.ts';
import type { OperatorActions } from '../../detect/monitor/operator-actions.ts';
import type { StreamStatus } from '../../detect/monitor/stream-status.ts';
import type { SeriesInfo } from '../../detect/reading.ts';
import type { Memory } from '../../math/memory.ts';

/** The state of a stream, for publishing and display. */
export type StreamView = Pick<StreamStatus, keyof StreamStatus>;

/**
 * A stream as the pipeline and the commands use it: a `StreamMonitor` in this thread, or a `RemoteStream`, whose monitor is in a worker
 * thread. Reading the state of a remote one waits until its thread has processed everything before.
 */
export interface Stream {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  readonly shape: string;
  readonly status: StreamView;
  readonly operator: Pick<OperatorActions, keyof OperatorActions>;
  readonly memory: Pick<Memory, 'toBytes' | 'byteLength'>;
  /** Absent where the stream is in another thread. */
  readonly detector?: Detector;
  /** Whether series d has had a reading that counts; where there is no detector. */
  reads?(d: number): boolean;
  tick(now: number): void;
  learnEvery(every: number): void;
  markDowntime(now: number, awayMs?: number): void;
  restore(bytes: Uint8Array): void;
  takeOver(shape: string, bytes: Uint8Array): boolean;
}
