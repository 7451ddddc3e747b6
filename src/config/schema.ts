import { z } from 'zod';
import { settleName } from './names.ts';
import { RATE_UNITS } from '../detect/reading.ts';
import { rateUnit } from '../detect/sensor/counter.ts';
import * as v from './vocabulary.ts';

/*
 * Every option of a site file, once: its type, its default and one sentence for the operator. Types, the reference
 * page and the editor schema follow from here. Keys are snake_case in the file and camelCase once read; durations are
 * milliseconds once read; an option without a default that was not given is absent.
 */

const { section, option, optional, whole, real, duration } = v;

const tuningShape = {
  network: option(
    z.boolean(),
    true,
    'Whether a network learns to forecast; without one a seasonal density of steps does, at a fraction of the cost.',
  ),
  cell: option(
    z.enum(['gru', 'lstm', 'rnn', 'elementwise']),
    'gru',
    'Kind of recurrent cell: gru suits most sensors, lstm remembers more, rnn is the smallest, elementwise learns by rtrl exactly at the least cost, as its units do not talk to each other.',
  ),
  peepholes: option(z.boolean(), false, 'Lets the gates of an lstm see its memory, for exact timing.'),
  learner: option(
    z.enum(['tbptt', 'snap1', 'rtrl']),
    'tbptt',
    'How the network learns: tbptt takes an error back over horizon readings; snap1 has no horizon, is 2 to 3 times cheaper and forgets what units do to each other; rtrl is exact through all of the past, at a cost that grows with the fourth power of hidden_size.',
  ),
  hidden_size: option(whole(1, 128), 16, 'Units in the network; time and memory per reading grow with the square.'),
  horizon: option(whole(1, 256), 16, 'Readings over which tbptt traces an error back in time.'),
  train_every: option(
    whole(1, 256),
    1,
    'Readings from one learning of tbptt to the next; more cost less and learn more slowly.',
  ),
  learning_rate: option(v.positive(0.1), 0.003, 'Size of a learning step; higher adapts faster and forgets faster.'),
  seed: option(
    whole(0, 4_294_967_295),
    1,
    'Seed of the random numbers; the same seed and readings give the same results.',
  ),
  warmup: option(whole(1, 1_000_000), 400, 'Readings to learn from before the first alarm.'),
  warmup_time: option(duration(), '0s', 'Time that must also have passed before the first alarm.'),
  on_anomaly: option(
    z.enum(['hold', 'absorb']),
    'hold',
    'What becomes of a change that lasts: hold keeps it an alarm for 400 readings and learns it only slowly after that, absorb takes it for the new normal.',
  ),
  sensitivity: option(real(0.1, 10), 1, 'Above 1 alarms sooner and more often, below 1 later and less often.'),
  alarms_per_week: option(
    real(0.01, 1000),
    1,
    'False alarms a week to put up with, of each series or group; fewer means that more is missed.',
  ),
  min_duration: option(duration(), '0s', 'How long a deviation must last before it is reported.'),
  close_after: option(whole(1, 100_000), 3, 'Readings under the line after which an anomaly is over.'),
  hysteresis: option(real(0, 1), 0.7, 'Where the line for "over" lies, as a share of the line for "begun".'),
  cool_down: option(
    duration(),
    '1h',
    'Time after an anomaly in which only a worse one of the same series alerts; at most sixty usual intervals.',
  ),
  silent_after: option(
    v.durationOrWord(),
    'auto',
    'Time without a reading after which a sensor is silent; auto learns it.',
  ),
  stuck_after: option(
    v.countOrWord(2),
    'auto',
    'Equal readings in a row after which a sensor is stuck; auto learns it.',
  ),
};

/** Complete: the site's defaults. */
export const tuningSchema = section(tuningShape);

/** What a field or a group says differently from its site. */
export const overrideSchema = section(v.overriding(tuningShape));

/** The name of a series that is given none. */
export const DEFAULT_NAME = '{topic}-{path}';

