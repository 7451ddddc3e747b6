import type { Observable } from 'rxjs';
import type { IsHoliday } from '../../detect/forecast/calendar.ts';
import type { Log } from '../../log.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { PipelineControl, Resumed } from './control.ts';
import type { Processor } from './load/overload-control.ts';
import type { Tallies } from './tallies.ts';
import type { PipelineMoment } from './time.ts';
import type { Threads } from './threads.ts';
import type { PipelineView } from './view.ts';

export interface PipelineOptions {
  readonly log: Log;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** Emits the time, epoch ms, every few seconds while the broker is connected, so that silence is found. Absent in a replay. */
  readonly clock$?: Observable<number>;
  /** Emits every few seconds while there is no broker and the service tries to reach it: a sign that the pipeline is not stuck. */
  readonly idle$?: Observable<unknown>;
  /** Called at each entry of the journal that is replayed. */
  readonly onReplayed?: () => void;
  /** Emits the time, epoch ms, of each connection to the broker. The time before it is downtime, not silence of the sensors. */
  readonly listening$?: Observable<number>;
  /** Days that count as Sundays. */
  readonly isHoliday?: IsHoliday | null;
  /** A text that differs when the holidays differ. */
  readonly holidaysKey?: string;
  /** None for a recording. */
  readonly processor?: Processor;
  /** Whether a further stream fits into the memory; default: always. */
  readonly hasRoom?: () => boolean;
  /** The threads of the streams, if they are not in this one. */
  readonly threads?: Threads;
  /** Counts to add to; default: new ones. */
  readonly tallies?: Tallies;
  /** The times of the checkpoint from which the streams are restored, so that the periodic work continues with the same times. */
  readonly since?: PipelineMoment;
  /** Names that no series may have, besides those of groups. */
  readonly reserved?: readonly string[];
  /** The pipeline before this one in the same process, which has saved every stream. */
  readonly resumed?: Resumed;
  /** Called with each subscription. */
  readonly onControl?: (control: PipelineControl) => void;
  /** Called with each subscription. */
  readonly onStart?: (view: PipelineView) => void;
}
