import { sizeText } from '../app/doctor/finding.ts';
import { kernelOrNull } from '../app/kernel.ts';
import { exportLearned, importLearned } from '../app/transfer.ts';
import { shortTime } from '../detect/episode/short-time.ts';
import { restoreBackup } from '../io/sqlite/restore.ts';
import { EXIT } from './exit-codes.ts';
import { jsonLine } from './format.ts';
import { logTo, openLog } from './log.ts';
import { loadServiceSite } from './service-site.ts';

export interface TransferOptions {
  readonly config: string;
  readonly json: boolean;
}

const kernel = () => kernelOrNull(logTo(openLog('warn')));

/** `zankyo export STREAM`: writes everything learned about it to one file. */
export function exportLearnedCommand(stream: string, { config, out, json }: TransferOptions & { out: string }): number {
  const { bytes, ...about } = exportLearned(loadServiceSite(config), stream, out, kernel());
  if (json) console.log(jsonLine({ schema: 1, file: out, size: bytes.byteLength, ...about }));
  else
    console.log(
      `${out}: all that was learned about ${stream} from ${about.samples} samples until ${shortTime(about.at)} UTC, ${sizeText(bytes.byteLength)}.`,
    );
  return EXIT.ok;
}

/** `zankyo import FILE [STREAM]`: makes such a file the start of a stream. */
export function importLearnedCommand(
  file: string,
  stream: string | undefined,
  { config, json }: TransferOptions,
): number {
  const site = loadServiceSite(config);
  const { bytes, into, ...about } = importLearned(site, file, stream, { kernel: kernel(), now: Date.now() });
  if (json) console.log(jsonLine({ schema: 1, file, into, size: bytes.byteLength, ...about }));
  else
    console.log(
      `${site.database}: ${into} starts with what ${about.stream} of ${about.site} learned from ${about.samples} samples, and needs a tenth of a warm-up.`,
    );
  return EXIT.ok;
}

/** `zankyo restore FILE`: puts a backup in the place of the database. */
export function restoreCommand(file: string, { config, json }: TransferOptions): number {
  const { database } = loadServiceSite(config);
  const old = restoreBackup(file, database, Date.now());
  if (json) console.log(jsonLine({ schema: 1, database, from: file, old }));
  else console.log(`${database}: restored from ${file}${old === null ? '' : `; the old one is ${old}`}.`);
  return EXIT.ok;
}
