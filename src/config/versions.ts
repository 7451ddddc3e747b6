import { isMap, isScalar, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { inOriginalForm } from './line-diff.ts';

/** A change of the form of the site file, from the version before to `version`. */
export interface SiteMigration {
  readonly version: number;
  /** One sentence for the operator. */
  readonly text: string;
  /** Changes the document in place, by `renameKey` and the like, so that comments and order stay. */
  readonly change: (document: Document) => void;
}

/** One for each version above 1. A file without `version` has version 1. */
export const SITE_MIGRATIONS: readonly SiteMigration[] = [];

const newest = (migrations: readonly SiteMigration[]): number => migrations.at(-1)?.version ?? 1;
export const SITE_VERSION = newest(SITE_MIGRATIONS);

const expected = `expected ${SITE_VERSION === 1 ? '1' : `a whole number from 1 to ${SITE_VERSION}`}; a file of a higher version needs a newer zankyo`;

/** `version` of a site file. */
export const versionSchema = z.prefault(
  z
    .int({ error: expected })
    .min(1, { error: expected })
    .max(SITE_VERSION, { error: expected })
    .describe(
      'Version of the form of this file. A file of an older version is read with a warning; `zankyo migrate` rewrites it.',
    ),
  1,
);

/** Renames a key of the section at `path`, where it has it. Comments, order and value stay. */
export function renameKey(document: Document, path: readonly string[], to: string): void {
  const section = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(section)) return;
  const pair = section.items.find(({ key }) => String(key) === path.at(-1));
  if (pair === undefined) return;
  if (isScalar(pair.key)) pair.key.value = to;
  else pair.key = document.createNode(to);
}

/** A document of version 1 or above; 1 where it has none, null where the version is no such number. */
function versionIn(document: Document): number | null {
  const version = document.get('version') ?? 1;
  return typeof version === 'number' && Number.isInteger(version) && version >= 1 ? version : null;
}

export interface Migrated {
  readonly from: number;
  readonly to: number;
  /** The changes, a sentence for each version. */
  readonly changes: readonly string[];
}

/** Brings a document up to date in place. Null where there is nothing to do, or the version is none: the schema says so. */
export function migrateDocument(document: Document, migrations = SITE_MIGRATIONS): Migrated | null {
  const from = versionIn(document);
  const to = newest(migrations);
  if (from === null || from >= to || !isMap(document.contents)) return null;
  const due = migrations.filter(({ version }) => version > from);
  for (const { change } of due) change(document);
  setVersion(document, to);
  return { from, to, changes: due.map(({ text }) => text) };
}

/** A new `version` stands first. */
function setVersion(document: Document, version: number): void {
  if (document.has('version')) document.set('version', version);
  else if (isMap(document.contents)) document.contents.items.unshift(document.createPair('version', version));
}

/** The warning about a file of an older version. */
export const oldVersion = (path: string, { from, to }: Migrated): string =>
  `${path}: the file has version ${from} and is read as version ${to}; "zankyo migrate ${path}" shows the changes and rewrites it`;

export interface MigratedText extends Migrated {
  readonly text: string;
}

/** The same for the text of a file, which is YAML. */
export function migrateText(text: string, migrations = SITE_MIGRATIONS): MigratedText | null {
  const document = parseDocument(text);
  const before = document.toString({ lineWidth: 0 });
  const migrated = migrateDocument(document, migrations);
  if (migrated === null) return null;
  return { ...migrated, text: inOriginalForm(text, before, document.toString({ lineWidth: 0 })) };
}
