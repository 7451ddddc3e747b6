import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { kernelOrNull } from '../app/kernel.ts';
import { unwritable } from '../app/out-file.ts';
import { replay, type ScoredRow } from '../app/replay.ts';
import type { Anomaly, AnomalyEvent } from '../detect/episode/anomaly.ts';
import { readRecording } from '../io/files/recording.ts';
import { EXIT } from './exit-codes.ts';
import { anomalyLine, jsonLine, shortDuration } from './format.ts';
import { noteTo, openLog } from './log.ts';
import { plain } from './plain.ts';
import { siteTuning } from './open-recording.ts';
import { openProgress } from './progress.ts';
import { columnsOf, type ColumnCommandOptions } from './recording-options.ts';

export interface ReplayCommandOptions extends ColumnCommandOptions {
  /** A site file whose tuning is used. */
  readonly config?: string;
  readonly out?: string;
  readonly separate: boolean;
  readonly json: boolean;
}

/** Rows between two looks at the progress bar. */
const PROGRESS_ROWS = 200;

/** `zankyo replay FILE`: a recording through the pipeline of the service. Anomalies on stdout, the rest on stderr. */
export async function replayFile(file: string, options: ReplayCommandOptions): Promise<number> {
  const { config, out, separate, json } = options;
  const tuning = siteTuning(config);
  const recording = await readRecording(file, columnsOf(options));
  const note = noteTo(openLog('warn'));
  const kernel = kernelOrNull(note);
  const progress = openProgress(recording.bytesTotal);
  const scores = out === undefined ? null : openScores(out);
  const episodes = new Map<string, Anomaly>();
  const startedAt = performance.now();
  let rows = 0;

  const print = ({ phase, anomaly }: AnomalyEvent): void => {
    if (phase !== 'closed') episodes.set(anomaly.id, anomaly);
    else {
      episodes.delete(anomaly.id);
      progress.clear();
      console.log(json ? jsonLine(anomaly) : anomalyLine(anomaly));
    }
  };
  const summary = await replay(recording, {
    note,
    kernel,
    tuning,
    separate,
    onEvent: print,
    onRow: (row) => {
      if (++rows % PROGRESS_ROWS === 0) progress.update(recording.bytesRead, `${rows} rows`);
      return scores?.write(row);
    },
  }).finally(() => {
    progress.clear();
  });
  await scores?.end();
  for (const anomaly of episodes.values()) console.log(json ? jsonLine(anomaly) : anomalyLine(anomaly));

  const seconds = (performance.now() - startedAt) / 1000;
  const span = summary.rows > 1 ? `, ${shortDuration(summary.lastAt - summary.firstAt)} of readings` : '';
  console.error(
    `${summary.rows} rows${span}, in ${seconds.toFixed(1)} s (${Math.round((1e6 * seconds) / Math.max(1, summary.rows))} µs a row).` +
      leftOut(recording.skippedRows, 'rows without a readable time') +
      leftOut(summary.lateRows, 'rows that are not in the order of time') +
      leftOut(recording.unreadableCells, 'unreadable cells'),
  );
  for (const { stream, warmup } of summary.streams)
    if (warmup < 1)
      console.error(`${plain(stream)}: still warming up at the end (${Math.floor(100 * warmup)} %), so no alarms.`);
  return EXIT.ok;
}

const leftOut = (count: number, what: string): string => (count === 0 ? '' : ` Left out: ${count} ${what}.`);

/** The scores as CSV; writing waits for the disk, so that memory does not grow with the file. */
function openScores(path: string): { write(row: ScoredRow): Promise<void> | undefined; end(): Promise<void> } {
  const stream: WriteStream = createWriteStream(path, { mode: 0o600 });
  const errored = once(stream, 'error').then(([cause]: unknown[]) => {
    throw unwritable(path, cause);
  });
  errored.catch(() => undefined);
  stream.write('timestamp,score,is_anomaly,series,value,expected,lower,upper\n');
  return {
    write: ({ at, score, anomaly, series, value, expected, lower, upper }) => {
      const cells = [score, anomaly ? 1 : 0, series, value, expected, lower, upper];
      const roomy = stream.write(`${new Date(at).toISOString()},${cells.map((cell) => cell ?? '').join()}\n`);
      return roomy ? undefined : Promise.race([once(stream, 'drain').then(() => undefined), errored]);
    },
    end: async () => {
      stream.end();
      await Promise.race([finished(stream), errored]);
    },
  };
}
