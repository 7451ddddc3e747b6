import colors from 'picocolors';
import { refuseUnwritable, writeOut } from '../../app/out-file.ts';
import { compare, type Comparison } from '../../app/compare/compare.ts';
import { concludeFrom, type Conclusions } from '../../app/compare/conclusions.ts';
import type { CellName, LearnerName } from '../../app/compare/contenders.ts';
import { bestOf, FIGURES } from '../../app/compare/figures.ts';
import { findingsOf } from '../../app/compare/findings.ts';
import { reportOf } from '../../app/compare/report/report.ts';
import { machineName } from '../../app/doctor/machine.ts';
import { kernelOrNull } from '../../app/kernel.ts';
import { tuningSchema } from '../../config/schema/tuning.ts';
import { AppError } from '../../errors.ts';
import { known } from '../../math/known.ts';
import { EXIT } from '../exit-codes.ts';
import { count, jsonLine, shortDuration, table } from '../terminal/format.ts';
import { logTo, openLog } from '../terminal/log.ts';
import { plain } from '../terminal/plain.ts';
import { labelNotes, leftOutNotes, openUnlabelled, readingNotes, siteTuning } from '../open-recording.ts';
import { openProgress } from '../terminal/progress.ts';
import type { ColumnCommandOptions } from '../recording-options.ts';

export interface CompareCommandOptions extends ColumnCommandOptions {
  /** A site file whose tuning is used beside cell and learner. */
  readonly config?: string;
  readonly separate: boolean;
  readonly cells: CellName[];
  readonly learners: LearnerName[];
  readonly hidden?: number;
  readonly out: string;
  readonly json: boolean;
}

/** `zankyo compare FILE`: does a network earn its place on this recording, and which? Table on stdout, report as a file. */
export async function compareFile(
  file: string,
  options: CompareCommandOptions & { readonly version: string },
): Promise<number> {
  const { config, hidden, out, json, version, cells, learners, separate } = options;
  if (file === '-')
    throw new AppError('usage', 'compare reads the recording once for each contender: give a file, not standard input');
  const tuning = {
    ...siteTuning(config),
    ...(hidden === undefined ? {} : { hiddenSize: unitsOf(hidden) }),
  };
  refuseUnwritable(out);
  const log = logTo(openLog('warn'));
  const kernel = kernelOrNull(log);
  const progress = openProgress(1);
  const startedAt = performance.now();
  const recording = await openUnlabelled(file, options);
  const opened = recording.read();
  const how = [...readingNotes(opened), ...labelNotes(opened)];
  const comparison = await compare(() => Promise.resolve(recording.read()), {
    file,
    cells,
    learners,
    separate,
    log,
    kernel,
    tuning,
    onProgress: (share, doing) => {
      progress.update(share, doing);
    },
  }).finally(() => {
    progress.clear();
    recording.close();
  });
  const conclusions = concludeFrom(comparison);
  const about = { file, version, machine: machineName() };
  writeOut(out, reportOf(comparison, conclusions, about));

  if (json) console.log(jsonLine(asJson(comparison, conclusions, about)));
  else {
    console.log(`${comparisonTable(comparison)}\n`);
    console.log([colors.bold(plain(conclusions.headline)), ...conclusions.sentences.map(plain)].join('\n'));
  }
  for (const { label, reason } of comparison.leftOut) console.error(`Left out: ${label} ${reason}.`);
  console.error(footer(comparison, performance.now() - startedAt));
  for (const sentence of how) console.error(sentence);
  console.error(`Report: ${out}`);
  return EXIT.ok;
}

function unitsOf(hidden: number): number {
  const { success, data } = tuningSchema.safeParse({ hidden_size: hidden });
  if (!success) throw new AppError('usage', `--hidden ${hidden}: expected a whole number from 1 to 128`);
  return data.hiddenSize;
}

/** One line for each contender; the best of a column has a star. */
export function comparisonTable({ results }: Pick<Comparison, 'results'>): string {
  const cells = FIGURES.map((figure) => {
    const best = bestOf(figure, results);
    return results.map((result) => {
      const x = figure.of(result);
      return Number.isNaN(x) ? '– ' : `${figure.text(x)}${x === best ? '*' : ' '}`;
    });
  });
  const rows = results.map(({ contender, anomalies }, i) => [
    contender.label,
    ...cells.map((column) => column[i]),
    `${anomalies}`,
  ]);
  return table(['contender', ...FIGURES.map(({ name }) => `${name} `), 'anomalies'], rows, [1, 2, 3, 4, 5]);
}

function footer(comparison: Comparison, ms: number): string {
  const { rows, firstAt, lastAt, columns, results, tuning, simd, skippedRows, unreadableCells } = comparison;
  return [
    `${count(rows, 'row')} of ${columns.length} series over ${shortDuration(lastAt - firstAt)}, ` +
      `${count(results.length, 'contender')} of ${tuning.hiddenSize} units in ${simd ? 'SIMD' : 'Float64'}, in ${(ms / 1000).toFixed(1)} s. ` +
      `* best of its column; log-loss in nats a reading after the warm-up.`,
    ...leftOutNotes({ skippedRows, unreadableCells }),
  ].join(' ');
}

/** All data of the page but its charts. */
function asJson(comparison: Comparison, conclusions: Conclusions, about: object): object {
  const { results, series, columns, rows, firstAt, lastAt, separate, simd, tuning, leftOut } = comparison;
  const { earned, gain, best, advised, headline, sentences } = conclusions;
  return {
    ...about,
    recording: { columns, series, rows, firstAt, lastAt },
    separate,
    simd,
    hiddenSize: tuning.hiddenSize,
    networkEarnsItsPlace: earned,
    gain: { mean: known(gain.mean), error: known(gain.error) },
    best: best?.contender.id ?? null,
    advised: earned === null ? null : advised.contender.id,
    headline,
    sentences,
    contenders: results.map(({ contender, loss, lateLoss, losses, seriesLoss, episodes, ...rest }) => ({
      id: contender.id,
      cell: contender.cell,
      learner: contender.learner,
      loss: known(loss),
      lateLoss: known(lateLoss),
      blockLosses: [...losses.means].map(known),
      seriesLoss: Object.fromEntries([...seriesLoss].map(([name, x]) => [name, known(x)])),
      microseconds: rest.microseconds,
      bytes: rest.bytes,
      anomalies: rest.anomalies,
      sensorFaults: rest.sensorFaults,
      episodes,
    })),
    findings: findingsOf(comparison).map(({ by, ...finding }) => ({ ...finding, by: by.map(({ id }) => id) })),
    leftOut,
  };
}
