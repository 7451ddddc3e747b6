import { Option } from 'commander';

/** The options that `label` has in common with `cmd`. */
export const ANSWER = {
  event: new Option('--event <id>', 'normal, fault: the alarm or habit (default: the last alarm of the series)'),
  from: new Option('--from <when>', 'missed: start of the fault, a duration back from now (2h) or a time'),
  until: new Option('--until <when>', 'missed: its end (default: now)'),
  note: new Option('--note <text>', 'why, for the record'),
  wait: new Option('--wait <duration>', 'how long to wait for the answer').default('10s'),
  json: new Option('--json', 'print the answer as JSON').default(false),
} as const;
