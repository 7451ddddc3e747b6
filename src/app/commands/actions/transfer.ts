import { SNAPSHOT_VERSION } from '../../../detect/stream-monitor.ts';
import { fitsRenamed } from '../../../detect/monitor/shape.ts';
import { AppError } from '../../../errors.ts';
import { decodeStreamFile, encodeStreamFile, type StreamFile } from '../../../io/files/stream-file.ts';
import { MAX_FILE_BYTES, MAX_FILES } from '../../../io/mqtt/learned/chunk.ts';
import { compileGlobs } from '../../../stream/glob.ts';
import type { LearnedFile } from '../../../stream/ports.ts';
import { snapshotOf, streamFileOf } from '../../pipeline/checkpoint.ts';
import type { Stream } from '../../pipeline/stream.ts';
import { WARMUP_LEFT } from '../../transfer.ts';
import { isRefused, refuse, type Refused } from '../refusals.ts';
import { habitsOf, keepState, type CommandWorld, type Done, type Moment, type Target } from '../world.ts';

/** Name of a file that came in parts, for errors. */
const FILE = 'the file';
/** Bytes of one request. The broker has room for its messages with its default limits: 1,000. */
const MAX_BYTES = 16 * 1024 * 1024;

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
  if (monitors.length === 0) return refuse('unknown_series');
  if (monitors.length > MAX_FILES) return tooMuch(`${monitors.length} streams; ${MAX_FILES} can be sent at once`);
  const files: LearnedFile[] = [];
  const large: string[] = [];
  let bytes = 0;
  for (const monitor of monitors) {
    const content = encodeStreamFile(streamFileOf(site, monitor, snapshotOf(monitor, at, ledger.seq)));
    if (content.byteLength > MAX_FILE_BYTES) large.push(monitor.stream);
    else {
      bytes += content.byteLength;
      files.push({ stream: monitor.stream, content });
    }
    if (bytes > MAX_BYTES) return tooMuch(`more than ${MAX_BYTES / 1024 / 1024} MB`);
  }
  if (files.length === 0) return refuse('too_much', `${large.join(', ')}: larger than 4 MB.`);
  learned.send(id, files);
  const without = large.length === 0 ? '' : ` Larger than 4 MB, and not sent: ${large.join(', ')}.`;
  return {
    text: `Sends what ${files.length} ${files.length === 1 ? 'stream has' : 'streams have'} learned, ${Math.ceil(bytes / 1000)} kB.${without}`,
    undo: null,
    series: target?.slug ?? null,
    monitors: [],
    tasks: [],
  };
}

const tooMuch = (what: string): Refused => refuse('too_much', `These are ${what}. Name fewer streams.`);

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
    return refuse('file_wrong', `${other.slug} is in "${other.unit}" here, and the file has another unit.`);
  if (file.bytes.byteLength !== memory.byteLength)
    return refuse(
      'file_wrong',
      `The file has ${file.bytes.byteLength} bytes, and ${monitor.stream} ${memory.byteLength}.`,
    );
  return file;
}
