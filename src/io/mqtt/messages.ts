import { z } from 'zod';

/*
 * The form of every JSON message that the service publishes, version 1, once: alerts.ts writes it, config/schemas/ is generated from
 * it. Within a version fields may be added; none is removed, and none changes its meaning or type. docs/alerts.md explains the fields.
 */

const version = z.literal(1).describe('Version of this form.');
/** ISO 8601 in UTC, as `Date.toISOString` writes it. */
const time = () => z.iso.datetime({ precision: 3 });
/** With six significant digits. */
const real = () => z.number();
const share = () => z.number().min(0).max(1);
const count = () => z.int().min(0);
const onOff = () => z.enum(['ON', 'OFF']);
const severity = () => z.enum(['minor', 'major', 'critical']);

/** `<prefix>/<site>/status`: plain text, not JSON. */
export const statusSchema = z.enum(['online', 'offline']).describe('Plain text: whether the service is connected.');

export const stateSchema = z.strictObject({
  schema: version,
  phase: z.enum(['learning', 'ready', 'silent']).describe('`learning` during warm-up.'),
  warmup: share().describe('Progress of the warm-up.'),
  ready_in: real().min(0).nullable().describe('Seconds until the warm-up ends; null before the second reading.'),
  unseen: z.array(z.enum(['day', 'week'])).describe('Cycles that the series has not completed yet.'),
  held_until: time().nullable().describe('Until when the present deviation stays an alarm if it does not end.'),
  cool_down_until: time()
    .nullable()
    .describe('Until when only a higher score than that of the last alarm opens another one.'),
  same_event_until: time()
    .nullable()
    .describe('Until when the present event, with a score above 1, opens no alarm, because one like it did.'),
  value: real().nullable().describe('The last reading.'),
  expected: real().nullable().describe('The forecast for this reading: its median.'),
  lower: real().nullable().describe('Lower limit of its 99 % band.'),
  upper: real().nullable().describe('Upper limit of its 99 % band.'),
  score: real().nullable().describe('How rare such an event is; above 1 is anomalous.'),
  anomaly: onOff().describe('Whether an episode is open that this series leads, or its sensor is at fault.'),
  drift: onOff().describe('Whether an episode of drift is open that this series leads.'),
  frozen: onOff().describe('Whether the operator has stopped learning.'),
  frozen_until: time().nullable().describe('Until when; null: until a command, or not frozen.'),
  sensitivity: real().describe('With which it is scored: of the site file, or set by a command.'),
  muted: onOff().describe('Whether the operator has muted its alerts.'),
  maintenance: onOff().describe('Whether it is in a maintenance window.'),
  maintenance_until: time().nullable().describe('Until when; null where it is not.'),
  margin: real().nullable().describe('Nats a reading that the network forecasts better than the baseline.'),
  mode: z.string().nullable().describe('A sentence if the series returned to an earlier level.'),
  unit: z.string().describe('Unit of the series; empty where the site file gives none.'),
  label: z.string().nullable().describe('Display name of the series.'),
  at: time().describe('Time of the reading, as it arrived.'),
});

export const healthSchema = z.strictObject({
  schema: version,
  version: z.string().describe('Version of zankyo.'),
  uptime: count().describe('Seconds since the start.'),
  memory: z
    .strictObject({
      rss: count().describe('Bytes of the process.'),
      heap: count().describe('Bytes of the heap of JavaScript.'),
    })
    .describe('Memory in use.'),
  broker: z.enum(['connecting', 'connected', 'offline']).describe('The connection when this was written.'),
  connections: count().describe('Connections to the broker since the start.'),
  learning: z.enum(['full', 'reduced', 'off']).describe('How much the networks train under the present CPU load.'),
  readings: count().describe('Readings scored since the start.'),
  untrained: count().describe('How many of them no network was trained on because of the load.'),
  rejected: z.record(z.string(), count()).describe('Rejects since the start, by reason.'),
  streams: z
    .strictObject({ learning: count(), ready: count(), silent: count() })
    .describe('How many series and groups are in each phase.'),
  alarms: z.strictObject({ process: count(), drift: count(), sensor: count() }).describe('Open alarms by kind.'),
  commands: z.strictObject({ done: count(), refused: count() }).describe('Commands since the start.'),
  queues: z
    .strictObject({
      mqtt: count().describe('Messages that wait for the broker.'),
      database: count().describe('Writes that wait for the database.'),
      notify: count().describe('Notifications that wait for their targets.'),
    })
    .describe('What waits now.'),
  dropped_events: count().describe('Events dropped since the start because too many waited for the broker.'),
  dropped_writes: count().describe('Writes dropped since the start because too many waited for the database.'),
  problems: z
    .array(
      z.strictObject({
        code: z.string().describe('Of the kind of problem; further ones may be added.'),
        subject: z.string().nullable().describe('The input or stream; null: the service.'),
        text: z.string().describe('Number, cause and remedy.'),
        since: time(),
      }),
    )
    .describe('Problems of the service itself that exist now.'),
  workers: count().optional().describe('Of a cluster: number of workers whose figures are added up here.'),
  expire_after: count()
    .optional()
    .describe(
      'Of a cluster, which has no last will: seconds without a message after which the cluster counts as offline.',
    ),
  at: time().describe('Time of this message.'),
});

