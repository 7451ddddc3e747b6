import { runsOf, type Run } from '../../math/metrics/runs.ts';
import type { Recording } from '../../io/files/recording.ts';
import { replay, type ReplayOptions, type ScoredRow } from '../replay.ts';

/** What a recording was answered with, row by row. */
export interface Answers {
  /** Epoch ms of each row. */
  readonly at: Float64Array;
  /** Score of each row, 0 where nothing could be scored. */
  readonly scores: Float64Array;
  /** The first column; where it is missing, what stood there before, or else first. */
  readonly values: Float64Array;
  /** The rows that opened an episode, in order. */
  readonly alarms: readonly number[];
  /** What the label column marks. */
  readonly events: readonly Run[];
}

export interface AnswerOptions extends Pick<ReplayOptions, 'note' | 'kernel' | 'tuning' | 'separate'> {
  readonly onRow?: (row: ScoredRow) => void;
}

/** Runs a recording through the pipeline and keeps the answers, 25 bytes a row. */
export async function answersOf(recording: Recording, { onRow, ...options }: AnswerOptions): Promise<Answers> {
  const at: number[] = [];
  const scores: number[] = [];
  const values: number[] = [];
  const labels: boolean[] = [];
  const alarms: number[] = [];
  let opened = false;
  await replay(recording, {
    ...options,
    onEvent: ({ phase }) => {
      opened ||= phase === 'opened';
    },
    onRow: (row) => {
      if (opened) alarms.push(at.length);
      opened = false;
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
  };
}

function filled(values: readonly number[]): Float64Array {
  let last = values.find((value) => !Number.isNaN(value)) ?? 0;
  return Float64Array.from(values, (value) => (last = Number.isNaN(value) ? last : value));
}
