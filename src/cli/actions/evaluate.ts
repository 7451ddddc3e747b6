import { refuseUnwritable, writeOut } from '../../app/out-file.ts';
import { answersOf, type Answers } from '../../app/evaluate/answers.ts';
import { evaluate, figuresOf, type Evaluation, type Figures } from '../../app/evaluate/evaluation.ts';
import { eventsIn } from '../../app/evaluate/events.ts';
import { recordingPage, type RecordingPart } from '../../app/compare/report/recording-page.ts';
import { RunTrace } from '../../app/compare/run-trace.ts';
import { machineName } from '../../app/doctor/machine.ts';
import { kernelOrNull } from '../../app/kernel.ts';
import { siteOf } from '../../app/replay.ts';
import { endsBeforeWarmUp } from '../../app/too-short.ts';
import { parseDuration } from '../../config/duration.ts';
import { AppError } from '../../errors.ts';
import type { Run } from '../../math/metrics/runs.ts';
import { EXIT } from '../exit-codes.ts';
import { count, jsonLine, shortDuration, table } from '../terminal/format.ts';
import { logTo, openLog } from '../terminal/log.ts';
import { leftOutNotes, nameOf, openLabelled, readingNotes, tunedReplay, windowsOf } from '../open-recording.ts';
import { openProgress } from '../terminal/progress.ts';
import { siteWindows } from '../site-labels.ts';
import { LABELS_SOUGHT, type RecordingCommandOptions } from '../recording-options.ts';

export interface EvaluateCommandOptions extends RecordingCommandOptions {
  readonly separate: boolean;
  /** A duration. */
  readonly tolerance?: string;
  /** The page with charts. */
  readonly report?: string;
}

/** Rows between two updates of the progress bar. */
const PROGRESS_ROWS = 200;

/** `zankyo evaluate FILE...`: which labelled events the pipeline finds, a line for each recording and one for all. */
export async function evaluateFiles(
  files: readonly string[],
  options: EvaluateCommandOptions & { readonly version: string },
): Promise<number> {
  const { json, separate, report, version } = options;
  const { tuning, calendar } = tunedReplay(options);
  const toleranceMs = toleranceOf(options);
  if (report !== undefined) refuseUnwritable(report, '--report');
  const log = logTo(openLog('warn'));
  const kernel = kernelOrNull(log);
  const evaluations: Evaluation[] = [];
  const parts: RecordingPart[] = [];
  for (const file of files) {
    const opened = await openLabelled(file, options);
    const recording = opened.read();
    const own = windowsOf(file, options) ?? siteWindows(file, recording, options, console.error);
    if (own === null && recording.label === null)
      throw new AppError(
        'recording_unreadable',
        `${file} has no column of labels called ${LABELS_SOUGHT}; name one with --label`,
      );
    const run = report === undefined ? null : new RunTrace(recording.values, recording.rows);
    const progress = openProgress(recording.bytesTotal);
    let rows = 0;
    const answers: Answers = await answersOf(recording, {
      log,
      kernel,
      tuning,
      calendar,
      separate,
      onEvent: (event) => run?.addEvent(event),
      onStep: (step) => run?.addStep(step),
      onRow: (row) => {
        run?.addRow(row);
        if (++rows % PROGRESS_ROWS === 0) progress.update(recording.bytesRead, `${file}, ${rows} rows`);
      },
    }).finally(() => {
      progress.clear();
      opened.close();
    });
    for (const sentence of readingNotes(recording)) console.error(`${file}: ${sentence}`);
    if (!answers.ready) throw endsBeforeWarmUp(nameOf(file), siteOf(recording.values, { tuning }).tuning);
    const events = own === null ? answers.events : eventsIn(own, answers.at);
    const evaluation = evaluate(answers, events, toleranceMs);
    evaluations.push(evaluation);
    if (run !== null)
      parts.push(
        partOf(file, run, answers, events, evaluation, [...readingNotes(recording), ...leftOutNotes(recording)]),
      );
  }
  const each = evaluations.map((evaluation, k) => ({ file: files[k], ...figuresOf([evaluation]) }));
  const all = figuresOf(evaluations);
  const lines = linesOf(each, all);
  if (json) console.log(jsonLine({ files: each, all }));
  else console.log(table(HEADER, lines, [...HEADER.keys()].slice(1)));
  if (report !== undefined) {
    const headline = `${all.found} of ${count(all.events, 'labelled event')} found, ${count(all.falseAlarms, 'false alarm')}`;
    const page = {
      command: 'evaluate',
      headline,
      table: { header: HEADER, lines },
      version,
      machine: machineName(),
    } as const;
    writeOut(report, recordingPage(parts, page), '--report');
    console.error(`Report: ${report}`);
  }
  return EXIT.ok;
}

