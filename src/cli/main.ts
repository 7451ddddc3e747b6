#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { CellName, LearnerName } from '../app/compare/contenders.ts';
import { AppError } from '../errors.ts';
import type { AnomaliesOptions } from './anomalies-command.ts';
import type { CmdOptions, CommandsOptions } from './cmd-command.ts';
import type { CompareCommandOptions } from './compare-command.ts';
import type { DemoCommandOptions } from './demo-command.ts';
import type { EvaluateCommandOptions } from './evaluate-command.ts';
import type { HabitsOptions } from './habits-command.ts';
import type { LabelsOptions } from './labels-command.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { isJournal, PRIORITY, withPriority } from './journal.ts';
import { plainLines } from './plain.ts';
import { withColumnOptions, withRecordingOptions } from './recording-options.ts';
import type { TuneCommandOptions } from './tune-command.ts';
import type { ReplayCommandOptions } from './replay-command.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
};

const positiveNumber = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
};
// As in app/compare/contenders.ts; a test holds them together.
const CELLS = ['rnn', 'lstm', 'peephole-lstm', 'gru', 'elementwise'] as const satisfies readonly CellName[];
const LEARNERS = ['tbptt', 'rtrl', 'snap1'] as const satisfies readonly LearnerName[];

// Each command is loaded when it is called, so that the service on a Pi does not load the demo's broker.

/** The exit code of the command, set when it ends. */
let exitCode: number = EXIT.ok;
const exits = (code: number): void => {
  exitCode = code;
};

const program = new Command('zankyo')
  .description(
    'Detects anomalies in sensor readings. It learns online from each MQTT message and publishes alerts over MQTT.',
  )
  .version(version)
  .showHelpAfterError('(zankyo --help lists the commands)')
  .exitOverride();

program
  .command('run')
  .description('run the service')
  .requiredOption('-c, --config <file>', 'the site file')
  .action(async ({ config }: { config: string }) => {
    const { run } = await import('./run-command.ts');
    exits(await run(config));
  });

program
  .command('check')
  .description('check a site file and report all mistakes')
  .argument('[file]', 'the site file')
  .option('-c, --config <file>', 'the site file')
  .option('--connect', 'also connect to the broker', false)
  .action(async (file: string | undefined, options: { config?: string; connect: boolean }) => {
    const config = file ?? options.config;
    if (config === undefined) throw new AppError('usage', 'which file? zankyo check SITE.yaml');
    const { check } = await import('./check-command.ts');
    exits(await check(config, options));
  });

withColumnOptions(
  program
    .command('replay')
    .description('run a recording through the same pipeline as the service, without a broker')
    .argument('<file>', 'CSV, JSON lines or output of mosquitto_sub; - for standard input')
    .option('-c, --config <file>', 'take the tuning from this site file'),
)
  .option('-s, --separate', 'learn each column by itself instead of all as one group', false)
  .option('-o, --out <file>', 'write the score of each row as CSV')
  .option('--report <file>', 'write a page with charts (HTML)')
  .option('--json', 'print anomalies as JSON lines', false)
  .action(async (file: string, options: ReplayCommandOptions) => {
    const { replayFile } = await import('./replay-command.ts');
    exits(await replayFile(file, { ...options, version }));
  });

withRecordingOptions(
  program
    .command('evaluate')
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
    const { evaluateFiles } = await import('./evaluate-command.ts');
    exits(await evaluateFiles(files, { ...options, version }));
  });

withRecordingOptions(
  program
    .command('tune')
    .description('search the tuning that suits a recording and a number of alarms per week, and print it as YAML')
    .argument('<file>', 'CSV, JSON lines or output of mosquitto_sub')
    .requiredOption('-n, --alarms-per-week <n>', 'how many alarms a week are acceptable', positiveNumber),
).action(async (file: string, options: TuneCommandOptions) => {
  const { tuneFile } = await import('./tune-command.ts');
  exits(await tuneFile(file, options));
});

withColumnOptions(
  program
    .command('compare')
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
    const { compareFile } = await import('./compare-command.ts');
    exits(await compareFile(file, { ...options, version }));
  });

program
  .command('anomalies')
  .description('list the anomalies in the database, newest first')
  .option('-c, --config <file>', 'the site file that names the database')
  .option('--database <file>', 'the database itself')
  .option('--since <when>', 'a duration back from now (2d) or a time (2026-11-23)')
  .option('--series <slug>', 'only anomalies of this series')
  .option('--limit <n>', 'maximum number of lines', wholeNumber, 50)
  .option('--json', 'as JSON lines', false)
  .action(async (options: AnomaliesOptions) => {
    const { anomalies } = await import('./anomalies-command.ts');
    exits(anomalies(options));
  });

program
  .command('habits')
  .description('list the events that come so often that they are no alarm, as in the database')
  .option('-c, --config <file>', 'the site file that names the database')
  .option('--database <file>', 'the database itself')
  .option('--series <slug>', 'only habits of this series')
  .option('--json', 'as JSON lines', false)
  .action(async (options: HabitsOptions) => {
    const { habits } = await import('./habits-command.ts');
    exits(habits(options));
  });

