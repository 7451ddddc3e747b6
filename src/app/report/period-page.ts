import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { Calendar } from '../../detect/forecast/calendar.ts';
import type { Answer, Period, PeriodRecords, StoredIncident } from '../../io/sqlite/tables/period.ts';
import { html, type Content, type Markup } from '../compare/report/markup.ts';
import { detectionTable, fact, figureTable, pageOf, section } from '../compare/report/page.ts';
import { faultOf, groupedBy, KINDS, SEVERITIES, verdictsOf, type Summary, type Verdict } from './summary.ts';
import { swimLanes } from './swim-lanes.ts';

/** Maximum number of incidents, sensor faults or answers in one list, the newest, and of sentences of one incident. */
const MAX_LISTED = 200;
const MAX_SENTENCES = 50;

export interface PeriodPageOptions {
  /** Name of the site, or of the database. */
  readonly name: string;
  readonly calendar: Calendar;
  readonly version: string;
}

/**
 * The alarms, habits, answers and commands of a site in a period, as one self-contained HTML page; `summary` is that of `records`. All
 * text of the database is escaped.
 */
export function periodPage(
  records: PeriodRecords,
  summary: Summary,
  period: Period,
  { name, calendar, version }: PeriodPageOptions,
): string {
  const time = (at: number): string => calendar.text(at).slice(0, 16);
  const verdicts = verdictsOf(records.answers);
  const view: View = { records, time, verdict: (alarm) => verdicts.get(alarm.id) ?? null };
  const headline = headlineOf(summary);
  return pageOf(
    `${name}: ${headline}`,
    html`
      <header>
        <p class="eyebrow"><b>zankyo report</b> · ${name}</p>
        <h1>${headline}</h1>
        <p>${calendar.text(period.since)} to ${calendar.text(period.until)}</p>
        <ul class="facts">
          ${factsOf(summary).map(([of, value]) => fact(of, value))}
        </ul>
        ${summary.cut ? html`<p class="note">The period has more alarms than one report counts: only the newest are counted and shown.</p>` : null}
      </header>
      ${
        records.alarms.length === 0
          ? null
          : [
              section(
                'Alarms over time',
                swimLanes(
                  records.alarms,
                  summary.series.map(({ series }) => series),
                  period,
                  calendar,
                ),
              ),
              section('By kind and severity', kindTable(summary)),
              section('By series', seriesTable(summary)),
              section('Incidents', incidents(view)),
              section('Sensor faults and silence', sensorFaults(view)),
            ]
      }
      ${section('Habits', habits(view))} ${section('Answers of the operator', answers(view))}
      ${section('Commands', commands(records))}
      <footer>
        Made by zankyo ${version}. Times are in the time zone of the site file, UTC without one. An alarm counts in each
        period in which it was open. A false alarm is one that the operator answered with normal. The page loads nothing
        and sends nothing.
      </footer>
    `,
  );
}

interface View {
  readonly records: PeriodRecords;
  readonly time: (at: number) => string;
  readonly verdict: (alarm: Anomaly) => Verdict;
}

const counted = (n: number, one: string): string => `${n} ${n === 1 ? one : `${one}s`}`;

export function headlineOf({ alarms, incidents, cut }: Summary): string {
  if (alarms.alarms === 0) return 'No alarms in this period';
  const open = alarms.open === 0 ? '' : `, ${alarms.open} still open`;
  const together = incidents.all === 0 ? '' : ` in ${counted(incidents.all, 'incident')}`;
  return `${cut ? 'The newest ' : ''}${counted(alarms.alarms, 'alarm')}${together}${open}`;
}

function factsOf({ alarms, incidents, habits, answers, commands }: Summary): readonly (readonly [string, number])[] {
  return [
    ...SEVERITIES.toReversed().map((severity) => [severity, alarms.severity[severity]] as const),
    ['sensor faults', alarms.kind.sensor],
    ['incidents', incidents.all],
    ['confirmed faults', alarms.fault],
    ['false alarms', alarms.normal],
    ['without an answer', alarms.alarms - alarms.fault - alarms.normal],
    ['missed faults', answers.missed],
    ['habits', habits.all],
    ['of them new', habits.fresh],
    ['commands', commands.done + commands.refused + commands.waiting],
  ];
}

const kindTable = ({ alarms }: Summary): Markup =>
  figureTable(
    ['kind', ...SEVERITIES, 'all'],
    [
      ...KINDS.map((kind) => [
        kind,
        ...SEVERITIES.map((severity) => alarms.kindAndSeverity[kind][severity]),
        alarms.kind[kind],
      ]),
      ['all', ...SEVERITIES.map((severity) => alarms.severity[severity]), alarms.alarms],
    ],
  );

const seriesTable = ({ series }: Summary): Markup =>
  figureTable(
    ['series', ...SEVERITIES, 'alarms', 'sensor faults', 'confirmed', 'false', 'without an answer'],
    series.map((each) => [
      each.series,
      ...SEVERITIES.map((severity) => each[severity]),
      ...[each.alarms, each.sensor, each.fault, each.normal, each.alarms - each.fault - each.normal],
    ]),
  );