const fieldShape = {
  path: option(v.jsonPath(), '', 'Where the number stands in a JSON payload; "" when the payload is the number.'),
  name: option(
    v.nameTemplate(),
    DEFAULT_NAME,
    'Name of the series: {1} is what the first wildcard matched, {topic} the topic, {path} the path.',
  ),
  label: optional(v.label(), 'Display name of the series in alerts, for example Boiler flow. Topics keep the name.'),
  unit: option(z.string({ error: 'expected text' }), '', 'Unit shown in alerts, for example °C.'),
  range: option(
    v.range(),
    null,
    'Physically possible values; a reading outside is a sensor fault and is never learnt.',
  ),
  max_step: optional(
    v.positive(1e30),
    'Furthest that a value can move from one reading to the next, in the usual interval; a larger step is a sensor fault and is never learnt.',
  ),
  missing_values: option(
    z.array(z.number({ error: 'expected a number' })),
    [],
    'Numbers that the sensor says when it has no value, such as -9999; they count as nothing said.',
  ),
  counter: optional(
    z.enum(RATE_UNITS),
    'The value counts up, as meters of energy, water or rain do: what is watched is its rise in a second, minute, hour or day.',
  ),
  only: option(
    z.enum(['both', 'above', 'below']),
    'both',
    'Which deviations matter: above what is expected, below it, or both.',
  ),
  min_deviation: option(
    real(0, 1e12),
    0,
    'Least deviation from what is expected, in the unit of the series, that may be an alarm.',
  ),
  min_deviation_percent: option(
    real(0, 1e6),
    0,
    'Least deviation that may be an alarm in percent of what is expected; with min_deviation both must be reached.',
  ),
  tuning: option(overrideSchema, {}, 'Any option of the site-wide tuning, for these series alone.'),
};

/** What stands in a field, or beside the topic where there are no fields. */
export const FIELD_KEYS = Object.keys(fieldShape);

const inputShape = {
  topic: v.topicFilter().describe('What to subscribe to: an MQTT topic filter, with + and # as wildcards.'),
  ...fieldShape,
  fields: optional(
    z.array(section(fieldShape)).min(1, { error: 'expected at least one field' }),
    'Several numbers of one payload, each with its own path to tuning; none of these then beside the topic.',
  ),
  each: option(
    v.jsonPath().nullable(),
    null,
    'JSON path of a list whose elements are readings one by one; "" when the payload is the list.',
  ),
  time: option(
    v.jsonPath().nullable(),
    null,
    'JSON path of the time of the reading, in the element or else in the payload; null for the time of arrival.',
  ),
  timezone: option(
    v.timezone().nullable(),
    null,
    'Time zone of payload times without one, where it is not that of the site.',
  ),
};

export const INPUT_KEYS = Object.keys(inputShape);

export const inputSchema = section(inputShape).transform(({ topic, each, time, timezone, fields, ...only }) => ({
  topic,
  each,
  time,
  timezone,
  fields: (fields ?? [only]).map((field) => ({
    ...field,
    name: settleName(field.name, topic, field.path),
    unit: field.counter === undefined ? field.unit : rateUnit(field.unit, field.counter),
  })),
}));

export const groupSchema = section({
  series: z
    .array(v.slug())
    .min(2, { error: 'expected at least two series; one alone needs no group' })
    .describe('Names of the series that one network learns together.'),
  tuning: option(overrideSchema, {}, 'Any option of the site-wide tuning, for this group alone.'),
});

const tlsSchema = section({
  ca: optional(v.filePath(), 'Certificate authority to trust, a PEM file; without it those of the system.'),
  cert: optional(v.filePath(), 'Our own certificate, a PEM file; goes together with key.'),
  key: optional(v.filePath(), 'The private key of our own certificate, a PEM file.'),
  server_name: optional(v.text(), 'Name in the certificate of the broker, if not the host in url.'),
  reject_unauthorized: option(
    z.boolean(),
    true,
    'Refuses a broker without a valid certificate; false is for tests only.',
  ),
});

export const mqttSchema = section({
  url: v.brokerUrl().describe('The broker: mqtt://, mqtts://, ws:// or wss://, then host and port.'),
  username: optional(v.text(), 'Username at the broker.'),
  password: optional(v.text(), 'Password at the broker; better as !secret, !env or a password_file.'),
  password_file: optional(
    v.filePath(),
    'File that holds the password; without either, $CREDENTIALS_DIRECTORY/mqtt-password is read if there.',
  ),
  client_id: option(v.text(), 'zankyo-<site>', 'Our name at the broker, unique there; <site> stands for site.'),
  prefix: option(v.topicPrefix(), 'zankyo', 'First level or levels of all topics we publish on.'),
  protocol: option(z.literal(['auto', 5, 4]), 'auto', 'MQTT version: 5, or 4 for 3.1.1; auto tries 5 first.'),
  keepalive: option(
    duration('0s', '18h'),
    '15s',
    'Silence after which we ask whether the broker is there; one that is gone is noticed within 1.5 times this. 0s never asks.',
  ),
  connect_timeout: option(duration('1s', '1h'), '10s', 'How long an attempt to connect may take.'),
  tls: option(tlsSchema, {}, 'Certificates, for mqtts:// and wss://.'),
});