const episode = z
  .strictObject({
    schema: version,
    event_type: z.enum(['opened', 'updated', 'closed']),
    id: z.string().describe('Of the episode; the same readings give the same id.'),
    message_id: z.string().describe('Of this event; an event that comes again has the same one.'),
    at: time().describe('Time of the event.'),
    stream: z.string().describe('The series, or its group.'),
    series: z.string().describe('The series with the highest score at the peak.'),
    label: z.string().nullable().describe('Its display name.'),
    kind: z.enum(['process', 'sensor', 'drift']),
    severity: severity().describe('By the size of the effect; never falls.'),
    start: time().describe('Since when the score has been high without interruption.'),
    opened: time().describe('When the alarm opened.'),
    peak: time().describe('When the score was highest.'),
    end: time().nullable().describe('The last anomalous reading; null while open.'),
    ended_by: z.enum(['calm', 'accepted', 'reset', 'forgotten', 'removed']).nullable().describe('Null while open.'),
    held_until: time().nullable().describe('While open: until when the deviation stays an alarm if it does not end.'),
    cool_down_until: time()
      .nullable()
      .describe('When closed: until when only a higher score opens another alarm of the stream.'),
    score: real().describe('At the peak; above 1 is anomalous.'),
    confidence: share().nullable().describe('Independent of the severity.'),
    value: real().nullable().describe('Of the leading series at the peak.'),
    expected: real().nullable(),
    lower: real().nullable(),
    upper: real().nullable(),
    gap: z
      .array(real())
      .length(2)
      .nullable()
      .describe('Where the forecast is two intervals: `lower` to gap[0], or gap[1] to `upper`.'),
    unit: z.string(),
    contributions: z.record(z.string(), share()).describe('Share of each series in the score.'),
    evidence: z.record(z.string(), share()).describe('Share of each kind of evidence in the score.'),
    reason: z.string().describe('One sentence: the deviation, its size, since when, how certain.'),
    incident: z.string().nullable().describe('Id of the incident.'),
  })
  .meta({ title: 'episode' });

const habit = z
  .strictObject({
    schema: version,
    event_type: z.literal('habit'),
    id: z.string().describe('Of the habit; the same readings give the same id.'),
    message_id: z.string(),
    at: time().describe('When it became a habit.'),
    stream: z.string(),
    series: z.string().describe('The series whose events they are.'),
    label: z.string().nullable(),
    since: time().describe('When the event came first.'),
    last: time().describe('When it came last.'),
    from: real().nullable().describe('The value before it.'),
    to: real().nullable().describe('Its farthest value.'),
    length_ms: real().min(0).describe('How long it stays at the farthest value, in milliseconds.'),
    per_week: real().min(0).describe('How many times a week it comes.'),
    unit: z.string(),
    reason: z.string().describe('One sentence with these numbers.'),
  })
  .meta({ title: 'habit' });

const mode = z
  .strictObject({
    schema: version,
    event_type: z.literal('mode'),
    id: z.string().describe('Of the return; the same readings give the same id.'),
    message_id: z.string(),
    at: time().describe('When the level was recognised.'),
    stream: z.string(),
    series: z.string().describe('The series that has come back to the level.'),
    label: z.string().nullable(),
    from: real().nullable().describe('The level that it left: the mean.'),
    level: real().nullable().describe('The level to which it has come back: the mean.'),
    since: time().nullable().describe('Since when the level counts as normal; null where that is not known.'),
    last: time().nullable().describe('When the series left it before; null where that is not known.'),
    times: count().describe('How many times it has come to it, this time included.'),
    unit: z.string(),
    reason: z.string().describe('One sentence with these numbers.'),
  })
  .meta({ title: 'mode' });

/** The kinds of messages on `<prefix>/<site>/series/<slug>/event`. */
export const eventSchema = z.discriminatedUnion('event_type', [episode, habit, mode]);

export const incidentSchema = z.strictObject({
  schema: version,
  event_type: z.enum(['opened', 'updated', 'closed']),
  id: z.string().describe('Id of its first episode.'),
  message_id: z.string(),
  at: time(),
  severity: severity().describe('The worst that any of its episodes has reached; never falls.'),
  start: time().describe('Start of its first episode.'),
  end: time().nullable().describe('End of its last episode; null while one is open.'),
  episodes: count(),
  open: count().describe('How many of its episodes are open.'),
  series: z.array(z.string()).describe('The leading series of its episodes, the first 20.'),
  reason: z.string().describe('That of its first episode when it opened.'),
});

export type StateMessage = z.output<typeof stateSchema>;
export type HealthMessage = z.output<typeof healthSchema>;
export type EpisodeMessage = z.output<typeof episode>;
export type HabitMessage = z.output<typeof habit>;
export type ModeMessage = z.output<typeof mode>;
export type IncidentMessage = z.output<typeof incidentSchema>;