/** Says how many of a list are left out. */
const rest = (all: number, listed: number): Markup | null =>
  all > listed ? html`<p class="note">The newest ${listed} of ${all} are listed.</p>` : null;

const VERDICTS = { fault: 'confirmed fault', normal: 'false alarm' } as const;
const severityOf = (severity: Anomaly['severity']): Markup => html`<b class="of-${severity}">${severity}</b>`;

function incidents({ records, time, verdict }: View): Content {
  const members = groupedBy(records.alarms, ({ id, incident }) => incident ?? id);
  const known = new Set(records.incidents.map(({ id }) => id));
  // An alarm that no incident names yet is a story of its own.
  const alone = [...members]
    .filter(([id]) => !known.has(id))
    .map(([id, [{ startAt, endAt, severity, reason }]]): StoredIncident => ({ id, startAt, endAt, severity, reason }));
  const all = [...records.incidents, ...alone].sort((a, b) => b.startAt - a.startAt || (a.id < b.id ? -1 : 1));
  const story = ({ id, startAt, endAt, severity, reason }: StoredIncident): Markup => {
    const own = members.get(id) ?? [];
    const sentences = own.slice(0, MAX_SENTENCES).map((alarm) => {
      const said = verdict(alarm);
      return html`<li>
        <time>${time(alarm.startAt)}</time> ${severityOf(alarm.severity)}
        ${alarm.reason}${said === null ? null : html` <span class="tag">${VERDICTS[said]}</span>`}
      </li>`;
    });
    const more = own.length - sentences.length;
    return html`<h3>
        ${time(startAt)} to ${endAt === null ? 'now: open' : time(endAt)}<small
          >${severityOf(severity)}, ${counted(own.length, 'alarm')}</small
        >
      </h3>
      ${
        own.length === 0
          ? html`<p>${reason}</p>`
          : html`<ol class="story">
              ${sentences}
            </ol>`
      }
      ${more > 0 ? html`<p class="note">${more} more alarms of this incident.</p>` : null}`;
  };
  return [all.slice(0, MAX_LISTED).map(story), rest(all.length, MAX_LISTED)];
}

function sensorFaults({ records, time }: View): Content {
  const faults = records.alarms.filter(({ kind }) => kind === 'sensor').reverse();
  if (faults.length === 0) return html`<p>No sensor faults.</p>`;
  const byFault = [...groupedBy(faults, faultOf)].map(([fault, own]) => `${fault} ${own.length}`);
  const rows = faults.slice(0, MAX_LISTED).map(
    (fault) =>
      html`<tr>
        <td>${time(fault.startAt)}</td>
        <td>${fault.endAt === null ? 'open' : time(fault.endAt)}</td>
        <td>${fault.series}</td>
        <td>${faultOf(fault)}</td>
        <td class="wide">${fault.reason}</td>
      </tr>`,
  );
  return [
    html`<p>${byFault.join(', ')}</p>`,
    detectionTable(['from', 'to', 'series', 'fault', 'sentence'], rows),
    rest(faults.length, MAX_LISTED),
  ];
}

function habits({ records, time }: View): Content {
  if (records.habits.length === 0) return html`<p>No habits came in this period.</p>`;
  const rows = records.habits.map(
    ({ series, reason, since, lastAt }) =>
      html`<tr>
        <td>${series}</td>
        <td class="wide">${reason}</td>
        <td>${time(since)}</td>
        <td>${time(lastAt)}</td>
      </tr>`,
  );
  return detectionTable(['series', 'habit', 'first', 'last'], rows);
}

const SAID: Readonly<Record<Answer['kind'], string>> = { ...VERDICTS, missed: 'missed fault' };

/** From and to; of an end on the same day only the time of day. */
function timesOf(from: number, until: number, time: View['time']): string {
  const [begin, end] = [time(from), time(until)];
  return `${begin} to ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}

function answers({ records, time }: View): Content {
  if (records.answers.length === 0) return html`<p>No answers about this period.</p>`;
  const newest = records.answers.toReversed().slice(0, MAX_LISTED);
  const rows = newest.map(
    ({ at, by, series, kind, from, until, event, note }) =>
      html`<tr>
        <td>${at === null ? '–' : time(at)}</td>
        <td>${SAID[kind]}</td>
        <td>${series}</td>
        <td>${timesOf(from, until, time)}</td>
        <td>${by ?? '–'}</td>
        <td class="wide">${note}</td>
        <td>${event ?? '–'}</td>
      </tr>`,
  );
  return [
    detectionTable(['answered', 'answer', 'series', 'about', 'by', 'note', 'alarm'], rows),
    rest(records.answers.length, MAX_LISTED),
  ];
}

function commands({ commands: all }: PeriodRecords): Content {
  if (all.length === 0) return html`<p>No commands in this period.</p>`;
  const statuses = ['done', 'refused', 'waiting'] as const;
  const byName = groupedBy(all, ({ command }) => command ?? 'not readable');
  return figureTable(
    ['command', ...statuses],
    [...byName].map(([name, counts]) => [
      name,
      ...statuses.map((status) => counts.find((each) => each.status === status)?.n ?? 0),
    ]),
  );
}
