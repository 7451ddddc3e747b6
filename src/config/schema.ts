import { z } from 'zod';
import { allOf, formatShape } from './format-schema.ts';
import { clusterSchema } from './cluster-schema.ts';
import { healthSchema } from './health-schema.ts';
import { historySchema } from './history-schema.ts';
import { homeAssistantSchema } from './home-assistant-schema.ts';
import { httpSchema } from './http-schema.ts';
import { holidaysSchema, maintenanceSchema } from './maintenance.ts';
import { settleName } from './names.ts';
import { notifySchema } from './notify-schema.ts';
import { reloadSchema } from './reload-schema.ts';
import { sparkplugSchema } from './sparkplug-schema.ts';
import { storageSchema } from './storage.ts';
import { RATE_UNITS } from '../detect/reading.ts';
import { rateUnit } from '../detect/sensor/counter.ts';
import { versionSchema } from './versions.ts';
import { workersSchema } from './workers-schema.ts';
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
    'Whether a recurrent network makes the forecasts; without it the baseline does (counts of steps for each hour of the day), at half the cost.',
  ),
  cell: option(
    z.enum(['gru', 'lstm', 'rnn', 'elementwise']),
    'gru',
    'Kind of recurrent cell. `gru` suits most sensors. `lstm` remembers more. `rnn` is the smallest. `elementwise`: units without connections to each other, for which rtrl is exact at the lowest cost.',
  ),
  peepholes: option(z.boolean(), false, 'Whether the gates of an lstm also read its memory cell, for exact timing.'),
  learner: option(
    z.enum(['tbptt', 'snap1', 'rtrl']),
    'tbptt',
    'Training algorithm. `tbptt` propagates an error back over `horizon` readings. `snap1` has no horizon, is 2 to 3 times cheaper and ignores the influence of units on each other. `rtrl` is exact through the whole past; its cost grows with the fourth power of hidden_size.',
  ),
  hidden_size: option(whole(1, 128), 16, 'Units of the network; time and memory per reading grow with the square.'),
  horizon: option(whole(1, 256), 16, 'Readings over which tbptt propagates an error back.'),
  train_every: option(
    whole(1, 256),
    1,
    'With tbptt, the network trains on every n-th reading. A larger number costs less and learns more slowly.',
  ),
  learning_rate: option(
    v.positive(0.1),
    0.003,
    'Learning rate of Adam. A higher rate adapts faster and forgets faster.',
  ),
  seed: option(
    whole(0, 4_294_967_295),
    1,
    'Seed of the random numbers; the same seed and readings give the same results.',
  ),
  warmup: option(
    whole(1, 1_000_000),
    400,
    'Number of readings before the first alarm; a tenth of them is enough once two days have passed.',
  ),
  warmup_time: option(duration(), '0s', 'Time before the first alarm; `warmup` must be reached as well.'),
  on_anomaly: option(
    z.enum(['hold', 'absorb']),
    'hold',
    'How to treat a persistent change. `hold`: keep the alarm and do not learn from it for `hold_for`. `absorb`: adapt to it at once.',
  ),
  hold_for: option(
    duration(),
    '1d',
    'With `on_anomaly: hold`, how long a deviation that does not end stays an alarm and is not learned; then it becomes the new normal.',
  ),
  sensitivity: option(
    real(0.1, 10),
    1,
    'Multiplies the rate that `alarms_per_week` allows: 2 allows ten times as many alarms, 0.5 a tenth. Twice as many: 1.23.',
  ),
  alarms_per_week: option(
    real(0.01, 1000),
    1,
    'About how many alarms per week, for each series or group: an event that comes more often is no alarm. A lower rate misses more.',
  ),
  min_duration: option(duration(), '0s', 'How long a deviation must last before it is reported.'),
  close_after: option(
    whole(1, 100_000),
    3,
    'An anomaly ends after this many readings in a row with a score of at most `hysteresis`.',
  ),
  hysteresis: option(
    real(0, 1),
    0.7,
    'Score up to which a reading counts as normal while an anomaly is open; an anomaly opens above 1.',
  ),
  cool_down: option(
    duration(),
    '1h',
    'Time after an anomaly in which only a higher score of the same stream opens another one.',
  ),
  silent_after: option(
    v.durationOrWord(),
    'auto',
    'Time without a reading after which a sensor is reported as silent. `auto`: learned from its intervals. `never`: off.',
  ),
  stuck_after: option(
    v.countOrWord(2),
    'auto',
    'Equal readings in a row after which a sensor is reported as stuck. `auto`: learned from its repetitions. `never`: off.',
  ),
};

/** Complete: the site's defaults. */
export const tuningSchema = section(tuningShape);

/** The options in which a field or a group differs from its site. */
export const overrideSchema = section(v.overriding(tuningShape));

/** The name of a series that is given none. */
export const DEFAULT_NAME = '{topic}-{path}';

