import { statSync } from 'node:fs';
import { sizeText } from '../app/doctor/finding.ts';
import { kernelOrNull } from '../app/kernel.ts';
import { exportLearned, importLearned } from '../app/transfer.ts';
import { exportAll, warmStart, type Transferred } from '../app/warm-start.ts';
import { shortTime } from '../detect/episode/short-time.ts';
import { restoreBackup } from '../io/sqlite/restore.ts';
import { EXIT } from './exit-codes.ts';
import { count, jsonLine } from './format.ts';
import { logTo, openLog } from './log.ts';
import { loadServiceSite } from './service-site.ts';

export interface TransferOptions {
  readonly config: string;
  readonly json: boolean;
}

const kernel = () => kernelOrNull(logTo(openLog('warn')));

/** `zankyo export STREAM`: writes everything learned about it to one file; of a pattern with `*`, each to a file of a directory. */
export function exportLearnedCommand(stream: string, { config, out, json }: TransferOptions & { out: string }): number {
  if (stream.includes('*'))
    return report(
      exportAll(loadServiceSite(config), stream, out, kernel()),
      json,
      ({ file, samples }) => `${file} (${samples} samples)`,
    );
  const { bytes, ...about } = exportLearned(loadServiceSite(config), stream, out, kernel());
  if (json) console.log(jsonLine({ schema: 1, file: out, size: bytes.byteLength, ...about }));
  else
    console.log(
      `${out}: all that was learned about ${stream} from ${about.samples} samples until ${shortTime(about.at)} UTC, ${sizeText(bytes.byteLength)}.`,
    );
  return EXIT.ok;
}

/** `zankyo import FILE [STREAM]`: makes such a file the start of a stream; of a directory, for each stream the file that knows most. */
export function importLearnedCommand(
  file: string,
  stream: string | undefined,
  { config, json }: TransferOptions,
): number {
  const site = loadServiceSite(config);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    const done = warmStart(site, file, stream ?? '*', { kernel: kernel(), now: Date.now() });
    return report(done, json, ({ from, samples }) => `starts with what it learned at ${from} from ${samples} samples`);
  }
  const { bytes, into, ...about } = importLearned(site, file, stream, { kernel: kernel(), now: Date.now() });
  if (json) console.log(jsonLine({ schema: 1, file, into, size: bytes.byteLength, ...about }));
  else
    console.log(
      `${site.database}: ${into} starts with what ${about.stream} of ${about.site} learned from ${about.samples} samples, and needs a tenth of a warm-up.`,
    );
  return EXIT.ok;
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
