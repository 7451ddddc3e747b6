import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import type { ModeReturn } from '../../detect/episode/operating-mode.ts';
import type { IncidentEvent } from '../../detect/episode/incidents.ts';
import { known } from '../../math/known.ts';
import type { Health } from '../../stream/health.ts';
import type { AlertPort, SeriesState } from '../../stream/ports/ports.ts';
import type {
  EpisodeMessage,
  HabitMessage,
  HealthMessage,
  IncidentMessage,
  ModeMessage,
  StateMessage,
} from './messages.ts';

/** Six significant digits: more than sensors have, and no 0.30000000000000004 on the wire. */
const tidy = <X extends number | null>(x: X): X => (x === null ? x : (Number(x.toPrecision(6)) as X));
const tidyAll = (shares: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, tidy(share)]));
const iso = (at: number): string => new Date(at).toISOString();
const time = (at: number | null): string | null => (at === null ? null : iso(at));

/** Topic of the state of the service. */
export const healthTopic = (prefix: string, site: string): string => `${prefix}/${site}/health`;

export const statusTopic = (prefix: string, site: string): string => `${prefix}/${site}/status`;

const stateTopic = (prefix: string, site: string, slug: string): string => `${prefix}/${site}/series/${slug}/state`;

/** The series or group whose state has this topic; null for a topic of another prefix or site. */
export const seriesOfTopic = (topic: string, prefix: string, site: string): string | null => {
  const [before, after] = [`${prefix}/${site}/series/`, '/state'];
  return topic.startsWith(before) && topic.endsWith(after) ? topic.slice(before.length, -after.length) : null;
};

/** Payload of `<prefix>/<site>/series/<slug>/state`. Times are ISO 8601 in UTC. */
export const stateJson = (state: SeriesState): string =>
  JSON.stringify({
    schema: 1,
    phase: state.phase,
    warmup: tidy(state.warmup),
    ready_in: tidy(state.readyInMs === null ? null : state.readyInMs / 1000),
    unseen: [...state.unseen],
    held_until: time(state.heldUntil),
    cool_down_until: time(state.coolDownUntil),
    same_event_until: time(state.sameEventUntil),
    value: tidy(state.value),
    expected: tidy(state.expected),
    lower: tidy(state.lower),
    upper: tidy(state.upper),
    score: tidy(state.score),
    anomaly: state.anomaly,
    drift: state.drift,
    frozen: state.frozen,
    frozen_until: time(state.frozenUntil),
    sensitivity: tidy(state.sensitivity),
    muted: state.muted,
    maintenance: state.maintenance,
    maintenance_until: time(state.maintenanceUntil),
    margin: tidy(state.margin),
    mode: state.mode,
    unit: state.unit,
    label: state.label,
    at: iso(state.at),
  } satisfies StateMessage);

/** Payload of `<prefix>/<site>/health`. */
export const healthJson = ({ at, uptimeMs, droppedEvents, droppedWrites, problems, ...rest }: Health): string =>
  JSON.stringify({
    schema: 1,
    version: rest.version,
    uptime: Math.round(uptimeMs / 1000),
    memory: { ...rest.memory },
    broker: rest.broker,
    connections: rest.connections,
    learning: rest.learning,
    readings: rest.readings,
    untrained: rest.untrained,
    rejected: { ...rest.rejected },
    streams: { ...rest.streams },
    alarms: { ...rest.alarms },
    commands: { ...rest.commands },
    queues: { ...rest.queues },
    dropped_events: droppedEvents,
    dropped_writes: droppedWrites,
    problems: problems.map(({ code, subject, text, since }) => ({ code, subject, text, since: iso(since) })),
    at: iso(at),
  } satisfies HealthMessage);

