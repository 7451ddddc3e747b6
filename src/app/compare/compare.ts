import type { Tuning } from '../../config/schema/tuning.ts';
import { AppError } from '../../errors.ts';
import type { Recording } from '../../io/files/recording.ts';
import type { Kernel } from '../../nn/kernel.ts';
import type { Log } from '../../log.ts';
import { seriesNames, siteOf } from '../replay.ts';
import { endsBeforeWarmUp } from '../too-short.ts';
import { contendersOf, type Choice, type LeftOut } from './contenders.ts';
import { runContender, type ContenderResult } from './run-contender.ts';

export interface CompareOptions extends Choice {
  /** Name of the recording, for errors. */
  readonly file: string;
  readonly log: Log;
  /** Runs the networks in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** Options of all contenders that differ from the defaults. */
  readonly tuning: Partial<Tuning>;
  /** One stream for each column instead of one group of all. */
  readonly separate: boolean;
  /** Called with the share of the work that is done, 0 to 1, and the present task. */
  readonly onProgress: (share: number, doing: string) => void;
}

/** The contenders and their results; the first result is the baseline. */
export interface Comparison {
  readonly columns: readonly string[];
  /** Name of the series of each column. */
  readonly series: readonly string[];
  readonly rows: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly skippedRows: number;
  readonly unreadableCells: number;
  readonly separate: boolean;
  readonly simd: boolean;
  readonly tuning: Tuning;
  readonly results: readonly ContenderResult[];
  readonly leftOut: readonly LeftOut[];
}

const PROGRESS_ROWS = 500;
/** Rows after which the cost of a row is stable. */
const TO_COMPILE = 5000;

/**
 * Runs the baseline and each chosen pair of cell and learner over one recording, one after another. `open` is called for each
 * of them, and twice before, to count the rows and to compile the code: no rows are kept in memory, whatever the length of the
 * file. Rejects with `recording_unreadable` when the recording has no rows, or ends before the warm-up does.
 */
export async function compare(
  open: () => Promise<Recording>,
  { onProgress, cells, learners, ...options }: CompareOptions,
): Promise<Comparison> {
  const { file, kernel, separate } = options;
  const first = await open();
  const { values: columns } = first;
  const site = siteOf(columns, options);
  const together = separate ? 1 : columns.length;
  const { contenders, leftOut } = contendersOf(site.tuning, together, { cells, learners });
  const turns = contenders.length + 1;
  let turn = 0;
  const report = (recording: Recording, doing: string): void => {
    const { bytesRead, bytesTotal } = recording;
    const share = Math.min(1, bytesRead / Math.max(1, bytesTotal));
    onProgress((turn + share) / turns, doing);
  };

  const span = await survey(first, () => {
    report(first, 'counting rows');
  });
  if (span.rows === 0) throw new AppError('recording_unreadable', `${file} has no row with a readable time`);
  const run = { ...options, rows: span.rows };
  // Code is slow until it has been compiled; without this, the first contender would seem slower.
  const some = await open();
  await runContender(contenders[0], some, {
    ...run,
    rows: Math.min(span.rows, TO_COMPILE),
    onProgress: () => {
      report(some, 'warming up');
    },
  });
  const results: ContenderResult[] = [];
  for (const contender of contenders) {
    turn++;
    const recording = await open();
    results.push(
      await runContender(contender, recording, {
        ...run,
        onProgress: () => {
          report(recording, `${turn} of ${contenders.length}: ${contender.label}`);
        },
      }),
    );
    if (Number.isNaN(results[0].loss)) throw endsBeforeWarmUp(file, site.tuning);
  }
  return {
    columns,
    series: seriesNames(columns),
    ...span,
    skippedRows: first.skippedRows,
    unreadableCells: first.unreadableCells,
    separate,
    simd: kernel !== null,
    tuning: site.tuning,
    results,
    leftOut,
  };
}

async function survey(
  recording: Recording,
  onProgress: () => void,
): Promise<Pick<Comparison, 'rows' | 'firstAt' | 'lastAt'>> {
  let rows = 0;
  let firstAt = Infinity;
  let lastAt = -Infinity;
  for await (const { at } of recording) {
    if (rows++ % PROGRESS_ROWS === 0) onProgress();
    firstAt = Math.min(firstAt, at);
    lastAt = Math.max(lastAt, at);
  }
  return { rows, firstAt, lastAt };
}
