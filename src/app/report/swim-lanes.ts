import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { Calendar } from '../../detect/forecast/calendar.ts';
import type { Period } from '../../io/sqlite/tables/period.ts';
import { html, type Markup } from '../compare/report/markup.ts';
import { scale, timeTicks, type TimeTick } from '../compare/report/scale.ts';
import { barAt, lane, timeAxis, WIDTH } from '../compare/report/timeline.ts';
import { SEVERITIES } from './summary.ts';

/** Minimum width of a bar. */
const NARROWEST = 3;
/** Maximum number of lanes; the series with the most alarms have one. */
const MAX_LANES = 40;
/** Maximum number of bars in a lane, the newest. */
const MAX_BARS = 1000;

/** The alarms over time: a lane for each of `series`, a bar for each alarm, the more severe ones in front. */
export function swimLanes(
  alarms: readonly Anomaly[],
  series: readonly string[],
  { since, until }: Period,
  calendar: Calendar,
): Markup {
  const x = scale(since, until, 0, WIDTH);
  const shown = series.slice(0, MAX_LANES);
  const laneOf = (name: string): Markup => {
    const own = alarms.filter((alarm) => alarm.series === name).slice(-MAX_BARS);
    const bars = own
      .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
      .map(({ startAt, endAt, severity, reason }) => {
        const { from, width } = barAt(x, startAt, endAt ?? until, NARROWEST);
        return html`<rect class="of-${severity}" x="${from}" y="12" width="${width}" height="76"
          ><title>${reason}</title></rect
        >`;
      });
    return lane(name, `${name}: number of alarms ${own.length}`, bars);
  };
  const more = series.length - shown.length;
  return html`<figure>
    <ul class="legend">
      ${SEVERITIES.map((severity) => html`<li><i class="of-${severity}"></i>${severity}</li>`)}
    </ul>
    <div class="plot lanes">${shown.map(laneOf)} ${timeAxis(localTicks(since, until, calendar), x)}</div>
    ${more > 0 ? html`<p class="note">${more} more series with fewer alarms are not drawn.</p>` : null}
  </figure>`;
}

/** Round times by the wall clock of the site. */
export function localTicks(since: number, until: number, calendar: Calendar): readonly TimeTick[] {
  const wall = (at: number): number => Date.parse(`${calendar.text(at).slice(0, 16).replace(' ', 'T')}Z`);
  const offset = (at: number): number => wall(at) - Math.floor(at / 60_000) * 60_000;
  return timeTicks(wall(since), wall(until)).flatMap(({ at: shown, label }) => {
    // An offset that changes within the period: that of the time itself, not of the first guess.
    const at = shown - offset(shown - offset(shown));
    // A time that the clock skips has no place.
    return at >= since && at <= until && wall(at) === shown ? [{ at, label }] : [];
  });
}
