import { z } from 'zod';
import { clusterSchema } from './cluster.ts';
import { healthSchema } from './health.ts';
import { historySchema } from './history.ts';
import { homeAssistantSchema } from './home-assistant.ts';
import { httpSchema } from './http.ts';
import { groupSchema, inputSchema } from './input.ts';
import { logSchema } from './log.ts';
import { holidaysSchema, maintenanceSchema } from './maintenance.ts';
import { mqttSchema } from './mqtt.ts';
import { notifySchema } from './notify.ts';
import { reloadSchema } from './reload.ts';
import { sparkplugSchema } from './sparkplug.ts';
import { storageSchema } from './storage.ts';
import { tuningSchema } from './tuning.ts';
import { versionSchema } from '../versions.ts';
import { workersSchema } from './workers.ts';
import * as v from './vocabulary.ts';

/*
 * Every option of a site file, once, here or in the file of its section: its type, its default and one sentence for the
 * operator. Types, the reference page and the editor schema follow from that. Keys are snake_case in the file and camelCase once read; durations are
 * milliseconds once read; an option without a default that was not given is absent.
 */

const { section, option, optional, whole, duration } = v;

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