program
  .command('cmd')
  .description(
    'answer an alert, or mute, freeze or correct what a series has learned; also while the service is stopped',
  )
  .argument('<command>', 'normal, fault, missed, mute, unmute, freeze, resume, accept, reset, forget or undo')
  .argument('[series]', 'the series or group; for undo the id of the command')
  .requiredOption('-c, --config <file>', 'the site file')
  .option('--event <id>', 'normal, fault: the alarm or habit (default: the last alarm of the series)')
  .option('--for <duration>', 'mute: for how long (2h)')
  .option('--from <when>', 'missed: start of the fault, a duration back from now (2h) or a time')
  .option('--until <when>', 'missed: its end (default: now)')
  .option('--since <when>', 'forget: from when on')
  .option('--note <text>', 'why, for the record')
  .option('--id <id>', 'id of the request; the same id again gives the same answer (default: a new one)')
  .option('--wait <duration>', 'how long to wait for the answer', '10s')
  .option('--json', 'print the answer as JSON', false)
  .addHelpText(
    'after',
    `
Examples:
  zankyo cmd normal boiler -c site.yaml                      the last alarm of boiler was no fault
  zankyo cmd fault --event boiler-pmk6bp31c -c site.yaml     that alarm was a fault: events like it stay alarms
  zankyo cmd mute boiler --for 2h -c site.yaml               no alerts about boiler for two hours
  zankyo cmd freeze -c site.yaml                             all series stop learning, until resume
  zankyo cmd undo cli-mk6bp31c-a1b2c3 -c site.yaml           take a command back
Exit codes: 0 done, 65 refused, 75 not answered yet. docs/commands.md explains each command.`,
  )
  .action(async (command: string, series: string | undefined, options: CmdOptions) => {
    const { cmd } = await import('./cmd-command.ts');
    exits(await cmd(command, series, options));
  });

program
  .command('commands')
  .description('list the commands that were carried out or refused, newest first')
  .option('-c, --config <file>', 'the site file that names the database')
  .option('--database <file>', 'the database itself')
  .option('--limit <n>', 'maximum number of lines', wholeNumber, 50)
  .option('--json', 'as JSON lines', false)
  .action(async (options: CommandsOptions) => {
    const { commands } = await import('./cmd-command.ts');
    exits(commands(options));
  });

program
  .command('labels')
  .description('list what the operator said of alarms and times: fault, normal or missed')
  .option('-c, --config <file>', 'the site file that names the database')
  .option('--database <file>', 'the database itself')
  .option('--series <slug>', 'only labels of this series or group')
  .option('--windows', "print the faults in the form of NAB's combined_windows.json, for evaluate --windows", false)
  .option('--json', 'as JSON lines', false)
  .action(async (options: LabelsOptions) => {
    const { labels } = await import('./labels-command.ts');
    exits(labels(options));
  });

program
  .command('backup')
  .description('write a checked copy of the database; the service may be running')
  .requiredOption('-c, --config <file>', 'the site file')
  .requiredOption('-o, --out <file>', 'the file to write; an existing one is replaced')
  .action(async (options: { config: string; out: string }) => {
    const { backupCommand } = await import('./backup-command.ts');
    exits(await backupCommand(options));
  });

program
  .command('demo')
  .description('run a demonstration: a broker, a simulated pump station with faults, and the alerts')
  .option('--for <duration>', 'duration: 90s of real time, or 14d of simulated time')
  .option('--seed <n>', 'seed of the random plant and faults', wholeNumber, 1)
  .option('--json', 'a JSON object as the last line', false)
  .action(async (options: DemoCommandOptions) => {
    const { demo } = await import('./demo-command.ts');
    exits(await demo(options));
  });

const weights = program.command('weights').description('export or import the weights of a network');

weights
  .command('export')
  .description("write the weights of a stream's network, as last saved, to a safetensors file")
  .argument('<stream>', 'the series, or the group')
  .requiredOption('-c, --config <file>', 'the site file')
  .requiredOption('-o, --out <file>', 'the file to write')
  .action(async (stream: string, options: { config: string; out: string }) => {
    const { exportCommand } = await import('./weights-command.ts');
    exits(exportCommand(stream, options));
  });

weights
  .command('import')
  .description("replace the weights of a stream's network by those of a safetensors file; the service must be stopped")
  .argument('<stream>', 'the series, or the group')
  .argument('<file>', 'a file that zankyo exported, or the state_dict of the same model in PyTorch')
  .requiredOption('-c, --config <file>', 'the site file')
  .action(async (stream: string, file: string, options: { config: string }) => {
    const { importCommand } = await import('./weights-command.ts');
    exits(importCommand(stream, file, options));
  });

program
  .command('doctor')
  .description('check this machine, the networks and a site file, and measure the speed')
  .option('-c, --config <file>', 'a site file to check as well')
  .option('--json', 'as one JSON object', false)
  .action(async (options: { config?: string; json: boolean }) => {
    const { doctor } = await import('./doctor-command.ts');
    exits(await doctor({ ...options, version }));
  });

program
  .command('schema')
  .description('print the JSON Schema of site files, for editors')
  .action(async () => {
    const { schema } = await import('./check-command.ts');
    exits(schema());
  });

/** Prints why the command failed on stderr; in the journal with the priority of an error. */
const fail = (text: string): void => {
  console.error(isJournal() ? withPriority(text, PRIORITY.error) : text);
};

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else if (error instanceof AppError) {
    fail(plainLines(error.message));
    exitCode = exitCodeOf(error.code);
  } else {
    fail(plainLines(inspect(error)));
    exitCode = EXIT.failure;
  }
}
process.exitCode = exitCode;
