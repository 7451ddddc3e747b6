import { z } from 'zod';
import { httpSchema } from '../schema/http.ts';
import { logSchema } from '../schema/log.ts';
import { mqttSchema } from '../schema/mqtt.ts';
import { natsSchema } from '../schema/nats.ts';
import * as v from '../schema/vocabulary.ts';

const { section, option, optional } = v;

/** Credentials inside the URL would end up in logs; they have options of their own. */
const postgresUrl = () => {
  const error = 'expected postgres://, then host and database, with no username or password in it';
  return z
    .string({ error })
    .regex(/^postgres(ql)?:\/\/[^\s/@?]*\/[^\s/@?]+$/, { error })
    .meta({ title: 'URL' });
};

const postgresSchema = section({
  url: postgresUrl().describe('Host, port and database, for example postgres://db.example.org:5432/zankyo.'),
  username: optional(v.text(), 'User name at the PostgreSQL server.'),
  password: optional(
    v.text(),
    'Password at the PostgreSQL server; best as !secret name or !env NAME. Default: the systemd credential postgres-password.',
  ),
  tls: option(
    z.boolean(),
    false,
    'Whether the connection is encrypted, and the certificate of the server is checked: its authority, and the host of url.',
  ),
  ca: optional(
    v.filePath(),
    'PEM file of the authority that signed the certificate of the server; default: those that Node trusts. Needs tls: true.',
  ),
});

/** `site/series`; `*` stands for any characters. */
const seriesPattern = () => {
  const error = 'expected site/series, with * for any characters, such as */pump-*-flow';
  return z
    .string({ error })
    .regex(/^[a-z0-9_*-]+\/[a-z0-9_*-]+$/, { error })
    .meta({ title: 'site/series' });
};

const assetsSchema = section({
  name: v.label().describe('Name of the class, for example circulation pumps.'),
  series: z
    .array(seriesPattern())
    .min(1, { error: 'expected at least one pattern' })
    .describe('Series that measure the same quantity of like assets, as site/series; * stands for any characters.'),
});

const learnedSchema = section({
  versions: option(v.whole(1, 10), 2, 'Learned states of one stream that are kept; a further one replaces the oldest.'),
  max_megabytes: option(
    v.whole(1, 1000),
    32,
    'Megabytes of learned states of one site. Above this the older states of a stream are deleted first; if that is not enough, a new state is refused.',
  ),
});

/** Every option of a hub file, once, as in schema.ts. */
export const hubSchema = section({
  name: option(v.slug(), 'hub', 'Name of the hub: of its MQTT session, its log-in and its alerts.'),
  timezone: option(v.timezone().nullable(), null, 'Time zone of the pages. null: UTC.'),
  mqtt: mqttSchema.describe('The broker with the messages of all sites. prefix is that of the sites.'),
  nats: optional(
    natsSchema,
    'The nats-server to which clusters publish, or their leaf nodes forward: the hub gets their alerts from its streams, also those of the time while it was away.',
  ),
  database: option(
    v.filePath(),
    'zankyo-hub.db',
    'Database file, unless postgres is given; relative to $STATE_DIRECTORY if set, else to the working directory. The tokens of the pages are beside it in any case.',
  ),
  postgres: optional(postgresSchema, 'A PostgreSQL server in place of the database file.'),
  sites: option(
    z.array(v.slug()),
    [],
    'Sites that must be there. One that has never sent a message is missing too; other sites are added with their first message.',
  ),
  missing_after: option(
    v.duration('2m', '30d'),
    '10m',
    'Time without a message after which a site is missing. A site publishes its health once a minute.',
  ),
  keep: option(
    v.durationOrForever('1d'),
    '400d',
    'How long alarms and incidents are kept after their end, and daily figures.',
  ),
  commands: option(
    z.boolean(),
    false,
    'Whether operators may send commands to sites from the pages. A site carries them out with commands.mqtt: true.',
  ),
  learned: option(learnedSchema, {}, 'Learned states of the sites, which a new site can begin with.'),
  alerts: option(
    z.boolean(),
    false,
    'Whether the alerts of the hub itself are published on <prefix>-hub/<name>/alert: a site is missing, an asset differs from its peers.',
  ),
  assets: option(z.array(assetsSchema), [], 'Classes of like assets, whose series are compared with each other.'),
  http: option(httpSchema, {}, 'The pages. Options as in a site file.'),
  log: option(logSchema, {}, 'The log. Options as in a site file.'),
});

/** A hub file as read: defaults filled in, paths absolute, passwords found. */
export type HubConfig = z.output<typeof hubSchema>;
export type AssetClass = HubConfig['assets'][number];
