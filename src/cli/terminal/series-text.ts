import type { SeriesStatus } from '../../app/status/site-status.ts';
import type { Calendar } from '../../detect/forecast/calendar.ts';
import type { StateMessage } from '../../io/mqtt/messages.ts';
import { shortDuration } from './format.ts';

export const SERIES_HEADER = ['series', 'phase', 'value', 'expected', 'score', 'alarms', 'last'];

const MAX_NAME = 26;

/** One line of a table of series, within 80 columns. `alarms`: of the last seven days. */
export function seriesRow({ name, state, alarms }: SeriesStatus, calendar: Calendar, now: number): string[] {
  return [
    name.length <= MAX_NAME ? name : `${name.slice(0, 12)}…${name.slice(-13)}`,
    phaseText(state),
    number(state.value),
    number(state.expected),
    state.score === null ? '–' : state.score.toFixed(2),
    alarms === 0 ? '–' : String(alarms),
    lastText(Date.parse(state.at), calendar, now),
  ];
}

/** `learning 37 %`, `ready`, `ALARM`, `silent`. */
export function phaseText({ phase, warmup, anomaly, drift, frozen, muted, maintenance }: StateMessage): string {
  if (phase === 'silent') return 'silent';
  if (anomaly === 'ON') return muted === 'ON' ? 'alarm, muted' : 'ALARM';
  if (phase === 'learning') return `learning ${Math.floor(100 * warmup)} %`;
  if (maintenance === 'ON') return 'maintenance';
  if (frozen === 'ON') return 'frozen';
  return drift === 'ON' ? 'drift' : muted === 'ON' ? 'muted' : 'ready';
}

/** At most four significant digits; a dash where there is none. */
export const number = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(4))));

const lastText = (at: number, calendar: Calendar, now: number): string => {
  const age = now - at;
  if (age < 90_000) return `${Math.max(0, Math.round(age / 1000))} s ago`;
  return age < 20 * 3_600_000 ? `${shortDuration(age)} ago` : calendar.text(at).slice(0, 10);
};
