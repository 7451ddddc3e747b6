import type { Context, Hono } from 'hono';
import { AnomalyLog } from '../../../io/sqlite/tables/anomaly-log.ts';
import { Answers } from '../../../io/sqlite/tables/answers.ts';
import { HabitTable } from '../../../io/sqlite/tables/habit-table.ts';
import { ModeTable } from '../../../io/sqlite/tables/mode-table.ts';
import { SeriesMarks } from '../../../io/sqlite/tables/series-marks.ts';
import { DAY_MS } from '../../../math/time.ts';
import type { Window } from '../../../stream/history/tiers.ts';
import type { Refusal } from '../contract.ts';
import type { AlarmBody, HistoryBody, MaintenanceSpan, MarksBody } from '../contract/stream.ts';
import type { DashboardSources } from '../sources.ts';
import { alarmBody, findSeries, historyBody, type FoundSeries } from '../stream.ts';

type StreamSources = Pick<DashboardSources, 'now' | 'db' | 'pipeline' | 'schedule'>;

/** Points of a window: a wide screen has 4,000 columns. */
const MAX_POINTS = 4_000;
const USUAL_POINTS = 1_200;
const MAX_MARKS = 500;
/** Longer than any history. */
const MAX_WINDOW_MS = 4_000 * DAY_MS;

const UNKNOWN: Refusal = { code: 'unknown_series', text: 'There is no series of that name now.' };
const NOT_READ: Refusal = {
  code: 'not_read',
  text: `from and until are times in epoch ms, from before until; points is a whole number from 2 to ${MAX_POINTS}.`,
};
const NO_ALARM: Refusal = { code: 'no_alarm', text: 'There is no such alarm; it may be older than retention.keep.' };

/** `GET api/series/<series>/history`, `.../marks` and `.../alarms/<id>`: what the page of a stream shows. */
export const streamRoutes =
  ({ now, db, pipeline, schedule }: StreamSources) =>
  (app: Hono): void => {
    const [log, habits, modes, marks, answers] = [
      new AnomalyLog(db, { quarantineRows: 0 }),
      new HabitTable(db),
      new ModeTable(db),
      new SeriesMarks(db),
      new Answers(db),
    ];
    app.get('/api/series/:series/history', (context) => {
      const found = findSeries(pipeline(), context.req.param('series'));
      if (found === null) return context.json(UNKNOWN, 404);
      const window = windowIn(context, now());
      if (window === null) return context.json(NOT_READ, 400);
      const history = pipeline()?.historyOf(found.info.slug) ?? null;
      return context.json<HistoryBody>(historyBody(found, history, window, now()));
    });
    app.get('/api/series/:series/marks', (context) => {
      const found = findSeries(pipeline(), context.req.param('series'));
      if (found === null) return context.json(UNKNOWN, 404);
      const window = windowIn(context, now());
      if (window === null) return context.json(NOT_READ, 400);
      const { from, until } = window;
      const period = { since: from, until };
      const series = found.info.slug;
      const of = { series, stream: found.monitor.stream };
      const alarms = marks.alarms(of, period, MAX_MARKS);
      const commands = marks.commands(of, period, MAX_MARKS);
      const labels = marks.labels(of, period, MAX_MARKS);
      return context.json<MarksBody>({
        from,
        until,
        alarms,
        commands: commands.map(({ undone, ...command }) => ({ ...command, undone: undone === 1 })),
        labels: labels.map(({ id, kind, event, ...label }) => ({
          id,
          kind,
          from: label.from,
          until: label.until,
          event,
        })),
        maintenance: maintenanceOf(schedule(), found, window),
        habits: habits
          .list(series)
          .filter(({ since, lastAt }) => since < until && lastAt >= from)
          .map(({ id, since, lastAt, perWeek, reason }) => ({ id, from: since, until: lastAt, perWeek, reason })),
        modes: modes.list(series).map(({ level, spread, present, lastAt }) => ({ level, spread, present, lastAt })),
        cut: [alarms, commands, labels].some(({ length }) => length === MAX_MARKS),
      });
    });
    app.get('/api/series/:series/alarms/:id', (context) => {
      const alarm = log.find(context.req.param('id'));
      if (alarm === null) return context.json(NO_ALARM, 404);
      return context.json<AlarmBody>(alarmBody(alarm, answers.of([alarm.id]).get(alarm.id) ?? null));
    });
  };

/** The maintenance windows of a series. */
const maintenanceOf = (
  schedule: ReturnType<StreamSources['schedule']>,
  { monitor, info }: FoundSeries,
  { from, until }: Window,
): readonly MaintenanceSpan[] =>
  schedule
    .windows(from, until)
    .filter(({ series }) => series === null || series.includes(info.slug) || series.includes(monitor.stream))
    .slice(-MAX_MARKS)
    .map((each) => ({ from: each.from, until: each.until, reason: each.reason }));

/** The last day, where nothing else is asked; null where the question cannot be read. */
function windowIn({ req }: Context, now: number): Window | null {
  const until = wholeIn(req.query('until')) ?? now + 1;
  const from = wholeIn(req.query('from')) ?? until - DAY_MS;
  const points = wholeIn(req.query('points')) ?? USUAL_POINTS;
  const right = from < until && until - from <= MAX_WINDOW_MS && points >= 2 && points <= MAX_POINTS;
  return right ? { from, until, points } : null;
}

/** Undefined for none, NaN for a text that is no whole number. */
const wholeIn = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
