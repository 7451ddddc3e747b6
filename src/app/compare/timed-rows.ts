import type { RecordingRow } from '../../io/files/recording.ts';

/** Rows read ahead before the clock runs. */
const AT_ONCE = 512;

export interface TimedOptions {
  /** Rows to read at most: the file may have grown since they were counted. */
  readonly rows: number;
  /** The part of the recording that a row belongs to; no batch is of two. */
  readonly blockOf: (row: number) => number;
  /** Called for a row that was read and not yielded yet. */
  readonly onRead: (row: number, content: RecordingRow) => void;
  /** Called after the rows of a batch, from `first` on, were processed, with the CPU time in microseconds. */
  readonly onBatch: (first: number, batch: readonly RecordingRow[], microseconds: number) => void;
}

/** Yields rows and measures the CPU time of their consumer, without the time to read them. */
export async function* timedRows(
  source: AsyncIterable<RecordingRow>,
  { rows, blockOf, onRead, onBatch }: TimedOptions,
): AsyncGenerator<RecordingRow, void, undefined> {
  let batch: RecordingRow[] = [];
  let first = 0;
  let read = 0;
  function* handOn(): Generator<RecordingRow, void, undefined> {
    const before = process.cpuUsage();
    yield* batch;
    const { user, system } = process.cpuUsage(before);
    onBatch(first, batch, user + system);
    first += batch.length;
    batch = [];
  }
  for await (const row of source) {
    if (read === rows) break;
    if (batch.length === AT_ONCE || blockOf(read) !== blockOf(first)) yield* handOn();
    onRead(read++, row);
    batch.push(row);
  }
  if (batch.length > 0) yield* handOn();
}
