import { runsOf, type Run } from '../../math/metrics/runs.ts';
import type { Recording } from '../../io/files/recording.ts';
import { replay, type ReplayOptions, type ScoredRow } from '../replay.ts';

/** The results of a replay, row by row. */
export interface Answers {
  /** Epoch ms of each row. */
  readonly at: Float64Array;
  /** Score of each row, 0 when it was not scored. */
  readonly scores: Float64Array;
  /** The first column; a missing value is replaced by the previous one, at the start by the first one. */
  readonly values: Float64Array;
  /** The episodes in the order in which they opened: the row that opened each, and the last row before the one that closed it. */
  readonly alarms: readonly Run[];
  /** The runs of rows that the label column marks. */
  readonly events: readonly Run[];
  /** Whether any stream has finished its warm-up. */
  readonly ready: boolean;
}

export interface AnswerOptions
  extends
    Pick<ReplayOptions, 'log' | 'kernel' | 'tuning' | 'calendar' | 'separate'>,
    Partial<Pick<ReplayOptions, 'onEvent' | 'onStep'>> {
  readonly onRow?: (row: ScoredRow) => void;
}

/** Runs a recording through the pipeline and keeps the answers, 25 bytes a row. */
export async function answersOf(recording: Recording, { onEvent, onRow, ...options }: AnswerOptions): Promise<Answers> {
  const at: number[] = [];
  const scores: number[] = [];
  const values: number[] = [];
  const labels: boolean[] = [];
  const alarms: [first: number, last: number][] = [];
  const open = new Map<string, [first: number, last: number]>();
  const { streams } = await replay(recording, {
    ...options,
    onEvent: (event) => {
      const { phase, anomaly } = event;
      const row = at.length;
      if (phase === 'opened') {
        const alarm: [number, number] = [row, Infinity];
        alarms.push(alarm);
        open.set(anomaly.id, alarm);
      } else if (phase === 'closed') {
        const alarm = open.get(anomaly.id);
        if (alarm !== undefined) alarm[1] = Math.max(alarm[0], row - 1);
        open.delete(anomaly.id);
      }
      onEvent?.(event);
    },
    onRow: (row) => {
      at.push(row.at);
      scores.push(row.score ?? 0);
      values.push(row.values[0]);
      labels.push(row.label);
      onRow?.(row);
    },
  });
  return {
    at: Float64Array.from(at),
    scores: Float64Array.from(scores),
    values: filled(values),
    alarms,
    events: runsOf(labels.length, (row) => labels[row]),
    ready: streams.some(({ warmup }) => warmup >= 1),
  };
}

function filled(values: readonly number[]): Float64Array {
  let last = values.find((value) => !Number.isNaN(value)) ?? 0;
  return Float64Array.from(values, (value) => (last = Number.isNaN(value) ? last : value));
}
