import { gunzipSync, gzipSync } from 'node:zlib';
import { SNAPSHOT_VERSION } from '../../detect/stream-monitor.ts';
import type { Snapshot } from '../../stream/ports/ports.ts';
import type { PipelineMoment } from '../pipeline/time.ts';

/** All that a partition has learned and remembers, after the message `seq` of the stream. */
export interface PartitionState {
  readonly seq: number;
  readonly moment: PipelineMoment;
  readonly snapshots: readonly Snapshot[];
  /** Of `serialize`: anomalies, incidents, habits, commands, mutes. */
  readonly database: Uint8Array;
}

interface Header {
  readonly format: number;
  readonly seq: number;
  /** Null for -Infinity, which JSON does not have. */
  readonly now: number | null;
  readonly beatAt: number | null;
  /** Bytes of the compressed database. */
  readonly database: number;
  readonly streams: readonly (Omit<Snapshot, 'bytes'> & { readonly bytes: number })[];
}

/** Another number where older programs cannot read the bytes. */
const FORMAT = 1;
const LENGTH_BYTES = 4;

const finite = (at: number): number | null => (Number.isFinite(at) ? at : null);

/** A header of JSON with its length in front, the compressed database, then the memory of each stream as it is: it hardly compresses. */
export function stateBytes({ seq, moment, snapshots, database }: PartitionState): Uint8Array {
  const packed = gzipSync(database, { level: 1 });
  const header: Header = {
    format: FORMAT,
    seq,
    now: finite(moment.now),
    beatAt: finite(moment.beatAt),
    database: packed.length,
    streams: snapshots.map((snapshot) => ({ ...snapshot, bytes: snapshot.bytes.length })),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, packed, ...snapshots.map(({ bytes }) => bytes)]);
}

/** How many bytes at the beginning of a state name its streams. */
export const headLength = (beginning: Uint8Array): number =>
  LENGTH_BYTES + Buffer.from(beginning.buffer, beginning.byteOffset, LENGTH_BYTES).readUInt32LE();

/** The streams of a state; of its bytes `headLength` are enough. Throws for other bytes. */
export function streamsIn(beginning: Uint8Array): readonly string[] {
  const text = Buffer.from(beginning).toString('utf8', LENGTH_BYTES, headLength(beginning));
  return (JSON.parse(text) as Header).streams.map(({ stream }) => stream);
}

/** Throws a RangeError for bytes of a newer program, and for bytes that are not whole. */
export function stateFrom(bytes: Uint8Array): PartitionState {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = LENGTH_BYTES;
  const take = (length: number): Buffer => {
    const part = buffer.subarray(at, at + length);
    if (part.length !== length) throw new RangeError(`the state ends after ${buffer.length} bytes`);
    at += length;
    return part;
  };
  const header = JSON.parse(take(buffer.readUInt32LE()).toString()) as Header;
  if (header.format !== FORMAT)
    throw new RangeError(`the state has format ${header.format}, and this zankyo reads format ${FORMAT}`);
  const newer = header.streams.find(({ version }) => version > SNAPSHOT_VERSION);
  if (newer !== undefined)
    throw new RangeError(
      `the state of ${newer.stream} has version ${newer.version}, and this zankyo reads version ${SNAPSHOT_VERSION}`,
    );
  const database = gunzipSync(take(header.database));
  // A copy: the streams would keep all of the buffer alive.
  const snapshots = header.streams.map((snapshot) => ({ ...snapshot, bytes: Uint8Array.from(take(snapshot.bytes)) }));
  const moment = { now: header.now ?? -Infinity, beatAt: header.beatAt ?? -Infinity };
  return { seq: header.seq, moment, snapshots, database };
}
