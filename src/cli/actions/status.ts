import { setTimeout as sleep } from 'node:timers/promises';
import colors from 'picocolors';
import { sizeText } from '../../app/doctor/finding.ts';
import { calendarOf } from '../../app/pipeline/monitor-options.ts';
import { siteStatus, type SeriesStatus, type SiteStatus } from '../../app/status/site-status.ts';
import { parseDuration } from '../../config/duration.ts';
import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { Calendar } from '../../detect/forecast/calendar.ts';
import { AppError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { count, jsonLine, minute, SEVERITY_WIDTH, severityCell, shortDuration, table } from '../terminal/format.ts';
import { plain } from '../terminal/plain.ts';
import { redraw } from '../terminal/redraw.ts';
import { loadServiceSite } from '../service-site.ts';
import { seriesRow, SERIES_HEADER } from '../terminal/series-text.ts';
import { terminalSize } from '../terminal/terminal.ts';
import { wrapped } from '../terminal/wrapped.ts';

export interface StatusOptions {
  readonly config: string;
  readonly watch?: boolean | string;
  readonly json: boolean;
}

const WATCH = '5s';
const MAX_COLUMNS = 100;
const LABEL = 10;
const MAX_ALARMS = 8;
/** Replaced networks that are named. */
const MAX_NETWORKS = 3;

/** `zankyo status`: one screen about a site, from its retained messages and its database. It changes nothing. */
export async function status({ config, watch, json }: StatusOptions): Promise<number> {
  const site = loadServiceSite(config);
  const show = async (): Promise<void> => {
    const now = Date.now();
    const found = await siteStatus(site, now);
    if (json) console.log(jsonLine(statusJson(found)));
    else {
      const { columns, rows } = terminalSize(process.stdout, 80);
      const watched = watch !== undefined && process.stdout.isTTY;
      const text = statusScreen(found, calendarOf(site), { columns, rows: watched ? rows - 1 : Infinity });
      process.stdout.write(watched ? redraw(text, rows) : `${text}\n`);
    }
  };
  await show();
  // A watch that nobody sees would fill a file.
  if (watch === undefined || (!process.stdout.isTTY && !json)) return EXIT.ok;
  const everyMs = durationOf(watch === true ? WATCH : String(watch));
  for (;;) {
    await sleep(everyMs);
    await show();
  }
}

/** The screen, at most `columns` wide; the last readings fill the rest of `rows`. */
export function statusScreen(
  found: SiteStatus,
  calendar: Calendar,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): string {
  const width = Math.min(columns, MAX_COLUMNS);
  const lines = [
    colors.bold(plain(found.site)) + calendar.text(found.at).padStart(width - found.site.length),
    ...entry('service', serviceText(found, calendar), width),
    ...entry('broker', found.broker.reached ? `${found.broker.url}, reached` : found.broker.reason!, width),
    ...entry('database', databaseText(found, calendar), width),
    ...entry('streams', streamsText(found), width),
    ...entry('alarms', alarmsText(found), width),
  ];
  for (const { stream, at, text } of found.networks.slice(0, MAX_NETWORKS))
    lines.push(...entry('network', `${stream}, since ${minute(at, calendar)} at the latest: ${text}`, width));
  const problems = found.service.state === 'running' ? (found.service.health?.problems ?? []) : [];
  for (const { text } of problems) lines.push(...entry('problem', text, width).map(colors.yellow));
  if (found.open.length > 0) {
    lines.push('', colors.bold('Open alarms'));
    for (const anomaly of found.open.toReversed().slice(0, MAX_ALARMS))
      lines.push(...alarmLines(anomaly, calendar, width));
    if (found.open.length > MAX_ALARMS)
      lines.push(`and ${found.open.length - MAX_ALARMS} more: zankyo anomalies lists all`);
  }
  const readings = found.series.filter(({ group }) => !group).toSorted(byScore);
  const room = rows - lines.length - 4;
  const shown = readings.slice(0, Math.max(3, Math.min(10, room)));
  if (shown.length > 0) {
    const title = found.from === 'broker' ? 'Last readings' : 'Readings as last saved';
    const beyond = shown.length < readings.length ? `, the ${shown.length} highest scores of ${readings.length}` : '';
    lines.push('', colors.bold(title) + beyond);
    lines.push(
      table(
        SERIES_HEADER,
        shown.map((each) => seriesRow(each, calendar, found.at)),
        [2, 3, 4, 5],
      ),
    );
  }
  return lines.join('\n');
}

function entry(label: string, text: string, width: number): string[] {
  return wrapped(plain(text), width - LABEL).map((line, i) => (i === 0 ? label : '').padEnd(LABEL) + line);
}

function serviceText({ service, at }: SiteStatus, calendar: Calendar): string {
  const { state, since, health } = service;
  if (state === 'unknown') return 'not known: the broker cannot be reached';
  if (state === 'stopped') {
    const last = health === null ? '' : `; last sign at ${minute(Date.parse(health.at), calendar)}`;
    return `not running${last}`;
  }
  const up = since === null ? '' : ` since ${minute(since, calendar)} (${shortDuration(at - since)})`;
  if (health === null) return `running${up}`;
  const learning = { full: 'all readings', reduced: 'one reading of four (CPU load)', off: 'nothing (CPU load)' };
  return `running${up}, zankyo ${health.version}, learns from ${learning[health.learning]}, ${sizeText(health.memory.rss)} of memory`;
}

function databaseText({ database, at }: SiteStatus, calendar: Calendar): string {
  const { path, bytes, lastWritten, problem } = database;
  if (problem !== null) return problem;
  const written =
    lastWritten === null
      ? ''
      : `, last reading written ${at - lastWritten < 60_000 ? 'just now' : minute(lastWritten, calendar)}`;
  return `${path}, ${sizeText(bytes ?? 0)}${written}`;
}

/** Why no message has become a series, where a service runs and has said so. */
function rejectedText({ state, health }: SiteStatus['service']): string {
  const counts = state === 'running' && health !== null ? Object.entries(health.rejected) : [];
  const reasons = counts.map(([reason, n]) => `${n} ${reason}`).join(', ');
  return reasons === '' ? '' : `; rejected: ${reasons} (docs/bad-input.md)`;
}

function streamsText({ series, service }: SiteStatus): string {
  if (series.length === 0) return `none yet${rejectedText(service)}`;
  const of = (phase: string): number => series.filter(({ state }) => state.phase === phase).length;
  const learning = series.filter(({ state }) => state.phase === 'learning');
  const times = learning.flatMap(({ state: { ready_in: left } }) => (left === null ? [] : [left]));
  const next = times.length === 0 ? '' : `, the next one ready in ${shortDuration(1000 * Math.min(...times))}`;
  const frozen = series.filter(({ state }) => state.frozen === 'ON').length;
  const parts = [
    `${of('ready')} ready`,
    ...(learning.length === 0 ? [] : [`${learning.length} learning${next}`]),
    ...(of('silent') === 0 ? [] : [`${of('silent')} silent`]),
    ...(frozen === 0 ? [] : [`${frozen} frozen`]),
  ];
  return `${series.length}: ${parts.join('; ')}`;
}

function alarmsText({ open, series, mutes, database }: SiteStatus): string {
  if (database.problem !== null) return 'not known';
  const week = series.reduce((sum, { alarms }) => sum + alarms, 0);
  const muted =
    mutes.length === 0 ? '' : `; muted: ${mutes.map(({ scope }) => (scope === '' ? 'the site' : scope)).join(', ')}`;
  return `${count(open.length, 'open alarm').replace(/^no open alarms$/, 'none open')}, ${week} in the last 7 days${muted}`;
}

function alarmLines({ severity, startAt, reason }: Anomaly, calendar: Calendar, width: number): string[] {
  const time = minute(startAt, calendar);
  const indent = SEVERITY_WIDTH + time.length + 4;
  return wrapped(plain(reason), width - indent).map(
    (line, i) => (i === 0 ? `${severityCell(severity)}  ${time}  ` : ' '.repeat(indent)) + line,
  );
}

const byScore = (a: SeriesStatus, b: SeriesStatus): number =>
  (b.state.score ?? -1) - (a.state.score ?? -1) || (a.name < b.name ? -1 : 1);

function statusJson({ open, series, ...found }: SiteStatus): unknown {
  const phases = Object.fromEntries(
    ['learning', 'ready', 'silent'].map((phase) => [phase, series.filter(({ state }) => state.phase === phase).length]),
  );
  return { schema: 1, ...found, at: new Date(found.at).toISOString(), streams: phases, open, series };
}

function durationOf(text: string): number {
  try {
    const ms = parseDuration(text);
    if (ms >= 1000) return ms;
  } catch {
    // said below
  }
  throw new AppError('usage', `--watch ${text}: expected a duration of at least 1s, such as 5s`);
}
