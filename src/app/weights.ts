import { readFileSync } from 'node:fs';
import type { Site } from '../config/schema/site.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import { AppError } from '../errors.ts';
import { openDatabase } from '../io/sqlite/database.ts';
import { SignalTable } from '../io/sqlite/tables/signal-table.ts';
import { SnapshotStore } from '../io/sqlite/snapshots/snapshot-store.ts';
import { buildCell } from '../nn/build-cell.ts';
import { buildReadOut } from '../nn/core.ts';
import type { Kernel } from '../nn/kernel.ts';
import type { Network } from '../nn/network.ts';
import { WeightsError } from '../nn/safetensors.ts';
import { exportWeights, importWeights } from '../nn/weights.ts';
import type { SnapshotPort } from '../stream/ports/ports.ts';
import { restore, snapshotOf } from './pipeline/restore/checkpoint.ts';
import type { SignalLookup } from './pipeline/stream-plan.ts';
import type { Log } from '../log.ts';
import { writeOut } from './out-file.ts';
import { knownMonitorsOf } from './restored.ts';

/** The network whose weights were exported or imported. */
export interface Moved {
  /** Cell, units, inputs. */
  readonly network: string;
  readonly parameters: number;
  /** When the stream's state was saved, epoch ms; null when it had none. */
  readonly savedAt: number | null;
}

/** For a stream without a saved state. */
const NOTHING = { at: null, seq: 0 } as const;

/** Larger than any weight after training; its square is still finite in Float32. */
const MAX_ABS_WEIGHT = 1e6;

/**
 * Writes what a stream's network has learned, as of its last snapshot, to a safetensors file; only reads the database,
 * also beside a running service. Throws `stream_unknown` when nothing of the stream is saved, `snapshot_refused` when the
 * site file has another network, and `usage` when the file cannot be written.
 */
export function exportStream(site: Site, stream: string, file: string, kernel: Kernel | null): Moved {
  const db = openDatabase(site.database, { readonly: true });
  try {
    const store = new SnapshotStore(db);
    const { monitor, at: savedAt } = resume(site, stream, store, new SignalTable(db), kernel, (error) => {
      throw error;
    });
    if (savedAt === null) throw new AppError('stream_unknown', nothingSaved(site, stream, store));
    const network = networkOf(monitor);
    const { theta, cell, head } = partsOf(network);
    network.core.read(theta);
    const { cell: kind, inputSize, hiddenSize, peepholes } = network.options;
    writeOut(file, exportWeights(kind, inputSize, hiddenSize, peepholes, cell, head));
    return { network: describe(network), parameters: theta.length, savedAt };
  } finally {
    db.close();
  }
}

/**
 * Replaces the weights of a stream's network by those of a safetensors file. The hidden state and the statistics stay. A
 * stream without a saved state, or whose saved state does not fit the site file (logged as a warning), starts with them. Throws
 * `weights_unreadable` when the file holds no such network, and `database_unusable` while a service uses the database.
 * Then nothing has changed.
 */
export function importStream(
  site: Site,
  stream: string,
  file: string,
  { kernel, log, now }: { readonly kernel: Kernel | null; readonly log: Log; readonly now: number },
): Moved {
  const bytes = read(file);
  const db = openDatabase(site.database, { exclusive: true });
  try {
    const store = new SnapshotStore(db);
    const {
      monitor,
      at: savedAt,
      seq,
    } = resume(site, stream, store, new SignalTable(db), kernel, ({ code, message }) => {
      log('warn', { stream, code }, message);
    });
    const network = networkOf(monitor);
    const { theta, cell, head } = partsOf(network);
    const { cell: kind, inputSize, hiddenSize, peepholes } = network.options;
    try {
      importWeights(bytes, kind, inputSize, hiddenSize, peepholes, cell, head);
    } catch (error) {
      if (!(error instanceof WeightsError)) throw error;
      throw new AppError('weights_unreadable', `${file}: ${error.message}`, { cause: error });
    }
    const farthest = theta.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    if (farthest > MAX_ABS_WEIGHT)
      throw new AppError(
        'weights_unreadable',
        `${file}: a weight of size ${farthest}; expected none above ${MAX_ABS_WEIGHT}`,
      );
    network.adopt(theta);
    // The journal after that row will be replayed; older snapshots would bring the old weights back.
    store.replace(snapshotOf(monitor, savedAt ?? now, seq));
    return { network: describe(network), parameters: theta.length, savedAt };
  } finally {
    db.close();
  }
}

/** Throws `usage` when the site file switches the network of the stream off. */
function networkOf({ stream, detector }: StreamMonitor): Network {
  if (detector.forecaster !== null) return detector.forecaster.network;
  throw new AppError('usage', `${stream}: has no network: the site file sets network: false`);
}

/** The stream as the service would restore it; without state where `onUnfit` returns for a snapshot that does not fit. */
function resume(
  site: Site,
  stream: string,
  store: SnapshotPort,
  signals: SignalLookup,
  kernel: Kernel | null,
  onUnfit: (error: AppError) => void,
): { readonly monitor: StreamMonitor; readonly at: number | null; readonly seq: number } {
  const monitors = new Map(knownMonitorsOf(site, stream, kernel, signals).map((monitor) => [monitor.shape, monitor]));
  const [first, ...others] = monitors.values();
  const { whole, damaged } = store.load(stream);
  if (damaged > 0 && whole.length === 0) onUnfit(damagedError(site, stream));
  if (whole.length === 0 && others.length > 0)
    throw new AppError(
      'stream_unknown',
      `several inputs can give "${stream}", each with its own network: run the service until a reading has arrived`,
    );
  // The newest that fits, as the service takes it.
  let unfit: AppError | null = null;
  for (const snapshot of whole) {
    const monitor = monitors.get(snapshot.shape) ?? first;
    try {
      restore(monitor, snapshot);
      return { monitor, at: snapshot.at, seq: snapshot.seq };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unfit ??= error;
    }
  }
  if (unfit !== null) onUnfit(unfit);
  return { monitor: first, ...NOTHING };
}

const damagedError = ({ database }: Site, stream: string): AppError =>
  new AppError(
    'snapshot_damaged',
    `${database}: the saved state of "${stream}" is damaged (checksum mismatch); "${stream}" starts without learned state`,
  );

/** Room for a network's parameters, and in it that of its cell and of its read-out. */
function partsOf({ core, options }: Network) {
  const { cell: kind, inputSize, hiddenSize, peepholes } = options;
  const { parameterCount } = buildCell(kind, inputSize, hiddenSize, peepholes);
  const theta = new Float64Array(core.parameterCount);
  return {
    theta,
    cell: theta.subarray(0, parameterCount),
    head: { inputSize: buildReadOut(options).inputSize, theta: theta.subarray(parameterCount) },
  };
}

const describe = ({ options: { cell, peepholes, inputSize, hiddenSize } }: Network): string =>
  `${cell}${cell === 'lstm' && peepholes ? ' with peepholes' : ''} of ${hiddenSize} units with ${inputSize} inputs`;

function nothingSaved(site: Site, stream: string, store: SnapshotPort): string {
  const streams = store.streams();
  const saved = streams.length === 0 ? 'nothing is' : `saved are ${streams.slice(0, 8).join(', ')}`;
  const more = streams.length > 8 ? ` and ${streams.length - 8} more` : '';
  return `${site.database}: no state of "${stream}" is saved; ${saved}${more}`;
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing
      ? 'there is no such file'
      : 'it cannot be read; is it a safetensors file that this user may read?';
    throw new AppError('weights_unreadable', `${file}: ${why}`, { cause });
  }
}
