import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from '../config/schema/site.ts';
import { AppError } from '../errors.ts';
import { decodeStreamFile } from '../io/files/stream-file.ts';
import { openDatabase } from '../io/sqlite/database.ts';
import { SnapshotStore } from '../io/sqlite/snapshots/snapshot-store.ts';
import type { Kernel } from '../nn/kernel.ts';
import { compileGlobs } from '../stream/names/glob.ts';
import { exportLearned, importLearned } from './transfer.ts';

const SUFFIX = '.stream';

/** One stream of an export or a warm start. */
export interface Transferred {
  readonly stream: string;
  /** The file; null where there is none that fits. */
  readonly file: string | null;
  /** The site that has learned it. */
  readonly from: string;
  readonly samples: number;
  /** Why not; null where it is done. */
  readonly problem: string | null;
}

/**
 * Writes every stream whose name a pattern matches to a file `<site>--<stream>.stream` of a directory, which is made if it is missing. A
 * stream that no longer fits the site file is named with the reason. Throws `stream_unknown` where the pattern matches none.
 */
export function exportAll(
  site: Site,
  pattern: string,
  directory: string,
  kernel: Kernel | null,
): readonly Transferred[] {
  const matches = compileGlobs([pattern]);
  const db = openDatabase(site.database, { readonly: true });
  const streams = new SnapshotStore(db).streams().filter(matches);
  db.close();
  if (streams.length === 0)
    throw new AppError('stream_unknown', `${site.database}: no state of a stream like "${pattern}" is saved`);
  makeDirectory(directory);
  return streams.map((stream) => {
    const path = pathOf(directory, site.site, stream);
    try {
      const { samples } = exportLearned(site, stream, path, kernel);
      return { stream, file: path, from: site.site, samples, problem: null };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'stream_unknown') throw error;
      return notExported(site.site, stream);
    }
  });
}

/** Throws `usage`. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw new AppError('usage', `--out ${directory}: cannot be made a directory`, { cause });
  }
}

export const pathOf = (directory: string, site: string, stream: string): string =>
  join(directory, `${site}--${stream}${SUFFIX}`);

export const notExported = (site: string, stream: string): Transferred => ({
  ...{ stream, file: null, from: site, samples: 0 },
  problem: 'no saved state fits the site file',
});

/**
 * The files of many sites in one directory as the start of a new site: each stream that a pattern matches starts with the file of its
 * name that has learned from the most samples and fits. The service must be stopped. Throws `stream_file_unreadable` where no file is
 * there; a stream that none fits is named with the reason.
 */
export function warmStart(
  site: Site,
  directory: string,
  pattern: string,
  options: { readonly kernel: Kernel | null; readonly now: number },
): readonly Transferred[] {
  return donorsIn(directory, pattern).map(({ stream, donors }) => {
    let problem = '';
    for (const { path, from, samples } of donors) {
      try {
        importLearned(site, path, stream, options);
        return { stream, file: path, from, samples, problem: null };
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'database_unusable') throw error;
        problem ||= error.message;
      }
    }
    return { stream, file: null, from: donors[0].from, samples: 0, problem };
  });
}

/** A file of a directory. */
export interface Donor {
  readonly path: string;
  readonly stream: string;
  readonly from: string;
  readonly samples: number;
}

/**
 * The files of a directory for each stream that a pattern matches, first the one from the most samples. Throws `stream_file_unreadable` where
 * there are none, and for a file that is damaged.
 */
export function donorsIn(
  directory: string,
  pattern: string,
): readonly { readonly stream: string; readonly donors: readonly Donor[] }[] {
  const matches = compileGlobs([pattern]);
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(SUFFIX))
    .toSorted()
    .map((name) => {
      const path = join(directory, name);
      const { stream, site: from, samples } = decodeStreamFile(readFileSync(path), path);
      return { path, stream, from, samples };
    })
    .filter(({ stream }) => matches(stream));
  if (files.length === 0)
    throw new AppError('stream_file_unreadable', `${directory}: no file *${SUFFIX} of a stream like "${pattern}"`);
  const streams = [...new Set(files.map(({ stream }) => stream))].toSorted();
  return streams.map((stream) => ({
    stream,
    donors: files.filter((file) => file.stream === stream).toSorted((a, b) => b.samples - a.samples),
  }));
}
