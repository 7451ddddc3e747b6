import { answersOf, type Answers } from '../app/evaluate/answers.ts';
import { evaluate, figuresOf, type Evaluation, type Figures } from '../app/evaluate/evaluation.ts';
import { eventsIn } from '../app/evaluate/events.ts';
import { kernelOrNull } from '../app/kernel.ts';
import { AppError } from '../errors.ts';
import { EXIT } from './exit-codes.ts';
import { count, jsonLine, shortDuration, table } from './format.ts';
import { noteTo, openLog } from './log.ts';
import { openLabelled, tuningOf, windowsOf } from './open-recording.ts';
import { openProgress } from './progress.ts';
import { LABELS_SOUGHT, type RecordingCommandOptions } from './recording-options.ts';

export interface EvaluateCommandOptions extends RecordingCommandOptions {
  readonly separate: boolean;
}

/** Rows between two looks at the progress bar. */
const PROGRESS_ROWS = 200;

/** `zankyo evaluate FILE...`: what the pipeline finds in labelled recordings, a line each and one for all. */
export async function evaluateFiles(files: readonly string[], options: EvaluateCommandOptions): Promise<number> {
  const { json, separate } = options;
  const tuning = tuningOf(options);
  const note = noteTo(openLog('warn'));
  const kernel = kernelOrNull(note);
  const evaluations: Evaluation[] = [];
  for (const file of files) {
    const own = windowsOf(file, options);
    const recording = await openLabelled(file, options);
    if (own === null && recording.label === null)
      throw new AppError(
        'recording_unreadable',
        `${file} has no column of labels called ${LABELS_SOUGHT}; name one with --label`,
      );
    const progress = openProgress(recording.bytesTotal);
    let rows = 0;
    const answers: Answers = await answersOf(recording, {
      note,
      kernel,
      tuning,
      separate,
      onRow: () => {
        if (++rows % PROGRESS_ROWS === 0) progress.update(recording.bytesRead, `${file}, ${rows} rows`);
      },
    }).finally(() => {
      progress.clear();
    });
    evaluations.push(evaluate(answers, own === null ? answers.events : eventsIn(own, answers.at)));
  }
  const each = evaluations.map((evaluation, k) => ({ file: files[k], ...figuresOf([evaluation]) }));
  const all = figuresOf(evaluations);
  if (json) console.log(jsonLine({ files: each, all }));
  else console.log(tableOf(each, all));
  return EXIT.ok;
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
  'false a week',
  'delay',
];

function tableOf(each: readonly (Figures & { readonly file: string })[], all: Figures): string {
  const folder = sharedFolder(each.map(({ file }) => file));
  const lines = each.map((figures) => [figures.file.slice(folder.length), ...cells(figures)]);
  if (each.length > 1) lines.push([count(each.length, 'recording'), ...cells(all)]);
  return table(HEADER, lines, [...HEADER.keys()].slice(1));
}

const cells = ({
  rows,
  events,
  found,
  recall,
  precision,
  vusPr,
  nab,
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
  shown(falseAlarmsPerWeek, 2),
  Number.isNaN(medianDelayMs) ? '–' : medianDelayMs === 0 ? 'at once' : shortDuration(medianDelayMs),
];

const shown = (x: number, digits: number, unit = ''): string =>
  Number.isFinite(x) ? `${x.toFixed(digits)}${unit}` : '–';

/** What all paths begin with, up to the last `/`. */
function sharedFolder([first, ...others]: readonly string[]): string {
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  while (!others.every((path) => path.startsWith(folder)))
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  return folder;
}
