import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import type { Incident } from '../../detect/episode/incidents.ts';
import { durationInWords } from '../../detect/episode/reason.ts';
import type { Problem } from '../../stream/health.ts';
import type { Notification, NotificationEvent } from '../../stream/ports/notification.ts';
import type { Decision } from './recipient.ts';

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

/** The series, and its group if it is in one. */
const streamsOf = ({ series, stream }: Pick<Anomaly, 'series' | 'stream'>): readonly string[] =>
  series === stream ? [series] : [series, stream];

/** What messages about an alarm and about an incident have in common. `name`: of what it is about, for the title. */
const ofThread = (
  { event, rises }: Decision,
  name: string,
  { id, severity, reason, startAt, endAt }: Pick<Incident, 'id' | 'severity' | 'reason' | 'startAt' | 'endAt'>,
) =>
  ({
    ...EMPTY,
    event,
    thread: id,
    replaces: event !== 'opened' && !rises,
    severity,
    title: event === 'ended' ? `${name}: alarm ended` : `${name}: alarm (${severity})`,
    text: event === 'ended' ? `Ended${lastedText(startAt, endAt)}. ${reason}` : reason,
    alarm: id, // an incident has the id of its first alarm
  }) satisfies Partial<Notification>;

export const ofAlarm = (decision: Decision, anomaly: Anomaly, at: number, site: string): Notification => {
  const { id, series, label, value, expected, unit, score, incident } = anomaly;
  return {
    ...ofThread(decision, label ?? series, anomaly),
    id: idOf(id, decision.event, at),
    at,
    site,
    series: streamsOf(anomaly),
    label: label ?? null,
    value,
    expected,
    unit,
    score,
    incident,
  };
};

export const ofIncident = (decision: Decision, incident: Incident, at: number, site: string): Notification => {
  const { id, series, episodes } = incident;
  const [first = id] = series;
  const name = series.length > 1 ? `${first} and ${series.length - 1} more` : first;
  const many = episodes > 1 ? ` ${episodes} alarms: ${series.join(', ')}.` : '';
  const common = ofThread(decision, name, incident);
  return {
    ...common,
    id: idOf(id, 'incident', decision.event, at),
    text: `${common.text}${many}`,
    at,
    site,
    series,
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
  series: streamsOf(habit),
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
