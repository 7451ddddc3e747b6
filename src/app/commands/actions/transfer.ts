import { SNAPSHOT_VERSION } from '../../../detect/stream-monitor.ts';
import { fitsRenamed } from '../../../detect/monitor/shape.ts';
import { AppError } from '../../../errors.ts';
import { decodeStreamFile, type StreamFile } from '../../../io/files/stream-file.ts';
import { compileGlobs } from '../../../stream/names/glob.ts';
import { LearnedBundle, refuseMany } from '../../learned/bundle.ts';
import { snapshotOf, streamFileOf } from '../../pipeline/restore/checkpoint.ts';
import type { Stream } from '../../pipeline/stream.ts';
import { WARMUP_LEFT } from '../../transfer.ts';
import { isRefused, refuse, type Refused } from '../refusals.ts';
import { habitsOf, keepState, type CommandWorld, type Done, type Moment, type Target } from '../world.ts';

/** Name of a file that came in parts, for errors. */
const FILE = 'the file';

/** `export`: sends the learned state of these streams, as it is now. Nothing changes. */
export function exportStreams(
  { streams, learned, site, ledger }: CommandWorld,
  target: Target | null,
  patterns: readonly string[] = ['*'],
  { id, at }: Moment,
): Done | Refused {
  if (learned === undefined) return refuse('no_transfer');
  if (learned.isSending()) return refuse('transfer_running');
  const matches = compileGlobs(patterns);
  const named = target === null ? streams.monitors.filter(({ stream }) => matches(stream)) : [target.monitor];
  const monitors = named.filter(({ status }) => status.samples > 0);
  const tooMany = refuseMany(monitors.length);
  if (tooMany !== null) return tooMany;
  const bundle = new LearnedBundle();
  for (const monitor of monitors) {
    const refused = bundle.add(streamFileOf(site, monitor, snapshotOf(monitor, at, ledger.seq)));
    if (refused !== null) return refused;
  }
  const result = bundle.result();
  if (isRefused(result)) return result;
  learned.send(id, result.files);
  return { text: result.text, undo: null, series: target?.slug ?? null, monitors: [], tasks: [] };
}

/**
 * `import`: what another stream has learned, as the start of this one, which goes on learning. A stream whose warm-up is over only with
 * `replace`. A state of the same site needs no warm-up: its scale and its level are those of this stream.
 */
export function importStream(
  world: CommandWorld,
  { slug, monitor, d }: Target,
  {
    file: content,
    replace = false,
  }: { readonly file?: Uint8Array | undefined; readonly replace?: boolean | undefined },
  moment: Moment,
): Done | Refused {
  const { snapshots, ledger, site } = world;
  if (content === undefined) return refuse('no_file');
  if (d !== null && slug !== monitor.stream)
    return refuse('file_wrong', `${slug} learns in the group ${monitor.stream}: name the group.`);
  const file = fittingFile(monitor, content);
  if (isRefused(file)) return file;
  if (hasLearned(monitor) && !replace) return refuse('has_learned');
  const keep = keepState(world, monitor, moment);
  const left = file.site === site ? 0 : WARMUP_LEFT;
  monitor.operator.adopt(file.bytes, left, moment.at);
  const save = (): void => {
    snapshots.replace(snapshotOf(monitor, moment.at, ledger.seq));
  };
  return {
    text: `${monitor.stream} goes on with a state from ${file.samples} samples${left === 0 ? '' : ', and needs a tenth of a warm-up'}.`,
    undo: { state: monitor.stream },
    series: slug,
    monitors: [monitor],
    tasks: [keep, save, habitsOf(world, monitor)],
  };
}

/** Whether the warm-up of one of its series is over; the first one counts those of the stream, too. */
const hasLearned = ({ series, status }: Stream): boolean =>
  status.warmup === 1 && series.some((_, d) => status.warmupOf(d) === 1);

/** The file, if its state can be put into the stream. No text of the file is in the reason. */
function fittingFile(monitor: Stream, content: Uint8Array): StreamFile | Refused {
  let file: StreamFile;
  try {
    file = decodeStreamFile(Buffer.from(content), FILE);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return refuse('file_wrong', `The file ${error.message.slice(`${FILE}: `.length)}.`);
  }
  const { series, shape, memory } = monitor;
  if (file.version !== SNAPSHOT_VERSION)
    return refuse('file_wrong', `The file is of another version; this zankyo reads version ${SNAPSHOT_VERSION}.`);
  if (!fitsRenamed(monitor, file.shape, file.series))
    return refuse('file_wrong', `The file has another network, or other series, than ${shape}: use the same tuning.`);
  const other = series.find(({ unit }, i) => unit !== file.units[i]);
  if (other !== undefined)
    return refuse('file_wrong', `The unit of ${other.slug} is "${other.unit}" here, and another one in the file.`);
  if (file.bytes.byteLength !== memory.byteLength)
    return refuse(
      'file_wrong',
      `The state in the file has ${file.bytes.byteLength} bytes, that of ${monitor.stream} ${memory.byteLength}.`,
    );
  return file;
}
