import { readFileSync } from 'node:fs';
import type { Site } from '../config/schema/site.ts';
import { fitsRenamed } from '../detect/monitor/shape.ts';
import { SNAPSHOT_VERSION } from '../detect/stream-monitor.ts';
import { AppError } from '../errors.ts';
import { decodeStreamFile, encodeStreamFile, type StreamFile } from '../io/files/stream-file.ts';
import { newestRow } from '../io/ledger/journal.ts';
import { openDatabase } from '../io/sqlite/database.ts';
import { SignalTable, signalsIn } from '../io/sqlite/tables/signal-table.ts';
import { SnapshotStore } from '../io/sqlite/snapshots/snapshot-store.ts';
import type { Kernel } from '../nn/kernel.ts';
import { writeOut } from './out-file.ts';
import { snapshotOf, streamFileOf } from './pipeline/restore/checkpoint.ts';
import { knownMonitorsOf, restoredStream } from './restored.ts';

/** Share of a warm-up that an imported stream still needs: its scale and its level are those of the other site. */
export const WARMUP_LEFT = 0.1;

/**
 * Writes everything learned about a stream, as last saved, to one file. It only reads the database, also beside a running service.
 * Throws `stream_unknown` where nothing is saved that fits the site file.
 */
export function exportLearned(site: Site, stream: string, out: string, kernel: Kernel | null): StreamFile {
  const db = openDatabase(site.database, { readonly: true });
  try {
    const restored = restoredStream(site, stream, new SnapshotStore(db), kernel, new SignalTable(db));
    if (restored === null)
      throw new AppError(
        'stream_unknown',
        `${site.database}: no state of "${stream}" is saved that fits the site file`,
      );
    const { monitor, snapshot } = restored;
    const file = streamFileOf(site.site, monitor, snapshot);
    writeOut(out, encodeStreamFile(file));
    return file;
  } finally {
    db.close();
  }
}

/**
 * Makes the content of such a file the start of a stream, which then goes on learning; its names may differ. The service must be
 * stopped. What the stream had learned before is replaced. Throws `stream_file_unreadable` where the file does not fit, and
 * `database_unusable` while a service uses the database; then nothing has changed.
 */
export function importLearned(
  site: Site,
  path: string,
  stream: string | undefined,
  { kernel, now }: { readonly kernel: Kernel | null; readonly now: number },
): StreamFile & { readonly into: string } {
  const file = readStreamFile(path);
  const into = stream ?? file.stream;
  const refuse = (why: string): AppError => new AppError('stream_file_unreadable', `${path}: ${why}`);
  if (file.version !== SNAPSHOT_VERSION)
    throw refuse(`has version ${file.version}, and this zankyo reads version ${SNAPSHOT_VERSION}`);
  const monitors = knownMonitorsOf(site, into, kernel, signalsIn(site.database));
  const monitor = monitors.find((each) => fitsRenamed(each, file.shape, file.series));
  if (monitor === undefined)
    throw refuse(`was made for ${file.shape}, and the site file gives ${monitors[0].shape}: use the same tuning`);
  const units = monitor.series.map(({ unit }) => unit);
  const other = units.findIndex((unit, d) => unit !== file.units[d]);
  if (other >= 0)
    throw refuse(
      `${file.series[other]} is in "${file.units[other]}", and ${monitor.series[other].slug} in "${units[other]}"`,
    );
  const db = openDatabase(site.database, { exclusive: true });
  try {
    monitor.operator.adopt(file.bytes, WARMUP_LEFT, now);
    new SnapshotStore(db).replace(snapshotOf(monitor, now, newestRow(db)));
    return { ...file, into };
  } finally {
    db.close();
  }
}

/** Throws `stream_file_unreadable`. */
export function readStreamFile(path: string): StreamFile {
  try {
    return decodeStreamFile(readFileSync(path), path);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AppError('stream_file_unreadable', `${path}: ${missing ? 'there is no such file' : 'cannot be read'}`, {
      cause,
    });
  }
}
