import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import type { Incident } from '../../detect/episode/incidents.ts';
import { durationInWords } from '../../detect/episode/reason.ts';
import type { Problem } from '../../stream/health.ts';
import type { Notification, NotificationEvent } from '../../stream/notification.ts';

/** Letters, digits, "-" and "_": an id of every service. */
const idOf = (...parts: readonly (string | number)[]): string =>
  parts
    .map((part) => (typeof part === 'number' ? Math.round(part).toString(36) : part))
    .join('-')
    .replace(/[^-_A-Za-z0-9]/g, '-');

const EMPTY = {
  thread: null,
  replaces: false,
  severity: null,
  series: [],
  label: null,
  value: null,
  expected: null,
  unit: '',
  score: null,
  alarm: null,
  incident: null,
} as const;

const lastedText = (from: number, until: number | null): string =>
  until === null || until <= from ? '' : ` after ${durationInWords(until - from)}`;

/** `rises`: its severity is higher than that of the message before. */
export const ofAlarm = (
  event: 'opened' | 'updated' | 'ended',
  anomaly: Anomaly,
  at: number,
  site: string,
  rises: boolean,
): Notification => {
  const { id, stream, series, label, severity, reason, startAt, endAt, value, expected, unit, score, incident } =
    anomaly;
  const name = label ?? series;
  return {
    ...EMPTY,
    event,
    id: idOf(id, event, at),
    thread: id,
    replaces: event !== 'opened' && !rises,
    severity,
    title: event === 'ended' ? `${name}: alarm ended` : `${name}: alarm (${severity})`,
    text: event === 'ended' ? `Ended${lastedText(startAt, endAt)}. ${reason}` : reason,
    at,
    site,
    series: series === stream ? [series] : [series, stream],
    label: label ?? null,
    value,
    expected,
    unit,
    score,
    alarm: id,
    incident,
  };
};

export const ofIncident = (
  event: 'opened' | 'updated' | 'ended',
  incident: Incident,
  at: number,
  site: string,
  rises: boolean,
): Notification => {
  const { id, severity, series, episodes, reason, startAt, endAt } = incident;
  const [first = id] = series;
  const name = series.length > 1 ? `${first} and ${series.length - 1} more` : first;
  const many = episodes > 1 ? ` ${episodes} alarms: ${series.join(', ')}.` : '';
  return {
    ...EMPTY,
    event,
    id: idOf(id, 'incident', event, at),
    thread: id,
    replaces: event !== 'opened' && !rises,
    severity,
    title: event === 'ended' ? `${name}: alarm ended` : `${name}: alarm (${severity})`,
    text: `${event === 'ended' ? `Ended${lastedText(startAt, endAt)}. ` : ''}${reason}${many}`,
    at,
    site,
    series,
    alarm: id, // that of its first alarm
    incident: id,
  };
};

export const ofHabit = (habit: Habit, site: string): Notification => ({
  ...EMPTY,
  event: 'habit',
  id: idOf(habit.id, habit.at),
  title: `${habit.label ?? habit.series}: new habit`,
  text: habit.reason,
  at: habit.at,
  site,
  series: habit.series === habit.stream ? [habit.series] : [habit.series, habit.stream],
  label: habit.label ?? null,
  unit: habit.unit,
  alarm: habit.id,
});

export const ofProblem = (
  phase: 'opened' | 'closed',
  { code, subject, text, since }: Problem,
  at: number,
  site: string,
): Notification => {
  const name = subject === null ? code : `${code}, ${subject}`;
  return {
    ...EMPTY,
    event: 'health',
    id: idOf('health', code, subject ?? '', phase, at),
    thread: idOf('health', code, subject ?? '', since),
    replaces: phase === 'closed',
    title: phase === 'opened' ? `zankyo ${site}: ${name}` : `zankyo ${site}: ${name} has ended`,
    text: phase === 'opened' ? text : `Ended${lastedText(since, at)}. ${text}`,
    at,
    site,
  };
};

/** A message of `zankyo notify test`, and the answer to a button. */
export const ofText = (
  event: Extract<NotificationEvent, 'test' | 'answer'>,
  title: string,
  text: string,
  at: number,
  site: string,
): Notification => ({ ...EMPTY, event, id: idOf(event, site, at), title, text, at, site });
