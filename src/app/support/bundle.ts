import { randomBytes } from 'node:crypto';
import { arch, platform, release, totalmem } from 'node:os';
import { gzipSync } from 'node:zlib';
import type { Site } from '../../config/schema/site.ts';
import { AppError } from '../../errors.ts';
import { openDatabase, type Database } from '../../io/sqlite/database.ts';
import { QuarantineTable } from '../../io/sqlite/tables/quarantine-table.ts';
import { tableFigures } from '../../io/sqlite/tables/table-figures.ts';
import { WrittenHours } from '../../io/sqlite/tables/written-hours.ts';
import { examine } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';
import { siteStatus } from '../status/site-status.ts';
import { journalLines } from './journal-lines.ts';
import { formOf, namesOf, redactedSite, withoutNames, withoutSecrets } from './redact.ts';

/** Rejected messages, and bytes of each. */
const SAMPLES = 20;
const SAMPLE_BYTES = 200;

export interface BundleOptions {
  readonly version: string;
  /** Path of the site file. */
  readonly config: string;
  readonly hashNames: boolean;
  readonly now: number;
  /** The last lines of the log of the service; null where they cannot be read. */
  readonly log?: () => Promise<readonly string[] | null>;
}

/** One part of a bundle. */
export interface BundlePart {
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  readonly content: unknown;
}

/** A bundle, not yet written. */
export interface Bundle {
  readonly parts: readonly { readonly name: string; readonly about: string; readonly bytes: number }[];
  /** JSON, indented. */
  readonly text: string;
}

/**
 * What a developer needs to see of a site, without its secrets. Reads the site file, the database, the log and the retained messages of
 * the broker; sends nothing and writes nothing.
 */
export async function supportBundle(site: Site, options: BundleOptions): Promise<Bundle> {
  const { hashNames, now } = options;
  const status = await siteStatus(site, now);
  const names = [...namesOf(site), ...status.series.map(({ name }) => name)];
  const key = randomBytes(16);
  const clean = (text: string): string => {
    const shown = withoutSecrets(text, site);
    return hashNames ? withoutNames(shown, names, key) : shown;
  };
  const { series, ...rest } = status;
  const parts: BundlePart[] = [
    { name: 'about', about: 'Versions and machine.', content: about(options) },
    { name: 'site', about: 'The site file with all defaults, without secrets.', content: redactedSite(site) },
    { name: 'doctor', about: 'The findings of zankyo doctor.', content: await findings(options) },
    { name: 'status', about: 'The state of service, broker and database, and the open alarms.', content: rest },
    { name: 'series', about: 'The last state of each series.', content: series },
    ...stored(site),
    {
      name: 'log',
      about: 'The last lines of the log.',
      content: (await (options.log ?? journalLines)()) ?? 'not readable',
    },
  ];
  const texts = parts.map((part) => ({ ...part, text: clean(JSON.stringify(part.content, null, 2)) }));
  return {
    parts: texts.map(({ name, about, text }) => ({ name, about, bytes: Buffer.byteLength(text) })),
    text: `{\n${texts.map(({ name, text }) => `"${name}": ${text}`).join(',\n')}\n}\n`,
  };
}

/** The bytes of the file. */
export const packed = ({ text }: Bundle): Uint8Array => gzipSync(text);

const about = ({ version, now }: BundleOptions): unknown => ({
  bundle: 1,
  at: new Date(now).toISOString(),
  zankyo: version,
  node: process.versions.node,
  system: `${platform()} ${release()} ${arch()}`,
  memoryBytes: totalmem(),
});

async function findings({ version, config }: BundleOptions): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for await (const finding of examine({ version, config })) found.push(finding);
  return found;
}

/** From the database; one part that says why where it cannot be read. */
function stored(site: Site): readonly BundlePart[] {
  let db: Database;
  try {
    db = openDatabase(site.database, { readonly: true });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ name: 'database', about: 'Why the database cannot be read.', content: error.message }];
  }
  try {
    const quarantine = new QuarantineTable(db);
    const samples = quarantine.list(null, Number.MAX_SAFE_INTEGER, SAMPLES).map(({ at, topic, reason, payload }) => ({
      at,
      topic,
      reason,
      bytes: payload.length,
      form: formOf(payload, SAMPLE_BYTES),
    }));
    return [
      {
        name: 'database',
        about: 'Tables with their rows, saved states, bytes written by the hour.',
        content: { ...tableFigures(db), written: new WrittenHours(db).all() },
      },
      {
        name: 'quarantine',
        about: 'Rejected messages by reason, and the form of the newest: digits are 0, letters x.',
        content: { counts: quarantine.counts(), samples },
      },
    ];
  } finally {
    db.close();
  }
}
