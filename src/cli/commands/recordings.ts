import { Option } from 'commander';
import type { CellName, LearnerName } from '../../app/compare/contenders.ts';
import type { CompareCommandOptions } from '../actions/compare.ts';
import type { EvaluateCommandOptions } from '../actions/evaluate.ts';
import { withColumnOptions, withRecordingOptions } from '../recording-options.ts';
import type { ReplayCommandOptions } from '../actions/replay.ts';
import type { TuneCommandOptions } from '../actions/tune.ts';
import { GROUPS, positiveNumber, wholeNumber, type Register } from './registration.ts';

// As in app/compare/contenders.ts; a test holds them together.
const CELLS = ['rnn', 'lstm', 'peephole-lstm', 'gru', 'elementwise'] as const satisfies readonly CellName[];
const LEARNERS = ['tbptt', 'rtrl', 'snap1'] as const satisfies readonly LearnerName[];

/** `replay`, `evaluate`, `tune` and `compare`: the pipeline over a recording. */
export const registerRecordings: Register = (program, { version, exits }) => {
  withColumnOptions(
    program
      .command('replay')
      .helpGroup(GROUPS.recordings)
      .description('run a recording through the same pipeline as the service, without a broker')
      .argument('<file>', 'CSV, JSON lines or output of mosquitto_sub; - for standard input')
      .option('-c, --config <file>', 'take the tuning from this site file'),
  )
    .option('-s, --separate', 'learn each column by itself instead of all as one group', false)
    .option('-o, --out <file>', 'write the score of each row as CSV')
    .option('--report <file>', 'write a page with charts (HTML)')
    .option('--json', 'print anomalies as JSON lines', false)
    .action(async (file: string, options: ReplayCommandOptions) => {
      const { replayFile } = await import('../actions/replay.ts');
      exits(await replayFile(file, { ...options, version }));
    });

  withRecordingOptions(
    program
      .command('evaluate')
      .helpGroup(GROUPS.recordings)
      .description('count which labelled events of recordings are found, and the false alarms')
      .argument('<files...>', 'CSV, JSON lines or output of mosquitto_sub'),
  )
    .option('-s, --separate', 'learn each column by itself instead of all as one group', false)
    .option(
      '--tolerance <duration>',
      'how long before or after its label an alarm still counts as in it (default: five times the usual time between rows)',
    )
    .option('--report <file>', 'write a page with charts (HTML)')
    .action(async (files: string[], options: EvaluateCommandOptions) => {
      const { evaluateFiles } = await import('../actions/evaluate.ts');
      exits(await evaluateFiles(files, { ...options, version }));
    });

  withRecordingOptions(
    program
      .command('tune')
      .helpGroup(GROUPS.recordings)
      .description('search the tuning that suits a recording and a number of alarms per week, and print it as YAML')
      .argument('<file>', 'CSV, JSON lines or output of mosquitto_sub')
      .requiredOption(
        '-n, --alarms-per-week <n>',
        'how many alarms a week are acceptable; with labels, how many false ones',
        positiveNumber,
      ),
  ).action(async (file: string, options: TuneCommandOptions) => {
    const { tuneFile } = await import('../actions/tune.ts');
    exits(await tuneFile(file, options));
  });

  withColumnOptions(
    program
      .command('compare')
      .helpGroup(GROUPS.recordings)
      .description('run every cell and learner over a recording, and compare them with the baseline without a network')
      .argument('<file>', 'CSV, JSON lines or output of mosquitto_sub')
      .option('-c, --config <file>', 'take the tuning, except cell and learner, from this site file'),
  )
    .option('-s, --separate', 'learn each column by itself instead of all as one group', false)
    .addOption(new Option('--cells <names...>', 'only these cells').choices(CELLS).default(CELLS, 'all'))
    .addOption(new Option('--learners <names...>', 'only these learners').choices(LEARNERS).default(LEARNERS, 'all'))
    .option('--hidden <n>', 'units in each network (default: as in the tuning, 16)', wholeNumber)
    .option('-o, --out <file>', 'the page with charts (HTML)', 'compare.html')
    .option('--json', 'print one JSON object instead of a table', false)
    .action(async (file: string, options: CompareCommandOptions) => {
      const { compareFile } = await import('../actions/compare.ts');
      exits(await compareFile(file, { ...options, version }));
    });
};
