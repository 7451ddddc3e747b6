import type { KV } from '@nats-io/kv';
import type { StreamConfig } from '@nats-io/jetstream';
import { AppError } from '../../errors.ts';
import { isAway, refusalOf, type Nats } from './connection.ts';
import type { Names } from './names.ts';

export interface StreamOptions {
  readonly names: Names;
  /** One for each topic filter: the subjects of its readings, and those with the partition in front. */
  readonly transforms: readonly { readonly src: string; readonly dest: string }[];
  /** Whether commands over MQTT are carried out. */
  readonly commands: boolean;
  readonly maxBytes: number;
  readonly deduplicateMs: number;
  readonly leaseMs: number;
  readonly replicas: number;
}

/** The small buckets of a site; `StateStore` has the large one. */
export interface Buckets {
  readonly partitions: KV;
  readonly workers: KV;
}

const LAYOUT = 'layout';
const DAY_MS = 86_400_000;
/** Copies of readings that wait to be taken over into the stream of all readings. */
const INPUT_AGE_MS = 3_600_000;
const ALERT_AGE_MS = 90 * DAY_MS;
/** Of the size of the stream of readings, the part of each other stream: the server reserves what a stream may have. */
const OTHER_SHARE = 1 / 16;
const MIN_BYTES = 16e6;
const NAME_IN_USE = 10058;
const NOT_FOUND = 10059;
/** The server cannot reserve the size of a stream, on its disk or within the limit of the account. */
const NO_STORAGE: readonly (number | null)[] = [10047, 10002];
const nanos = (ms: number): number => ms * 1e6;

/**
 * Makes the streams and buckets, or brings them up to date. Rejects with `cluster_mismatch` where they were made for other partitions.
 *
 * A stream has one subject transform. So the stream of readings takes the readings of the first topic filter itself, and copies those of
 * each further one from a stream with a transform of its own (`sources`). All readings of a partition are thus in one order.
 */
export async function makeStreams(nats: Nats, options: StreamOptions): Promise<Buckets> {
  const { names, transforms, commands, maxBytes, deduplicateMs, leaseMs, replicas } = options;
  const { subjects } = names;
  const kept = { replicas, storage: 'file' } as const;
  const partitions = await nats.kv.create(names.partitions, { ...kept, history: 1 });
  const first = await agree(partitions, transforms);
  const put = async (config: Partial<StreamConfig> & { readonly name: string }): Promise<void> => {
    const own = Math.max(MIN_BYTES, Math.round(maxBytes * OTHER_SHARE));
    const complete = { storage: 'file', num_replicas: replicas, max_bytes: own, ...config } as const;
    // An existing stream is not added again: the server would ask for its size a second time.
    const update = () => nats.jsm.streams.update(config.name, complete);
    try {
      await update().catch(async (error: unknown) => {
        if (refusalOf(error) !== NOT_FOUND) throw error;
        await nats.jsm.streams.add(complete);
      });
    } catch (error) {
      if (NO_STORAGE.includes(refusalOf(error))) throw noStorage(config.name, complete.max_bytes, error);
      if (refusalOf(error) !== NAME_IN_USE) throw error;
      await update(); // another worker was first
    }
  };
  const others = transforms.filter(({ src }) => src !== first);
  for (const transform of others)
    await put({
      name: names.input(transform.src),
      subjects: [transform.src],
      subject_transform: transform,
      max_age: nanos(INPUT_AGE_MS),
    });
  const direct = transforms.find(({ src }) => src === first);
  const control = [subjects.tick('*'), subjects.wake('*'), ...(commands ? subjects.commands : [])];
  await put({
    name: names.readings,
    max_bytes: maxBytes,
    subjects: [...(direct === undefined ? [] : [direct.src]), ...control],
    ...(direct === undefined ? {} : { subject_transform: direct }),
    ...(others.length === 0 ? {} : { sources: others.map(({ src }) => ({ name: names.input(src) })) }),
    allow_direct: true,
  });
  const events = { max_age: nanos(Math.max(ALERT_AGE_MS, deduplicateMs)), duplicate_window: nanos(deduplicateMs) };
  await put({
    name: names.alerts,
    subjects: [`${subjects.alerts}.>`],
    // After the check for duplicates: clients that subscribe get each alert once.
    republish: { src: `${subjects.alerts}.>`, dest: `${subjects.own}.>` },
    ...events,
  });
  await put({ name: names.anomalies, subjects: [`${subjects.anomalies}.>`], ...events });
  await put({
    name: names.states,
    subjects: [`${subjects.states}.>`],
    max_msgs_per_subject: 1,
    republish: { src: `${subjects.states}.*`, dest: `${subjects.own}.series.{{wildcard(1)}}.state` },
  });
  await nats.kv.create(names.state, { ...kept, history: 1 });
  return { partitions, workers: await nats.kv.create(names.workers, { ...kept, history: 1, ttl: leaseMs }) };
}

const noStorage = (stream: string, bytes: number, cause: unknown): AppError =>
  new AppError(
    'cluster_unavailable',
    `the NATS server cannot reserve ${Math.round(bytes / 1e6)} MB for the stream ${stream}: raise max_file_store in its configuration, or lower cluster.max_megabytes`,
    { cause },
  );

/**
 * Compares the transforms with those for which the streams were made, and adds new ones. Returns the subjects of the first one of all.
 * Readings of a known subject must stay in their partition: the learned state is there.
 */
async function agree(bucket: KV, transforms: StreamOptions['transforms']): Promise<string> {
  for (;;) {
    const entry = await bucket.get(LAYOUT);
    const known = entry === null ? [] : entry.json<StreamOptions['transforms']>();
    refuseOther(known, transforms);
    const added = transforms.filter(({ src }) => known.every((each) => each.src !== src));
    const all = [...known, ...added];
    if (added.length === 0) return all[0].src;
    try {
      if (entry === null) await bucket.create(LAYOUT, JSON.stringify(all));
      else await bucket.update(LAYOUT, JSON.stringify(all), entry.revision);
      return all[0].src;
    } catch (error) {
      if (refusalOf(error) === null) throw error; // else another worker was first
    }
  }
}

/** Throws `cluster_mismatch` for transforms that would put the readings of a known subject into another partition. */
function refuseOther(known: StreamOptions['transforms'], transforms: StreamOptions['transforms']): void {
  for (const { src, dest } of transforms) {
    const before = known.find((each) => each.src === src);
    if (before !== undefined && before.dest !== dest)
      throw new AppError(
        'cluster_mismatch',
        `the readings of ${src} are distributed as ${before.dest}, and the site file now gives ${dest}: set cluster.partitions, cluster.key and the groups as before, or give the site another name to begin anew`,
      );
  }
}

/** The bucket with the partitions of a site, as its workers have made it. Rejects where they have made none, or for other partitions. */
export async function openPartitions(
  nats: Nats,
  { names, transforms }: Pick<StreamOptions, 'names' | 'transforms'>,
): Promise<KV> {
  const partitions = await nats.kv.open(names.partitions);
  const entry = await partitions.get(LAYOUT).catch((error: unknown) => {
    if (isAway(error)) throw error;
    return null;
  });
  if (entry === null)
    throw new AppError(
      'cluster_unavailable',
      `${nats.connection.getServer()} has no bucket ${names.partitions}: no worker of this site has run with this server`,
    );
  refuseOther(entry.json<StreamOptions['transforms']>(), transforms);
  return partitions;
}