/** Undefined where `evaluate` has to find it from the recording. */
function toleranceOf({ tolerance }: EvaluateCommandOptions): number | undefined {
  if (tolerance === undefined) return undefined;
  try {
    return parseDuration(tolerance);
  } catch (cause) {
    throw new AppError('usage', `--tolerance ${tolerance}: expected a duration such as 30s, 5m or 1h30m`, { cause });
  }
}

/** A recording on the page, with its labels and how each anomaly counts. */
function partOf(
  file: string,
  run: RunTrace,
  { at }: Answers,
  events: readonly Run[],
  { judge, rows }: Evaluation,
  notes: readonly string[],
): RecordingPart {
  const { process: anomalies, sensor: sensorFaults } = run.episodes;
  return {
    file: nameOf(file),
    rows,
    view: {
      ...run.view,
      forecaster: 'the network and the baseline',
      labels: events.map(([first, last]) => [at[first], at[last]]),
    },
    anomalies,
    sensorFaults,
    notes,
    judge: ({ openedAt }) =>
      judge(
        Math.max(
          0,
          at.findLastIndex((time) => time <= openedAt),
        ),
      ),
  };
}

const HEADER = [
  'recording',
  'rows',
  'found',
  'recall',
  'precision',
  'VUS-PR',
  'NAB',
  'low FP',
  'low FN',
  'false/1,000 rows',
  'false/week',
  'delay',
];

/** The lines of the table: one for each recording, and the last for all where there are several. */
function linesOf(each: readonly (Figures & { readonly file: string })[], all: Figures): string[][] {
  const folder = sharedFolder(each.map(({ file }) => file));
  const lines = each.map((figures) => [figures.file.slice(folder.length), ...cells(figures)]);
  if (each.length > 1) lines.push([count(each.length, 'recording'), ...cells(all)]);
  return lines;
}

const cells = ({
  rows,
  events,
  found,
  recall,
  precision,
  vusPr,
  nab,
  falseAlarmsPerThousandRows,
  falseAlarmsPerWeek,
  medianDelayMs,
}: Figures): string[] => [
  String(rows),
  `${found} of ${events}`,
  shown(100 * recall, 0, ' %'),
  shown(100 * precision, 0, ' %'),
  shown(vusPr, 3),
  shown(nab.standard, 1),
  shown(nab.lowFp, 1),
  shown(nab.lowFn, 1),
  shown(falseAlarmsPerThousandRows, 2),
  shown(falseAlarmsPerWeek, 2),
  Number.isNaN(medianDelayMs) ? '–' : medianDelayMs === 0 ? 'at once' : shortDuration(medianDelayMs),
];

const shown = (x: number, digits: number, unit = ''): string =>
  Number.isFinite(x) ? `${x.toFixed(digits)}${unit}` : '–';

/** The common beginning of all paths, up to a `/`. */
function sharedFolder([first, ...others]: readonly string[]): string {
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  while (!others.every((path) => path.startsWith(folder)))
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  return folder;
}
