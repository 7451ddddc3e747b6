import colors from 'picocolors';
import type { Anomaly, Severity } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import { UTC, type Calendar } from '../../detect/forecast/calendar.ts';
import { plain } from './plain.ts';

const TINT: Readonly<Record<Severity, (text: string) => string>> = {
  minor: colors.yellow,
  major: colors.red,
  critical: (text) => colors.bold(colors.red(text)),
};

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** 45 s, 1.5 min, 7.5 h: one number, at most one decimal. */
export function shortDuration(ms: number): string {
  const [size, unit] = UNITS.find(([size]) => ms >= size) ?? [1, 'ms'];
  return `${Math.round((10 * ms) / size) / 10} ${unit}`;
}

/** The wall clock of `calendar` to the minute: 2026-11-23 14:05. */
export const minute = (at: number, calendar: Calendar): string => calendar.text(at).slice(0, 16);

/** Width of the longest severity. */
export const SEVERITY_WIDTH = 8;

/** A severity in its colour, as wide as the longest. */
export const severityCell = (severity: Severity): string => TINT[severity](severity.padEnd(SEVERITY_WIDTH));

/** 1 fault, 2 faults, no faults. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n === 0 ? 'no' : n} ${n === 1 ? one : many}`;

/** One line for an episode: start by the wall clock of `calendar`, duration, severity, kind, score, reason and incident. */
export function anomalyLine(anomaly: Anomaly, calendar = UTC): string {
  const { id, startAt, endAt, severity, kind, score, reason, incident } = anomaly;
  const lasted = endAt === null ? 'open' : endAt > startAt ? shortDuration(endAt - startAt) : 'once';
  const where = incident === null || incident === id ? '' : ` (with ${incident})`;
  const how = `${severityCell(severity)}  ${kind.padEnd(7)}  ${score.toFixed(2).padStart(6)}`;
  return `${minute(startAt, calendar)}  ${lasted.padEnd(8)}  ${how}  ${plain(reason + where)}`;
}

/** One line for a habit: since when, and its sentence. */
export const habitLine = ({ at, reason }: Pick<Habit, 'at' | 'reason'>, calendar = UTC): string =>
  `${minute(at, calendar)}  ${colors.cyan('habit')}  ${plain(reason)}`;

/** Columns padded to their widest cell; numbers belong to the right, named in `right`. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string {
  const shown = rows.map((row) => row.map(plain));
  const width = header.map((cell, i) => Math.max(cell.length, ...shown.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (right.includes(i) ? cell.padStart(width[i]) : cell.padEnd(width[i])))
      .join('  ')
      .trimEnd();
  return [line(header), width.map((w) => '─'.repeat(w)).join('  '), ...shown.map(line)].join('\n');
}

/** A JSON line for scripts, safe to show on a terminal. */
export const jsonLine = (value: unknown): string => plain(JSON.stringify(value));