const fieldShape = {
  path: option(v.jsonPath(), '', 'JSON path of the number in the payload; "" when the payload is the number.'),
  name: option(
    v.nameTemplate(),
    DEFAULT_NAME,
    'Name of the series: {1} is the text that the first wildcard matched, {topic} the whole topic, {path} the path.',
  ),
  label: optional(v.label(), 'Display name of the series in alerts, for example Boiler flow. Topics keep the name.'),
  unit: option(z.string({ error: 'expected text' }), '', 'Unit in alerts, for example °C.'),
  range: option(
    v.range(),
    null,
    'Physically possible values; a reading outside is a sensor fault and is never learned.',
  ),
  max_step: optional(
    v.positive(1e30),
    'Largest possible change from one reading to the next, in the usual interval; a larger one is a sensor fault and is never learned.',
  ),
  missing_values: option(
    z.array(z.number({ error: 'expected a number' })),
    [],
    'Numbers that the sensor sends when it has no value, such as -9999; they are counted and not used.',
  ),
  counter: optional(
    z.enum(RATE_UNITS),
    'For a value that counts up, as a meter of energy, water or rain: its rise per second, minute, hour or day is monitored.',
  ),
  only: option(
    z.enum(['both', 'above', 'below']),
    'both',
    'Which deviations can be an alarm: above the expected value, below it, or both.',
  ),
  min_deviation: option(
    real(0, 1e12),
    0,
    'Smallest deviation from the expected value that can be an alarm, in the unit of the series.',
  ),
  min_deviation_percent: option(
    real(0, 1e6),
    0,
    'Smallest deviation that can be an alarm, in percent of the expected value. With min_deviation both must be reached.',
  ),
  tuning: option(overrideSchema, {}, "Any option of the site's tuning, for these series alone."),
};

/** The options of a field, or of an input without fields. */
export const FIELD_KEYS = Object.keys(fieldShape);

const inputShape = {
  topic: v.topicFilter().describe('MQTT topic filter to subscribe to, with + and # as wildcards.'),
  ...fieldShape,
  fields: optional(
    z
      .union([
        z.array(section(fieldShape)).min(1, { error: 'expected at least one field' }),
        z.literal('all', { error: 'expected all, or a list of fields' }),
      ])
      .meta({ title: 'all, or list of sections' }),
    'Several numbers of one payload, each with its own `path`, `name` ... `tuning`; these options then stand in the list and not beside the topic. `all`: every number that is a signal, as its format names it; this is the default where nothing beside the topic names a number.',
  ),
  ...formatShape,
  each: option(
    v.jsonPath().nullable(),
    null,
    'JSON path of a list in which each element is a reading; "" when the payload is the list.',
  ),
  time: option(
    v.jsonPath().nullable(),
    null,
    'JSON path of the time of the reading, in the element or else in the payload; null: time of arrival.',
  ),
  timezone: option(
    v.timezone().nullable(),
    null,
    'Time zone of payload times that have none, if it is not the zone of the site.',
  ),
};

export const INPUT_KEYS = Object.keys(inputShape);

export const inputSchema = section(inputShape).transform((input) => {
  const { topic, each, time, timezone, fields, format, include, exclude, precision, decimalComma, ...only } = input;
  const all = allOf({ format, include, exclude, precision, fields }, { each, ...only }, DEFAULT_NAME);
  return {
    ...{ topic, each, time, timezone, decimalComma, all },
    fields: (fields === undefined || fields === 'all' ? [only] : fields).map((field) => ({
      ...field,
      name: settleName(field.name, topic, field.path),
      unit: field.counter === undefined ? field.unit : rateUnit(field.unit, field.counter),
    })),
  };
});

export const groupSchema = section({
  series: z
    .array(v.slug())
    .min(2, { error: 'expected at least two series; one alone needs no group' })
    .describe('Names of the series that one network learns together.'),
  tuning: option(overrideSchema, {}, "Any option of the site's tuning, for this group alone."),
});

const tlsSchema = section({
  ca: optional(v.filePath(), 'Certificate authority to trust, a PEM file; default: those that Node trusts.'),
  cert: optional(v.filePath(), 'Client certificate, a PEM file; requires key.'),
  key: optional(v.filePath(), 'Private key of the client certificate, a PEM file.'),
  server_name: optional(v.text(), 'Name in the certificate of the broker, if it is not the host in url.'),
  reject_unauthorized: option(
    z.boolean(),
    true,
    'Whether a broker without a valid certificate is refused; false is for tests only.',
  ),
});

export const mqttSchema = section({
  url: v.brokerUrl().describe('The broker: mqtt://, mqtts://, ws:// or wss://, then host and port.'),
  username: optional(v.text(), 'User name at the broker.'),
  password: optional(v.text(), 'Password at the broker; !secret, !env and password_file keep it out of this file.'),
  password_file: optional(
    v.filePath(),
    'File with the password. If neither is given, $CREDENTIALS_DIRECTORY/mqtt-password is read if it exists.',
  ),
  client_id: option(
    v.text(),
    'zankyo-<site>',
    'MQTT client id, unique at the broker; <site> stands for the name of the site.',
  ),
  prefix: option(v.topicPrefix(), 'zankyo', 'First level or levels of all topics that zankyo publishes on.'),
  protocol: option(z.literal(['auto', 5, 4]), 'auto', 'MQTT version: 5, or 4 for 3.1.1; auto tries 5 first.'),
  keepalive: option(
    duration('0s', '18h'),
    '15s',
    'MQTT keep-alive interval; a lost connection is detected within 1.5 times this. 0s: off.',
  ),
  connect_timeout: option(duration('1s', '1h'), '10s', 'Time limit for an attempt to connect.'),
  tls: option(tlsSchema, {}, 'Certificates, for mqtts:// and wss://.'),
});

