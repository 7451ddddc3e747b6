import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { layoutOf } from '../../../config/cluster-layout.ts';
import type { ClusterOptions } from '../../../config/schema/cluster.ts';
import type { Site } from '../../../config/schema/site.ts';
import { AppError } from '../../../errors.ts';
import { encodeStreamFile, type StreamFile } from '../../../io/files/stream-file.ts';
import { sha256 } from '../../../io/mqtt/learned/chunk.ts';
import { connectNats } from '../../../io/nats/connection.ts';
import { namesOf } from '../../../io/nats/names.ts';
import { PartitionTable } from '../../../io/nats/partition-table.ts';
import { StateStore } from '../../../io/nats/state-store.ts';
import { openPartitions } from '../../../io/nats/streams.ts';
import type { Log } from '../../../log.ts';
import type { Kernel } from '../../../nn/kernel.ts';
import { compileGlobs } from '../../../stream/names/glob.ts';
import { writeOut } from '../../out-file.ts';
import { readStreamFile } from '../../transfer.ts';
import { donorsIn, makeDirectory, notExported, pathOf, type Donor, type Transferred } from '../../warm-start.ts';
import { natsOptionsOf } from '../nats-options.ts';
import { learnedIn } from './export.ts';
import { importInto, type Answer, type ImportOptions, type Offer } from './import.ts';
import { NOT_SAVED, SavedPartitions } from './saved-partitions.ts';

/*
 * `zankyo export` and `zankyo import` for a site with a cluster: on its NATS server in the place of a database, beside running workers.
 */

export interface OutsideOptions {
  readonly site: Site;
  readonly cluster: ClusterOptions;
  readonly kernel: () => Kernel | null;
  readonly log: Log;
}

/** Writes what a stream has learned to a file. Throws `stream_unknown` where no checkpoint has a state of it that fits the site file. */
export const exportFromCluster = (options: OutsideOptions, stream: string, out: string): Promise<StreamFile> =>
  connected(options, async (cluster) => {
    for await (const { file } of learnedIn(cluster.saved, cluster, (name) => name === stream))
      if (file !== null) {
        writeOut(out, encodeStreamFile(file));
        return file;
      }
    throw unknown(options.site, `no checkpoint has a state of "${stream}" that fits the site file`);
  });

/** The same for each stream whose name a pattern matches, each to a file of a directory. Throws `stream_unknown` where there is none. */
export const exportAllFromCluster = (
  options: OutsideOptions,
  pattern: string,
  directory: string,
): Promise<readonly Transferred[]> =>
  connected(options, async (cluster) => {
    const { site } = options.site;
    const done: Transferred[] = [];
    for await (const { stream, file } of learnedIn(cluster.saved, cluster, compileGlobs([pattern]))) {
      if (done.length === 0) makeDirectory(directory);
      const path = pathOf(directory, site, stream);
      if (file !== null) writeOut(path, encodeStreamFile(file));
      done.push(
        file === null
          ? notExported(site, stream)
          : { stream, file: path, from: site, samples: file.samples, problem: null },
      );
    }
    if (done.length === 0) throw unknown(options.site, `no checkpoint has a stream like "${pattern}"`);
    return done.toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
  });

/** Makes a file the start of a stream. Throws `stream_file_unreadable` where it does not fit, and for a stream that no checkpoint has. */
export async function importToCluster(
  options: OutsideOptions,
  path: string,
  stream: string | undefined,
): Promise<StreamFile & { readonly into: string; readonly text: string }> {
  const file = readStreamFile(path);
  const into = stream ?? file.stream;
  const donors = [{ path, stream: into, from: file.site, samples: file.samples }];
  const [{ problem, text }] = await warmStarted(options, [{ stream: into, donors }]);
  if (problem !== null) throw new AppError('stream_file_unreadable', `${path}: ${problem}`);
  return { ...file, into, text };
}

/** The files of a directory, for each stream that a pattern matches the one that fits and has learned from the most samples. */
export const warmStartCluster = (
  options: OutsideOptions,
  directory: string,
  pattern: string,
): Promise<readonly Transferred[]> => warmStarted(options, donorsIn(directory, pattern));

type Wanted = ReturnType<typeof donorsIn>[number];

/** All imports of a partition are one change of its checkpoint. */
const warmStarted = (
  options: OutsideOptions,
  wanted: readonly Wanted[],
): Promise<readonly (Transferred & { readonly text: string })[]> =>
  connected(options, async (cluster) => {
    const homes = new Map<number | null, Wanted[]>();
    for (const each of wanted) {
      const home = await cluster.saved.homeOf(each.stream);
      homes.set(home, [...(homes.get(home) ?? []), each]);
    }
    const done: (Transferred & { readonly text: string })[] = [];
    for (const [home, streams] of homes) {
      if (home === null) done.push(...streams.map((each) => resultOf(each, null, NOT_SAVED)));
      else {
        const offers = streams.map(({ stream, donors }) => donors.map((donor) => offerOf(stream, donor)));
        const answers = await importInto(home, offers, cluster);
        done.push(...streams.map((each, i) => resultOf(each, answers[i], answers[i].reply.text)));
      }
    }
    return done.toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
  });

function resultOf(
  { stream, donors }: Wanted,
  answer: Answer | null,
  text: string,
): Transferred & { readonly text: string } {
  if (answer?.reply.status !== 'done')
    return { stream, file: null, from: donors[0].from, samples: 0, problem: text, text };
  const { path, from, samples } = donors[answer.tried];
  return { stream, file: path, from, samples, problem: null, text };
}

/** As beside a database, what the stream has learned itself is replaced. */
function offerOf(stream: string, { path }: Donor): Offer {
  const id = `cli-${randomUUID()}`;
  return () => {
    const file = readFileSync(path);
    const command = { command: 'import', id, series: stream, sha256: sha256(file), replace: true };
    return { source: 'cli', payload: Buffer.from(JSON.stringify(command)), file };
  };
}

const unknown = ({ site }: Site, why: string): AppError => new AppError('stream_unknown', `site ${site}: ${why}`);

async function connected<T>(
  { site, cluster, kernel, log }: OutsideOptions,
  use: (cluster: ImportOptions) => Promise<T>,
): Promise<T> {
  const names = namesOf(site.site, site.mqtt.prefix);
  const layout = layoutOf({ ...site, cluster });
  const nats = await connectNats({ ...natsOptionsOf(cluster, 'from outside'), log });
  try {
    const partitions = await openPartitions(nats, { names, transforms: layout.transforms });
    const table = new PartitionTable(partitions, cluster.partitions);
    const saved = new SavedPartitions(table, await StateStore.open(nats, names.state));
    return await use({ site, layout, kernel, names, nats, saved, log });
  } finally {
    await nats.close();
  }
}
