import { stringify } from 'yaml';
import type { ProposedGroup } from './groups.ts';
import type { ProposedField, ProposedInput, Proposal } from './proposal.ts';

/** What the operator gave, for the head of the file. */
export interface SiteHead {
  readonly site: string;
  readonly timezone: string;
  readonly url: string;
  readonly username: string | null;
  /** Where the password is, as it stands in the file: `!env NAME` or `!secret name`, or a file; null for none. */
  readonly password: { readonly tag: string } | { readonly file: string } | null;
  readonly tls: Readonly<Record<string, string | boolean>>;
}

export interface SiteYamlOptions {
  /** Sentences for the first lines. */
  readonly about: readonly string[];
  /** Groups as part of the site; else as a comment. */
  readonly groups: boolean;
  /** File of the broker's password for the unit that runs the site file; null where no unit does, and the password is in secrets.yaml. */
  readonly credential: string | null;
}

const MAX_COMMENTED_GROUPS = 10;
/** Signals that the comment before `fields: all` names. */
const MAX_SIGNAL_LINES = 30;
/** `max_series` of a site file that does not say it. */
const USUAL_MAX_SERIES = 500;

/** A site file for the discovered inputs, with comments. `zankyo check` accepts it. */
export function siteYaml(head: SiteHead, proposal: Proposal | null, options: SiteYamlOptions): string {
  const lines = [
    ...options.about.map((sentence) => `# ${sentence}`),
    '',
    `site: ${value(head.site)} # part of every topic that zankyo publishes on`,
    `timezone: ${value(head.timezone)} # for days and weeks, and for payload times without a zone`,
    '',
    'mqtt:',
    `  url: ${value(head.url)}`,
    ...mqttLines(head, options.credential),
    '',
    ...(proposal === null || proposal.inputs.length === 0 ? emptyInputs() : inputLines(proposal)),
    ...(proposal === null ? [] : groupLines(proposal.groups, options.groups)),
    ...maxSeries(proposal),
    'tuning:',
    '  alarms_per_week: 1 # for each series: an event that comes less often is an alarm',
    '',
    'http:',
    '  listen: 127.0.0.1:8787 # dashboard, metrics and health; only this machine reaches them (docs/dashboard.md)',
    '',
    'commands:',
    '  mqtt: false # true: answers to alerts over MQTT, after access rules on the broker (docs/commands.md)',
  ];
  return `${lines.join('\n')}\n`;
}

function mqttLines({ username, password, tls }: SiteHead, credential: string | null): string[] {
  const lines: string[] = [];
  if (username === null && credential !== null)
    lines.push(`  #username: zankyo # its password, alone: ${credential}, mode 0600 (docs/systemd.md)`);
  else if (username === null)
    lines.push('  #username: zankyo', '  #password: !secret mqtt_password # in secrets.yaml, beside this file');
  else lines.push(`  username: ${value(username)}`);
  if (password !== null)
    lines.push('tag' in password ? `  password: ${password.tag}` : `  password_file: ${value(password.file)}`);
  const files = Object.entries(tls);
  if (files.length > 0) lines.push('  tls:', ...files.map(([key, file]) => `    ${key}: ${value(file)}`));
  return lines;
}

const emptyInputs = (): string[] => [
  '# Topics, and the numbers in their payloads. `zankyo discover` proposes them; docs/configuration.md explains each option.',
  'inputs:',
  '  - topic: sensors/temperature # the payload is the number',
  '    unit: °C',
  '',
];

/** Items of the list `inputs`, indented by two spaces. */
export const inputItems = (inputs: readonly ProposedInput[]): string[] =>
  inputs.flatMap((input) => [...inputBlock(input), '']);

function inputLines({ inputs, inputsBeyond }: Proposal): string[] {
  return [
    'inputs:',
    ...inputItems(inputs),
    ...(inputsBeyond === 0 ? [] : [`  # ${inputsBeyond} more inputs are left out.`, '']),
  ];
}

