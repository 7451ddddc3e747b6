import { z } from 'zod';
import { natsShape } from './nats.ts';
import * as v from './vocabulary.ts';

const hubSchema = v.section({
  domain: v.option(v.text(), 'hub', 'JetStream domain of the hub.'),
  replicas: v.option(v.whole(1, 5), 1, 'Number of NATS servers of the hub that keep a copy of the alerts.'),
});

const keyError = 'expected all, or a list of wildcard numbers such as [1]';

/** `cluster` of a site file: the service is one worker of several, over NATS JetStream. */
export const clusterSchema = v.section({
  ...natsShape,
  hub: v.optional(
    hubSchema,
    'The NATS server of this site is a leaf node of a hub, which gets the alerts of all sites; {} for the defaults.',
  ),
  worker: v.option(
    v.text(),
    '<host>-<pid>',
    'Name of this worker, unique in the cluster; <host> stands for the name of the machine, <pid> for the process.',
  ),
  partitions: v.option(
    v.whole(1, 1024),
    64,
    'Number of partitions, the largest useful number of workers. It cannot change later without a new warm-up.',
  ),
  key: v.option(
    z
      .union([z.literal('all'), z.array(z.int().min(1).max(16)).min(1)], { error: keyError })
      .meta({ title: 'all or list' }),
    'all',
    'Wildcards of each topic filter that choose the partition, by number. Series of one group need the same text there. `all`: all wildcards.',
  ),
  group_keys: v.option(
    z.record(v.slug(), z.array(v.text()).min(1)),
    {},
    'Texts of the key wildcards for a group, by its name, where they are not lower-case as in the names of its series.',
  ),
  lease: v.option(
    v.duration('1s', '5m'),
    '3s',
    'Time after which the partitions of a worker that has died are free for others.',
  ),
  checkpoint_every: v.option(
    v.duration('1s', '1h'),
    '30s',
    'How often a worker saves the learned state of a partition with its place in the stream; after a takeover the readings since then are processed again.',
  ),
  max_megabytes: v.option(
    v.whole(16, 10_000_000),
    4096,
    'Size of the stream of readings, in millions of bytes, above which the oldest are deleted. It must hold all readings of an outage of the workers.',
  ),
  deduplicate: v.option(
    v.duration('2m', '30d'),
    '1d',
    'Time in which the servers drop a second copy of an alert: an outage of the workers that is shorter gives no alert twice.',
  ),
  replicas: v.option(
    v.whole(1, 5),
    1,
    'Number of NATS servers that keep a copy of each stream and bucket; 3 survive the loss of one.',
  ),
});

export type ClusterOptions = z.output<typeof clusterSchema>;
