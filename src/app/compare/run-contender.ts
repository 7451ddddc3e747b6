import type { Tuning } from '../../config/schema/tuning.ts';
import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { Recording } from '../../io/files/recording.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { Log } from '../../log.ts';
import { replay } from '../replay.ts';
import { blockOf, BLOCKS, BlockSums } from './blocks.ts';
import type { Contender } from './contenders.ts';
import { LossMeter } from './loss-meter.ts';
import { RunTrace } from './run-trace.ts';
import { timedRows } from './timed-rows.ts';
import type { Trace } from './trace.ts';

export interface ContenderResult {
  readonly contender: Contender;
  /** Mean log-loss of a reading after the warm-up, in nats; NaN when the recording ends before that. */
  readonly loss: number;
  /** The same over the last half of the recording, when most of the training is done. */
  readonly lateLoss: number;
  readonly losses: BlockSums;
  readonly seriesLoss: ReadonlyMap<string, number>;
  /** Processor time of one reading from message to verdict: the median of the blocks. */
  readonly microseconds: number;
  /** Bytes of the memory of its streams, which is the size of their snapshots. */
  readonly bytes: number;
  readonly anomalies: number;
  readonly sensorFaults: number;
  /** Those with the highest scores, in order of time. */
  readonly episodes: readonly Anomaly[];
  readonly trace: Trace;
}

export interface RunOptions {
  readonly log: Log;
  readonly kernel: Kernel | null;
  /** Options of all contenders. */
  readonly tuning: Partial<Tuning>;
  readonly separate: boolean;
  /** Rows of the recording, as counted before. */
  readonly rows: number;
  readonly onProgress: () => void;
}

const readingsIn = (values: Float64Array): number => values.reduce((sum, x) => sum + (Number.isNaN(x) ? 0 : 1), 0);

/** Runs one contender over a recording, through the pipeline of live messages. */
export async function runContender(
  contender: Contender,
  recording: Recording,
  { rows, onProgress, log, tuning, ...options }: RunOptions,
): Promise<ContenderResult> {
  const losses = new LossMeter();
  const cost = new BlockSums();
  const run = new RunTrace(recording.values, rows);
  const { trace, episodes } = run;
  const monitors = new Set<StreamMonitor>();
  const block = (row: number): number => blockOf(row, rows);
  const timed = timedRows(recording, {
    rows,
    blockOf: block,
    onRead: (row, { at, values }) => {
      trace.addRow(row, at, values);
    },
    onBatch: (first, batch, microseconds) => {
      cost.add(
        block(first),
        microseconds,
        batch.reduce((sum, { values }) => sum + readingsIn(values), 0),
      );
      onProgress();
    },
  });
  let row = 0; // the present one

  await replay(
    { values: recording.values, [Symbol.asyncIterator]: () => timed },
    {
      ...options,
      log: (level, fields, message) => {
        log(level, { contender: contender.id, ...fields }, message);
      },
      tuning: { ...tuning, ...contender.tuning },
      onEvent: (event) => {
        run.addEvent(event);
      },
      onStep: (step) => {
        if (step.verdict === null) return;
        monitors.add(step.monitor);
        losses.observe(step, block(row));
        run.addStep(step);
      },
      onRow: ({ at }) => {
        run.advance(at);
        row++;
      },
    },
  );
  return {
    contender,
    loss: losses.all.mean(),
    lateLoss: losses.all.mean(BLOCKS / 2),
    losses: losses.all,
    seriesLoss: new Map([...losses.bySeries].map(([name, sums]) => [name, sums.mean()])),
    microseconds: cost.median,
    bytes: [...monitors].reduce((sum, { memory }) => sum + memory.heldBytes, 0),
    anomalies: episodes.process,
    sensorFaults: episodes.sensor,
    episodes: episodes.list,
    trace,
  };
}