function inputBlock(input: ProposedInput): string[] {
  const { topic, fields, all, exclude, time, localTime } = input;
  const lines = [`  # ${about(input)}`];
  if (all) {
    if (fields.length > 0) lines.push(...signalLines(fields));
    lines.push(`  - topic: ${value(topic)}`, '    fields: all');
    if (exclude.length > 0) lines.push(`    exclude: ${flow(exclude)}`);
    return lines;
  }
  lines.push(`  - topic: ${value(topic)}`);
  if (time !== null) lines.push(`    time: ${value(time)}${localTime ? ' # without a zone: that of the site' : ''}`);
  if (fields.length === 1 && fields[0].path === '') {
    const options = optionsOf(fields[0]);
    const [last] = options.slice(-1);
    for (const [key, given] of options)
      lines.push(`    ${key}: ${flow(given)}${key === last[0] ? ` # ${seen(fields[0])}` : ''}`);
    return lines;
  }
  lines.push('    fields:');
  for (const field of fields) {
    const options = Object.fromEntries([['path', field.path], ...optionsOf(field)]);
    lines.push(`      - ${flow(options)} # ${seen(field)}`);
  }
  return lines;
}

/** Each signal with its unit and the values that were seen, in the words that `exclude` takes. */
function signalLines(fields: readonly ProposedField[]): readonly string[] {
  const bySignal = new Map<string, ProposedField[]>();
  for (const field of fields) {
    const { device, signal } = field.from;
    // Where the payload is the number, the device is its topic.
    const key = JSON.stringify([signal === '' ? device : signal, field.unit]);
    const all = bySignal.get(key);
    if (all === undefined) bySignal.set(key, [field]);
    else all.push(field);
  }
  const rows = [...bySignal.values()].map((all) => {
    const [{ path, unit, counter, from }] = all;
    const joined = {
      min: Math.min(...all.map(({ min }) => min)),
      max: Math.max(...all.map(({ max }) => max)),
      values: all.reduce((sum, { values }) => sum + values, 0),
    };
    // A counter is watched by its rise, and the values are those that it sends.
    const shown = counter === null && unit !== '' ? ` ${unit}` : '';
    const what = counter === null ? '' : `, watched in ${unit === '' ? `1/${counter}` : unit}`;
    const devices = all.length === 1 ? '' : `, ${all.length} devices`;
    return [all.length === 1 ? path : `*/${from.signal}`, `${seenOf(joined, shown)}${what}${devices}`] as const;
  });
  const shown = rows.slice(0, MAX_SIGNAL_LINES);
  const width = Math.max(...shown.map(([name]) => name.length));
  return [
    ...shown.map(([name, text]) => `  #   ${oneLine(name).padEnd(width)}  ${text}`),
    ...(rows.length === shown.length ? [] : [`  #   and ${rows.length - shown.length} more`]),
  ];
}

/** A name of a device is any text. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\ufeff]+/gu, ' ');

function optionsOf({ name, unit, range, counter }: ProposedField): [string, unknown][] {
  return [
    ['name', name],
    ...(unit === '' ? [] : [['unit', unit] satisfies [string, unknown]]),
    ...(range === null ? [] : [['range', range] satisfies [string, unknown]]),
    ...(counter === null ? [] : [['counter', counter] satisfies [string, unknown]]),
  ];
}

function about({ format, topics, everyMs, live, all }: ProposedInput): string {
  const how = topics === 1 ? 'one topic' : `${topics} topics`;
  const named = all ? '' : ', named because its values or its device say what the format does not';
  if (live === 0) return `${format}, ${how}${named}; only stored copies were received, which may be old`;
  return `${format}, ${how}${everyMs === null ? '' : `, a message about every ${interval(everyMs)}`}${named}`;
}

/** 450 ms, 12 s, 5 min. */
export const interval = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

type Seen = Pick<ProposedField, 'min' | 'max' | 'values'>;

const seen = (field: ProposedField): string => seenOf(field, '');

const seenOf = ({ min, max, values }: Seen, unit: string): string => {
  const range = min === max ? number(min) : `${number(min)} to ${number(max)}`;
  return `${range}${unit}${values === 0 ? ', stored copy' : ''}`;
};

const number = (n: number): string => String(Number(n.toPrecision(6)));

function groupLines(groups: readonly ProposedGroup[], active: boolean): string[] {
  if (groups.length === 0) return [];
  const mark = active ? '' : '#';
  const shown = active ? groups : groups.slice(0, MAX_COMMENTED_GROUPS);
  return [
    '# One network can learn several series together, and alarm when they no longer agree. These come in one message each:',
    `${mark}groups:`,
    ...shown.map(({ name, series }) => `${mark}  ${value(name)}: { series: ${flow(series)} }`),
    ...(shown.length < groups.length ? [`# and ${groups.length - shown.length} more: zankyo discover --groups`] : []),
    '',
  ];
}

function maxSeries(proposal: Proposal | null): string[] {
  if (proposal === null || proposal.series <= 0.8 * USUAL_MAX_SERIES) return [];
  const most = Math.ceil((1.25 * proposal.series) / 100) * 100;
  return [`max_series: ${most} # ${proposal.series} were discovered; further ones are counted and dropped`, ''];
}

/** On one line, with quotes where YAML needs them. */
const flow = (given: unknown): string =>
  stringify(given, { collectionStyle: 'flow', lineWidth: 0, singleQuote: true, flowCollectionPadding: true })
    .trim()
    .replace(/\[ (.*?) \]/g, '[$1]');

const value = (given: string | boolean): string =>
  stringify(given, { lineWidth: 0, singleQuote: true, defaultStringType: 'PLAIN' }).trim();
