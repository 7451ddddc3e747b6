import colors from 'picocolors';
import { interval } from '../../app/discover/site-yaml.ts';
import type { Listened } from '../../app/discover/listen.ts';
import type { NotProposed, ProposedField, Proposal } from '../../app/discover/proposal.ts';
import { MAX_TOPICS } from '../../app/discover/survey.ts';
import { count, shortDuration, table } from './format.ts';
import { plain } from './plain.ts';
import { wrapped } from './wrapped.ts';

const MAX_ROWS = 40;
const MAX_WHERE = 28;
const MAX_FORMAT = 16;
const MAX_WORD = 14;
const WIDTH = 78;

/** The time of listening: 45 s, 2 min. */
export const heardFor = (listenedMs: number): string => shortDuration(Math.round(listenedMs / 1000) * 1000);

/** The topics that were heard, the proposed inputs, and the numbers that are no signal, for a terminal of 80 columns. */
export function discoverReport(url: string, { survey, listenedMs }: Listened, proposal: Proposal): string {
  const { inputs, series, skipped } = proposal;
  const parts = [
    `${plain(url)}: ${count(survey.messages, 'message')} in ${heardFor(listenedMs)}, and ${count(survey.retained, 'stored copy', 'stored copies')}.`,
  ];
  if (inputs.length > 0)
    parts.push(
      `${colors.bold(`Proposed: ${count(series, 'series', 'series')} from ${count(inputs.length, 'input')}`)}\n${inputTable(proposal)}`,
    );
  if (proposal.notProposed.length > 0) parts.push(`${colors.bold('No signal')}\n${noSignals(proposal.notProposed)}`);
  if (skipped.length > 0) {
    const rows = skipped.map(({ format, reason, topics, example }) => [
      short(example, MAX_WHERE),
      String(topics),
      short(format, MAX_FORMAT),
      reason,
    ]);
    parts.push(`${colors.bold('Topics left out')}\n${table(['for example', 'topics', 'format', 'why'], rows, [1])}`);
  }
  if (survey.beyond > 0)
    parts.push(
      `More than ${MAX_TOPICS} topics: ${count(survey.beyond, 'message')} on further topics were only counted. The wildcards above match those below\nthem; --topic looks at a part.`,
    );
  return parts.join('\n\n');
}

function inputTable({ inputs, inputsBeyond }: Proposal): string {
  const rows = inputs
    .slice(0, MAX_ROWS)
    .map(({ topic, format, topics, everyMs, fields }) => [
      short(topic, MAX_WHERE),
      String(topics),
      everyMs === null ? '–' : interval(everyMs),
      short(format, 12),
      fieldsText([...new Set(fields.map(wordOf))]),
    ]);
  const beyond = inputs.length - rows.length + inputsBeyond;
  return [
    table(['topic', 'topics', 'every', 'format', 'fields'], rows, [1, 2]),
    ...(beyond === 0 ? [] : [`and ${beyond} more`]),
    ...(rows.some((row) => row[4].includes('↑')) ? ['↑ counts up: zankyo learns how fast'] : []),
  ].join('\n');
}

/** The signal without the keys around it; where the payload is the number, its unit. */
const wordOf = ({ from: { signal }, unit, counter }: ProposedField): string =>
  (signal === '' ? unit || 'value' : lastKey(signal)) + (counter === null ? '' : ' ↑');

const lastKey = (path: string): string => /([^.\]"]+)"?\]?$/.exec(path)?.[1] ?? path;

const fieldsText = (fields: readonly string[]): string => {
  const [first = '–', ...rest] = fields;
  let text = short(first, MAX_WORD);
  for (const [i, field] of rest.entries()) {
    if (text.length + field.length > 13) return `${text}, +${rest.length - i}`;
    text += `, ${field}`;
  }
  return text;
};

/** By reason, as a paragraph each. */
function noSignals(rows: readonly NotProposed[]): string {
  const byReason = new Map<string, Map<string, number>>();
  for (const { path, topic, why, devices } of rows) {
    const reason = why.replace(/,.*/, '');
    const name = path === '' ? topic : lastKey(path);
    const names = byReason.get(reason) ?? new Map<string, number>();
    names.set(name, (names.get(name) ?? 0) + devices);
    byReason.set(reason, names);
  }
  const width = Math.max(...[...byReason.keys()].map(({ length }) => length));
  return [...byReason]
    .map(([reason, names]) => {
      const shown = [...names]
        .slice(0, 12)
        .map(([name, devices]) => plain(name) + (devices > 1 ? ` (${devices})` : ''));
      const text = shown.join(', ') + (names.size > 12 ? `, and ${names.size - 12} more` : '');
      return wrapped(text, WIDTH - width - 2)
        .map((line, i) => `${(i === 0 ? reason : '').padEnd(width)}  ${line}`)
        .join('\n');
    })
    .join('\n');
}

/** With the middle left out, where it is too long. */
const short = (text: string, width: number): string => {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
};