/** Payload of `<prefix>/<site>/series/<slug>/event`. `message_id` is the same when the same news is sent twice. */
export const eventJson = ({ phase, at, anomaly, levelChange: move, heldUntil, coolDownUntil }: AnomalyEvent): string =>
  JSON.stringify({
    schema: 1,
    event_type: phase,
    id: anomaly.id,
    message_id: `${anomaly.id}-${move !== undefined ? `move-${move}` : phase === 'updated' ? anomaly.severity : phase}`,
    at: iso(at),
    stream: anomaly.stream,
    series: anomaly.series,
    label: anomaly.label ?? null,
    kind: anomaly.kind,
    severity: anomaly.severity,
    start: iso(anomaly.startAt),
    opened: iso(anomaly.openedAt),
    peak: iso(anomaly.peakAt),
    end: time(anomaly.endAt),
    ended_by: anomaly.endedBy,
    held_until: time(heldUntil ?? null),
    cool_down_until: time(coolDownUntil ?? null),
    score: tidy(anomaly.score),
    confidence: tidy(anomaly.confidence),
    value: tidy(anomaly.value),
    expected: tidy(anomaly.expected),
    lower: tidy(anomaly.lower),
    upper: tidy(anomaly.upper),
    gap: anomaly.gap?.map(tidy) ?? null,
    unit: anomaly.unit,
    contributions: tidyAll(anomaly.contributions),
    evidence: tidyAll(anomaly.evidence),
    reason: anomaly.reason,
    incident: anomaly.incident,
  } satisfies EpisodeMessage);

/** Payload of `<prefix>/<site>/incident/event`. */
export const incidentJson = ({ phase, at, incident }: IncidentEvent): string =>
  JSON.stringify({
    schema: 1,
    event_type: phase,
    id: incident.id,
    message_id: `${incident.id}-incident-${phase === 'updated' ? `${incident.episodes}-${incident.severity}` : phase}`,
    at: iso(at),
    severity: incident.severity,
    start: iso(incident.startAt),
    end: time(incident.endAt),
    episodes: incident.episodes,
    open: incident.open,
    series: [...incident.series],
    reason: incident.reason,
  } satisfies IncidentMessage);

/** Payload of `<prefix>/<site>/series/<slug>/event` for a new habit. `message_id` is another one when it has become one again. */
export const habitJson = (habit: Habit): string =>
  JSON.stringify({
    schema: 1,
    event_type: 'habit',
    id: habit.id,
    message_id: `${habit.id}-${Math.round(habit.at).toString(36)}`,
    at: iso(habit.at),
    stream: habit.stream,
    series: habit.series,
    label: habit.label ?? null,
    since: iso(habit.since),
    last: iso(habit.lastAt),
    from: tidy(habit.from),
    to: tidy(habit.to),
    length_ms: tidy(habit.lengthMs),
    per_week: tidy(habit.perWeek),
    unit: habit.unit,
    reason: habit.reason,
  } satisfies HabitMessage);

/** Payload of `<prefix>/<site>/series/<slug>/event` for the return to a known level. */
export const modeJson = (mode: ModeReturn): string =>
  JSON.stringify({
    schema: 1,
    event_type: 'mode',
    id: mode.id,
    message_id: mode.id,
    at: iso(mode.at),
    stream: mode.stream,
    series: mode.series,
    label: mode.label ?? null,
    from: tidy(mode.from),
    level: tidy(mode.level),
    since: time(known(mode.since)),
    last: time(known(mode.lastAt)),
    times: mode.times,
    unit: mode.unit,
    reason: mode.reason,
  } satisfies ModeMessage);

/**
 * Alerts over MQTT: states retained, events not. A sensor fault is published under its series, all else under the
 * stream.
 */
export const alertsOver = (
  outbox: { add(topic: string, payload: string): void },
  states: { publish(topic: string, payload: string): void },
  prefix: string,
  site: string,
): AlertPort => ({
  state: (state) => {
    states.publish(stateTopic(prefix, site, state.slug), stateJson(state));
  },
  event: (event) => {
    const { kind, series, stream } = event.anomaly;
    const slug = kind === 'sensor' ? series : stream;
    outbox.add(`${prefix}/${site}/series/${slug}/event`, eventJson(event));
  },
  incident: (event) => {
    outbox.add(`${prefix}/${site}/incident/event`, incidentJson(event));
  },
  habit: (habit) => {
    outbox.add(`${prefix}/${site}/series/${habit.stream}/event`, habitJson(habit));
  },
  mode: (mode) => {
    outbox.add(`${prefix}/${site}/series/${mode.stream}/event`, modeJson(mode));
  },
});
