import { statSync } from 'node:fs';
import { sizeText } from '../../app/doctor/finding.ts';
import { kernelOrNull } from '../../app/kernel.ts';
import { exportLearned, importLearned } from '../../app/transfer.ts';
import { exportAll, warmStart, type Transferred } from '../../app/warm-start.ts';
import { shortTime } from '../../detect/episode/short-time.ts';
import type { Site } from '../../config/schema/site.ts';
import type { StreamFile } from '../../io/files/stream-file.ts';
import { restoreBackup } from '../../io/sqlite/upkeep/restore.ts';
import { EXIT } from '../exit-codes.ts';
import { count, jsonLine } from '../terminal/format.ts';
import { logTo, openLog } from '../terminal/log.ts';
import { loadServiceSite } from '../service-site.ts';

export interface TransferOptions {
  readonly config: string;
  readonly json: boolean;
}

const kernel = () => kernelOrNull(logTo(openLog('warn')));

/** `zankyo export STREAM`: writes everything learned about it to one file; of a pattern with `*`, each to a file of a directory. */
export async function exportLearnedCommand(
  stream: string,
  { config, out, json }: TransferOptions & { out: string },
): Promise<number> {
  const place = await placeOf(loadServiceSite(config));
  if (stream.includes('*'))
    return report(await place.exportMany(stream, out), json, ({ file, samples }) => `${file} (${samples} samples)`);
  const { bytes, ...about } = await place.exportOne(stream, out);
  if (json) console.log(jsonLine({ schema: 1, file: out, size: bytes.byteLength, ...about }));
  else
    console.log(
      `${out}: all that was learned about ${stream} from ${about.samples} samples until ${shortTime(about.at)} UTC, ${sizeText(bytes.byteLength)}.`,
    );
  return EXIT.ok;
}

/** `zankyo import FILE [STREAM]`: makes such a file the start of a stream; of a directory, for each stream the file that knows most. */
export async function importLearnedCommand(
  file: string,
  stream: string | undefined,
  { config, json }: TransferOptions,
): Promise<number> {
  const place = await placeOf(loadServiceSite(config));
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    return report(
      await place.importMany(file, stream ?? '*'),
      json,
      ({ from, samples }) => `starts with what it learned at ${from} from ${samples} samples`,
    );
  const { bytes, into, text, ...about } = await place.importOne(file, stream);
  if (json) console.log(jsonLine({ schema: 1, file, into, size: bytes.byteLength, ...about }));
  else console.log(`${place.name}: ${text}`);
  return EXIT.ok;
}

/** Where a site keeps what it has learned: in a database, or in a cluster, whose packages are loaded only then. */
async function placeOf(site: Site): Promise<Place> {
  const { cluster } = site;
  if (cluster === undefined) {
    const options = () => ({ kernel: kernel(), now: Date.now() });
    return {
      name: site.database,
      exportOne: (stream, out) => exportLearned(site, stream, out, kernel()),
      exportMany: (pattern, directory) => exportAll(site, pattern, directory, kernel()),
      importOne: (file, stream) => {
        const done = importLearned(site, file, stream, options());
        const text = `${done.into} starts with what ${done.stream} of ${done.site} learned from ${done.samples} samples, and needs a tenth of a warm-up.`;
        return { ...done, text };
      },
      importMany: (directory, pattern) => warmStart(site, directory, pattern, options()),
    };
  }
  const outside = await import('../../app/cluster/learned/from-outside.ts');
  const options = { site, cluster, kernel, log: logTo(openLog('warn')) };
  return {
    name: `cluster of ${site.site}`,
    exportOne: (stream, out) => outside.exportFromCluster(options, stream, out),
    exportMany: (pattern, directory) => outside.exportAllFromCluster(options, pattern, directory),
    importOne: (file, stream) => outside.importToCluster(options, file, stream),
    importMany: (directory, pattern) => outside.warmStartCluster(options, directory, pattern),
  };
}

type Awaitable<T> = T | Promise<T>;

interface Place {
  readonly name: string;
  exportOne(stream: string, out: string): Awaitable<StreamFile>;
  exportMany(pattern: string, directory: string): Awaitable<readonly Transferred[]>;
  importOne(
    file: string,
    stream: string | undefined,
  ): Awaitable<StreamFile & { readonly into: string; readonly text: string }>;
  importMany(directory: string, pattern: string): Awaitable<readonly Transferred[]>;
}

/** One line for each stream. */
function report(all: readonly Transferred[], json: boolean, line: (done: Transferred) => string): number {
  for (const each of all)
    if (json) console.log(jsonLine({ schema: 1, ...each }));
    else if (each.problem === null) console.log(`${each.stream}: ${line(each)}`);
    else console.error(`${each.stream}: not done: ${each.problem}`);
  const done = all.filter(({ problem }) => problem === null).length;
  if (!json) console.error(`${done} of ${count(all.length, 'stream')}.`);
  return done > 0 ? EXIT.ok : EXIT.noInput;
}

/** `zankyo restore FILE`: puts a backup in the place of the database. */
export function restoreCommand(file: string, { config, json }: TransferOptions): number {
  const { database } = loadServiceSite(config);
  const old = restoreBackup(file, database, Date.now());
  if (json) console.log(jsonLine({ schema: 1, database, from: file, old }));
  else console.log(`${database}: restored from ${file}${old === null ? '' : `; the old one is ${old}`}.`);
  return EXIT.ok;
}
