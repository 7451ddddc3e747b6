import colors from 'picocolors';
import { calendarOf } from '../../app/pipeline/monitor-options.ts';
import { siteStatus, type SeriesStatus } from '../../app/status/site-status.ts';
import type { Site } from '../../config/schema/site.ts';
import { AppError } from '../../errors.ts';
import { AnomalyLog } from '../../io/sqlite/tables/anomaly-log.ts';
import { HabitTable } from '../../io/sqlite/tables/habit-table.ts';
import { EXIT } from '../exit-codes.ts';
import { anomalyLine, count, jsonLine, minute, shortDuration, table } from '../terminal/format.ts';
import { plain } from '../terminal/plain.ts';
import { number, phaseText, SERIES_HEADER, seriesRow } from '../terminal/series-text.ts';
import { readDatabase } from '../read-database.ts';
import { loadServiceSite } from '../service-site.ts';

export interface SeriesOptions {
  readonly config: string;
  readonly phase?: string;
  readonly json: boolean;
}

const MAX_ALARMS = 10;

/** `zankyo series [NAME]`: the last known state of each series, or all details of one. It only reads. */
export async function series(name: string | undefined, { config, phase, json }: SeriesOptions): Promise<number> {
  const site = loadServiceSite(config);
  const found = await siteStatus(site, Date.now());
  const all = found.series.filter((each) => phase === undefined || each.state.phase === phase);
  if (name === undefined) {
    if (json) for (const each of all) console.log(jsonLine(each));
    else if (all.length === 0) console.log('No series.');
    else {
      const calendar = calendarOf(site);
      console.log(
        table(
          SERIES_HEADER,
          all.map((each) => seriesRow(each, calendar, found.at)),
          [2, 3, 4, 5],
        ),
      );
      if (found.from === 'database') console.error('As last saved: the broker has no states of this site.');
    }
    return EXIT.ok;
  }
  const one = found.series.find((each) => each.name === name);
  if (one === undefined) {
    const names = found.series.map((each) => each.name);
    const near = names.filter((each) => each.includes(name)).slice(0, 5);
    const hint =
      near.length > 0
        ? `; is it ${near.join(' or ')}?`
        : `; zankyo series -c ${config} lists ${count(names.length, 'series', 'series')}`;
    throw new AppError('stream_unknown', `no state of a series "${name}"${hint}`);
  }
  if (json) console.log(jsonLine({ ...one, ...stored(site, name) }));
  else console.log(detail(site, one));
  return EXIT.ok;
}

/** Its last alarms and its habits; none where the database cannot be read. */
function stored({ database }: Site, name: string) {
  try {
    return readDatabase({ database }, (db) => ({
      anomalies: [...new AnomalyLog(db, { quarantineRows: 0 }).list({ series: name, limit: MAX_ALARMS })],
      habits: new HabitTable(db).list(name),
    }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { anomalies: [], habits: [] };
  }
}

function detail(site: Site, { name, state, alarms, group }: SeriesStatus): string {
  const calendar = calendarOf(site);
  const unit = state.unit === '' ? '' : ` ${state.unit}`;
  const {
    lower,
    upper,
    ready_in: left,
    held_until: held,
    cool_down_until: cool,
    same_event_until: same,
    margin,
  } = state;
  const minuteOf = (iso: string): string => minute(Date.parse(iso), calendar);
  const rows: readonly (readonly [label: string, text: string | null])[] = [
    ['phase', phaseText(state) + (left !== null && left > 0 ? `, ready in ${shortDuration(1000 * left)}` : '')],
    ['value', `${number(state.value)}${unit}, at ${calendar.text(Date.parse(state.at))}`],
    [
      'expected',
      `${number(state.expected)}${unit}${lower === null || upper === null ? '' : `, usually ${number(lower)} to ${number(upper)}${unit}`}`,
    ],
    ['score', `${state.score === null ? '–' : state.score.toFixed(2)}; above 1 is an alarm`],
    ['sensitivity', String(state.sensitivity)],
    [
      'network',
      margin === null
        ? null
        : `${margin > 0 ? 'forecasts better than the baseline' : 'does not help here'} (${margin.toFixed(2)} nats)`,
    ],
    ['not seen yet', state.unseen.length === 0 ? null : `a whole ${state.unseen.join(' and ')}`],
    ['held until', held === null ? null : minuteOf(held)],
    [
      'cool-down',
      cool === null
        ? null
        : `until ${minuteOf(cool)} only a higher score than that of the last alarm opens another one`,
    ],
    ['no alarm', same === null ? null : `until ${minuteOf(same)}, because an event like this one was an alarm already`],
    ['mode', state.mode],
    ['alarms', `${alarms} in the last 7 days`],
  ];
  const { anomalies, habits } = stored(site, name);
  const lines = [
    colors.bold(plain(name)) + (state.label === null ? '' : `, ${plain(state.label)}`) + (group ? ', a group' : ''),
    ...rows.flatMap(([label, text]) => (text === null ? [] : `${label.padEnd(12)}  ${plain(text)}`)),
  ];
  if (anomalies.length > 0)
    lines.push('', colors.bold('Last alarms'), ...anomalies.map((each) => anomalyLine(each, calendar)));
  if (habits.length > 0) lines.push('', colors.bold('Habits'), ...habits.map(({ reason }) => plain(reason)));
  return lines.join('\n');
}
