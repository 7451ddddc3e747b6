import { calendarsOf } from '../../app/calendars.ts';
import { calendarOf } from '../../app/pipeline/monitor-options.ts';
import { loadSite } from '../../config/load.ts';
import { DAY_MS } from '../../math/time.ts';
import type { MaintenanceWindow, WindowPort } from '../../stream/ports/ports.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine, shortDuration, table } from '../terminal/format.ts';
import { plain } from '../terminal/plain.ts';

export interface MaintenanceCommandOptions {
  readonly config: string;
  readonly limit: number;
  readonly json: boolean;
}

/** How far ahead windows are looked for, days: further only where there are too few. */
const HORIZONS = [40, 400, 4000];

/** `zankyo maintenance`: lists the windows that are open now or come next. Reads the site file and its calendars only. */
export function maintenance({ config, limit, json }: MaintenanceCommandOptions, now = Date.now()): number {
  const { site, warnings } = loadSite(config);
  for (const warning of warnings) console.error(plain(warning));
  const windows = nextWindows(calendarsOf(site).schedule, now, limit);
  const calendar = calendarOf(site);
  if (json)
    for (const { from, until, series, reason } of windows)
      console.log(jsonLine({ from: iso(from), until: iso(until), open: from <= now, series, reason }));
  else if (windows.length === 0) console.log('No maintenance windows.');
  else {
    const rows = windows.map(({ from, until, series, reason }) => [
      calendar.text(from),
      calendar.text(until),
      shortDuration(until - from),
      series?.join(', ') ?? 'the site',
      `${from <= now ? '(now) ' : ''}${reason ?? ''}`,
    ]);
    console.log(table(['from', 'until', 'lasts', 'for', 'reason'], rows, [2]));
  }
  return EXIT.ok;
}

/** The first `limit` windows that are not over at `now`. */
function nextWindows(schedule: WindowPort, now: number, limit: number): readonly MaintenanceWindow[] {
  for (const days of HORIZONS) {
    const found = schedule.windows(now, now + days * DAY_MS).slice(0, limit);
    if (found.length === limit || days === HORIZONS.at(-1)) return found;
  }
  return [];
}

const iso = (at: number): string => new Date(at).toISOString();
