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
}

const MAX_COMMENTED_GROUPS = 10;
/** Signals that the comment behind `fields: all` names. */
const MAX_NAMED = 4;
/** `max_series` of a site file that does not say it. */
const USUAL_MAX_SERIES = 500;

/** A site file for what was discovered, with comments. `zankyo check` accepts it. */
export function siteYaml(head: SiteHead, proposal: Proposal | null, options: SiteYamlOptions): string {
  const lines = [
    ...options.about.map((sentence) => `# ${sentence}`),
    '',
    `site: ${value(head.site)} # part of every topic that zankyo publishes on`,
    `timezone: ${value(head.timezone)} # for days and weeks, and for payload times without a zone`,
    '',
    'mqtt:',
    `  url: ${value(head.url)}`,
    ...mqttLines(head),
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

function mqttLines({ username, password, tls }: SiteHead): string[] {
  const lines: string[] = [];
  if (username === null)
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
  const { topic, fields, each, time, localTime } = input;
  const lines = [`  # ${about(input)}`, `  - topic: ${value(topic)}`];
  if (each !== null) lines.push(`    each: ${value(each)}`);
  if (time !== null) lines.push(`    time: ${value(time)}${localTime ? ' # without a zone: that of the site' : ''}`);
  if (input.all) {
    const names = fields.slice(0, MAX_NAMED).map(({ path }) => path);
    const more = fields.length > names.length ? ` and ${fields.length - names.length} more` : '';
    lines.push(`    fields: all # ${names.join(', ')}${more}`);
    if (input.exclude.length > 0) lines.push(`    exclude: ${flow(input.exclude)}`);
    return lines;
  }
  if (fields.length === 1 && fields[0].path === '') {
    const options = optionsOf(fields[0]);
    const [last] = options.slice(-1);
    for (const [key, given] of options)
      lines.push(`    ${key}: ${flow(given)}${key === last[0] ? ` # ${seen(fields[0])}` : ''}`);
    if (options.length === 0) lines[1] += ` # ${seen(fields[0])}`;
    return lines;
  }
  lines.push('    fields:');
  for (const field of fields) {
    const options = Object.fromEntries([['path', field.path], ...optionsOf(field)]);
    lines.push(`      - ${flow(options)} # ${seen(field)}`);
  }
  return lines;
}

function optionsOf({ name, unit, range, counter }: ProposedField): [string, unknown][] {
  return [
    ...(name === null ? [] : [['name', name] satisfies [string, unknown]]),
    ...(unit === '' ? [] : [['unit', unit] satisfies [string, unknown]]),
    ...(range === null ? [] : [['range', range] satisfies [string, unknown]]),
    ...(counter === null ? [] : [['counter', counter] satisfies [string, unknown]]),
  ];
}

function about({ format, topics, everyMs, live }: ProposedInput): string {
  const how = topics === 1 ? 'one topic' : `${topics} topics`;
  if (live === 0) return `${format}, ${how}; only stored copies were received, which may be old`;
  return `${format}, ${how}${everyMs === null ? '' : `, a message about every ${interval(everyMs)}`}`;
}

/** 450 ms, 12 s, 5 min. */
export const interval = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

const seen = ({ min, max, values }: ProposedField): string => {
  const range = min === max ? number(min) : `${number(min)} to ${number(max)}`;
  return values === 0 ? `${range}, stored copy` : range;
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