const publishSchema = section({
  state_every: option(duration('1s', '1d'), '10s', 'Shortest time between two published states of one series.'),
});

const incidentsSchema = section({
  window: option(
    duration(),
    '10m',
    'Alerts of other series within this time after the first one of an incident join it. 0s: each alert is an incident of its own.',
  ),
});

const commandsSchema = section({
  mqtt: option(
    z.boolean(),
    false,
    'Whether commands over MQTT are carried out, from every client that the broker lets publish them. The command line works in any case.',
  ),
});

const commitSchema = section({
  every: option(
    duration('0s', '10m'),
    '30s',
    'Longest time that readings wait to be written, to spare the card. The broker stores QoS 1 messages until then: a power failure loses no QoS 1 message, and QoS 0 messages of at most this time.',
  ),
});

const snapshotsSchema = section({
  every: option(
    duration('1s', '1d'),
    '4h',
    'How often the whole learned state is saved; a start processes the readings since then again, from the journal.',
  ),
});

const quarantineSchema = section({
  rows: option(
    whole(0, 1_000_000),
    1000,
    'Number of rejected messages that are stored for inspection, the newest ones.',
  ),
});

const retentionSchema = section({
  keep: option(
    v.durationOrForever('1d'),
    '400d',
    'How long anomalies are kept after their end, and rejected messages. The newest 100 anomalies are always kept.',
  ),
  max_megabytes: option(
    whole(16, 1_000_000),
    1024,
    'Size of the database, in millions of bytes, above which the oldest anomalies are deleted; learned state never is.',
  ),
});

export const logSchema = section({
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
  version: versionSchema,
  base: optional(
    v.filePath(),
    'Another file with options, relative to this one. Options that stand here replace those of the base, section by section.',
  ),
  site: v.slug().describe('Name of the site, part of every topic that zankyo publishes on.'),
  database: option(
    v.filePath(),
    'zankyo.db',
    'Database file for anomalies and learned state; relative to $STATE_DIRECTORY if set, else to the working directory.',
  ),
  timezone: option(
    v.timezone().nullable(),
    null,
    'Time zone of the site: for the time of day and the day of the week, for the times in alert sentences, and for payload times that have none, as Tasmota sends them. null: UTC.',
  ),
  mqtt: mqttSchema.describe('The broker for readings and alerts.'),
  inputs: z
    .array(inputSchema)
    .min(1, { error: 'expected at least one input' })
    .describe('Topics to subscribe to, and the numbers in their payloads.'),
  groups: option(
    z.record(v.slug(), groupSchema),
    {},
    'Series that one network learns together, under a name for each group.',
  ),
  tuning: option(tuningSchema, {}, 'How to learn and when to alarm; the defaults for every series and group.'),
  sparkplug: option(sparkplugSchema, {}, 'Sparkplug B.'),
  publish: option(publishSchema, {}, 'Published states.'),
  incidents: option(incidentsSchema, {}, 'Alerts that belong together.'),
  maintenance: option(
    maintenanceSchema,
    [],
    'Maintenance windows: alerts are held back, nothing is learned, and silence is not counted.',
  ),
  holidays: option(holidaysSchema, {}, 'Days on which the day of the week counts as Sunday.'),
  commands: option(commandsSchema, {}, 'Commands of the operator, such as answers to alerts.'),
  home_assistant: option(homeAssistantSchema, {}, 'Home Assistant.'),
  notify: option(
    notifySchema,
    {},
    'Notifications for people: where each alarm is sent, under a name of your choice for each target.',
  ),
  storage: storageSchema,
  commit: option(commitSchema, {}, 'Writing readings to the disk.'),
  snapshots: option(snapshotsSchema, {}, 'Saving the learned state.'),
  quarantine: option(quarantineSchema, {}, 'Storing rejected messages.'),
  retention: option(retentionSchema, {}, 'Retention: time and size limits of the database.'),
  history: option(historySchema, {}, 'History of the series for charts.'),
  health: option(healthSchema, {}, 'Problems of the service itself.'),
  http: option(httpSchema, {}, 'Dashboard, metrics and health over HTTP.'),
  cluster: optional(
    clusterSchema,
    'Fleet mode: this process is one of several workers that share the readings of a NATS JetStream server.',
  ),
  workers: workersSchema,
  max_series: option(whole(1, 100_000), 500, 'Largest number of series; readings of others are counted and dropped.'),
  reload: option(reloadSchema, {}, 'Putting a changed site file in force while the service runs.'),
  log: option(logSchema, {}, 'The log of the service.'),
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