const publishSchema = section({
  state_every: option(duration('1s', '1d'), '10s', 'Shortest time between two states of the same series.'),
});

const incidentsSchema = section({
  window: option(
    duration(),
    '10m',
    'How long after the first alert of an incident those of other series join it; 0s keeps each by itself.',
  ),
});

const commitSchema = section({
  every: option(
    duration('0s', '10m'),
    '30s',
    'Longest time that what was heard waits to be written, to spare the card; the broker keeps messages until then, so at QoS 1 a power cut loses nothing, and at QoS 0 at most this much.',
  ),
});

const snapshotsSchema = section({
  every: option(
    duration('1s', '1d'),
    '4h',
    'How often learnt state is saved as a whole; what was heard since is gone through again at a start, so a power cut loses nothing.',
  ),
});

const quarantineSchema = section({
  rows: option(whole(0, 1_000_000), 1000, 'How many unreadable messages are kept for inspection, the newest ones.'),
});

const retentionSchema = section({
  keep: option(
    v.durationOrForever('1d'),
    '400d',
    'How long anomalies and unreadable messages are kept after they were over; the newest 100 anomalies always are.',
  ),
  max_megabytes: option(
    whole(16, 1_000_000),
    1024,
    'How large the database may grow, in millions of bytes, before the oldest anomalies go; what was learned never does.',
  ),
});

const logSchema = section({
  level: option(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'info',
    'Lowest level of the lines that are logged.',
  ),
  format: option(
    z.enum(['auto', 'json', 'pretty', 'journal']),
    'auto',
    'Form of the log lines. `pretty`: for people. `journal`: with the priority that systemd reads. `json`: one object per line, times in ISO 8601. `auto`: pretty on a terminal, journal where stderr is the systemd journal, else json.',
  ),
});

export const siteSchema = section({
  site: v.slug().describe('Name of the site, part of every topic we publish on.'),
  database: option(
    v.filePath(),
    'zankyo.db',
    'Where anomalies and learnt state are kept; relative to $STATE_DIRECTORY if set, else to the working directory.',
  ),
  timezone: option(
    v.timezone().nullable(),
    null,
    'Time zone of the site: of its days and weeks, and of payload times without one, as Tasmota sends them; null for days in UTC.',
  ),
  mqtt: mqttSchema.describe('The broker that readings come from and alerts go to.'),
  inputs: z
    .array(inputSchema)
    .min(1, { error: 'expected at least one input' })
    .describe('What to listen to: a list of topics and the numbers in their payloads.'),
  groups: option(z.record(v.slug(), groupSchema), {}, 'Series to learn together, under a name for each group.'),
  tuning: option(tuningSchema, {}, 'How to learn and when to alarm: the defaults for every series and group.'),
  publish: option(publishSchema, {}, 'What we publish.'),
  incidents: option(incidentsSchema, {}, 'Alerts of a site that come together.'),
  commit: option(commitSchema, {}, 'Writing what was heard.'),
  snapshots: option(snapshotsSchema, {}, 'Saving what was learnt.'),
  quarantine: option(quarantineSchema, {}, 'Keeping what could not be read.'),
  retention: option(retentionSchema, {}, 'How long and how much is kept.'),
  max_series: option(whole(1, 100_000), 500, 'Series to follow at most; readings of others are counted and left.'),
  log: option(logSchema, {}, 'Our own log.'),
});

/** A site as read: defaults filled in, fields uniform, paths absolute, the password found. */
export type Site = z.output<typeof siteSchema>;
export type InputOptions = z.output<typeof inputSchema>;
export type FieldOptions = InputOptions['fields'][number];
export type GroupOptions = z.output<typeof groupSchema>;
export type Tuning = z.output<typeof tuningSchema>;
export type TuningOverride = z.output<typeof overrideSchema>;

/** The tuning of one field or group: the site's, then its own. */
export const mergeTuning = (site: Tuning, override: TuningOverride): Tuning => ({ ...site, ...override });
