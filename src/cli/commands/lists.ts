import type { AnomaliesOptions } from '../actions/anomalies.ts';
import type { CommandsOptions } from '../actions/cmd.ts';
import type { HabitsOptions } from '../actions/habits.ts';
import type { LabelsOptions } from '../actions/labels.ts';
import type { ReportOptions } from '../actions/report.ts';
import { GROUPS, wholeNumber, withDatabase, type Register } from './registration.ts';

/** `anomalies`, `habits`, `report`, `commands` and `labels`: from the database. */
export const registerLists: Register = (program, { version, exits }) => {
  withDatabase(
    program.command('anomalies').helpGroup(GROUPS.look).description('list the anomalies in the database, newest first'),
  )
    .option('--since <when>', 'a duration back from now (2d) or a time (2026-11-23)')
    .option('--series <slug>', 'only anomalies of this series')
    .option('--limit <n>', 'maximum number of lines', wholeNumber, 50)
    .option('--json', 'as JSON lines', false)
    .action(async (options: AnomaliesOptions) => {
      const { anomalies } = await import('../actions/anomalies.ts');
      exits(anomalies(options));
    });

  withDatabase(
    program
      .command('habits')
      .helpGroup(GROUPS.look)
      .description('list the events that come so often that they are no alarm, as in the database'),
  )
    .option('--series <slug>', 'only habits of this series')
    .option('--json', 'as JSON lines', false)
    .action(async (options: HabitsOptions) => {
      const { habits } = await import('../actions/habits.ts');
      exits(habits(options));
    });

  withDatabase(
    program
      .command('report')
      .helpGroup(GROUPS.look)
      .description('write a page about a period: alarms over time, incidents, sensor faults, habits and answers'),
  )
    .option('--since <when>', 'a duration back from now (7d) or a time (2026-11-23)', '7d')
    .option('--until <when>', 'the end of the period, in the same forms (default: now)')
    .option('-o, --out <file>', 'the page (HTML)')
    .option('--json', 'print the numbers as one JSON object; -o may be left out', false)
    .action(async (options: ReportOptions) => {
      const { report } = await import('../actions/report.ts');
      exits(report({ ...options, version }));
    });

  withDatabase(
    program
      .command('commands')
      .helpGroup(GROUPS.answer)
      .description('list the commands that were carried out or refused, newest first'),
  )
    .option('--limit <n>', 'maximum number of lines', wholeNumber, 50)
    .option('--json', 'as JSON lines', false)
    .action(async (options: CommandsOptions) => {
      const { commands } = await import('../actions/cmd.ts');
      exits(commands(options));
    });

  withDatabase(
    program
      .command('labels')
      .helpGroup(GROUPS.answer)
      .description('list the answers of the operator about alarms and times: fault, normal or missed'),
  )
    .option('--series <slug>', 'only labels of this series or group')
    .option('--windows', "print the faults in the form of NAB's combined_windows.json, for evaluate --windows", false)
    .option('--json', 'as JSON lines', false)
    .action(async (options: LabelsOptions) => {
      const { labels } = await import('../actions/labels.ts');
      exits(labels(options));
    });
};
