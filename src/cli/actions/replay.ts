import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { recordingPage } from '../../app/compare/report/recording-page.ts';
import { RunTrace } from '../../app/compare/run-trace.ts';
import { machineName } from '../../app/doctor/machine.ts';
import { kernelOrNull } from '../../app/kernel.ts';
import { refuseUnwritable, unwritable, writeOut } from '../../app/out-file.ts';
import { calendarOf } from '../../app/pipeline/monitor-options.ts';
import { replay, siteOf, type ScoredRow } from '../../app/replay.ts';
import { endsBeforeWarmUp } from '../../app/too-short.ts';
import type { Anomaly, AnomalyEvent } from '../../detect/episode/anomaly.ts';
import { EXIT } from '../exit-codes.ts';
import { anomalyLine, count, habitLine, jsonLine, shortDuration } from '../terminal/format.ts';
import { logTo, openLog } from '../terminal/log.ts';
import { labelNotes, leftOutNotes, nameOf, openUnlabelled, readingNotes, siteReplay } from '../open-recording.ts';
import { plain } from '../terminal/plain.ts';
import { openProgress } from '../terminal/progress.ts';
import type { ColumnCommandOptions } from '../recording-options.ts';

export interface ReplayCommandOptions extends ColumnCommandOptions {
  /** A site file whose tuning is used. */
  readonly config?: string;
  readonly out?: string;
  /** The page with charts. */
  readonly report?: string;
  readonly separate: boolean;
  readonly json: boolean;
}

/** Rows between two updates of the progress bar. */
const PROGRESS_ROWS = 200;

/** `zankyo replay FILE`: a recording through the pipeline of the service. Anomalies on stdout, habits and the rest on stderr. */
export async function replayFile(
  file: string,
  options: ReplayCommandOptions & { readonly version: string },
): Promise<number> {
  const { config, out, report, separate, json, version } = options;
  const { tuning, calendar } = siteReplay(config);
  const clock = calendarOf({ timezone: calendar?.timezone ?? null });
  if (report !== undefined) refuseUnwritable(report, '--report');
  const recording = (await openUnlabelled(file, options)).read();
  const log = logTo(openLog('warn'));
  const kernel = kernelOrNull(log);
  const progress = openProgress(recording.bytesTotal);
  const scores = out === undefined ? null : openScores(out);
  const run = report === undefined ? null : new RunTrace(recording.values, recording.rows);
  const episodes = new Map<string, Anomaly>();
  const startedAt = performance.now();
  let rows = 0;

  const print = ({ phase, anomaly }: AnomalyEvent): void => {
    if (phase !== 'closed') episodes.set(anomaly.id, anomaly);
    else {
      episodes.delete(anomaly.id);
      progress.clear();
      console.log(json ? jsonLine(anomaly) : anomalyLine(anomaly, clock));
    }
  };
  const summary = await replay(recording, {
    log,
    kernel,
    tuning,
    calendar,
    separate,
    onEvent: (event) => {
      run?.addEvent(event);
      print(event);
    },
    onHabit: (habit) => {
      progress.clear();
      console.error(habitLine(habit, clock));
    },
    onStep: (step) => run?.addStep(step),
    onRow: (row) => {
      if (++rows % PROGRESS_ROWS === 0) progress.update(recording.bytesRead, `${rows} rows`);
      run?.addRow(row);
      return scores?.write(row);
    },
  }).finally(() => {
    progress.clear();
  });
  await scores?.end();
  for (const anomaly of episodes.values()) console.log(json ? jsonLine(anomaly) : anomalyLine(anomaly, clock));

  const seconds = (performance.now() - startedAt) / 1000;
  const span = summary.rows > 1 ? `, ${shortDuration(summary.lastAt - summary.firstAt)} of readings` : '';
  const { skippedRows, unreadableCells } = recording;
  const left = leftOutNotes({ skippedRows, unreadableCells, lateRows: summary.lateRows });
  console.error(
    [
      `${summary.rows} rows${span}, in ${seconds.toFixed(1)} s (${Math.round((1e6 * seconds) / Math.max(1, summary.rows))} µs a row).`,
      ...left,
    ].join(' '),
  );
  const how = [...readingNotes(recording), ...labelNotes(recording)];
  for (const sentence of how) console.error(sentence);
  const warming = summary.streams.filter(({ warmup }) => warmup < 1);
  for (const { stream, warmup } of warming)
    console.error(`${plain(stream)}: still warming up at the end (${Math.floor(100 * warmup)} %), so no alarms.`);
  if (warming.length === summary.streams.length)
    throw endsBeforeWarmUp(nameOf(file), siteOf(recording.values, { tuning }).tuning);
  if (run !== null && report !== undefined) {
    const { process: anomalies, sensor: sensorFaults } = run.episodes;
    const view = { ...run.view, forecaster: 'the network and the baseline', labels: null };
    const notes = [...how, ...left];
    const headline = `${count(anomalies, 'anomaly', 'anomalies')} and ${count(sensorFaults, 'sensor fault')} in ${count(summary.rows, 'row')}`;
    const part = { file: nameOf(file), rows: summary.rows, view, anomalies, sensorFaults, notes, judge: null };
    const page = { command: 'replay' as const, headline, table: null, version, machine: machineName() };
    writeOut(report, recordingPage([part], page), '--report');
    console.error(`Report: ${report}`);
  }
  return EXIT.ok;
}

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
