import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';

/** Everything learned about one stream, to be moved to another site. */
export interface StreamFile {
  readonly site: string;
  readonly stream: string;
  /** Slugs of its series, and their units, in the order of the memory. */
  readonly series: readonly string[];
  readonly units: readonly string[];
  /** Version of the snapshots and layout of the memory, as in the database. */
  readonly version: number;
  readonly shape: string;
  /** When it was saved, epoch ms. */
  readonly at: number;
  /** Samples that it has learned from. */
  readonly samples: number;
  readonly bytes: Uint8Array;
}

/** First bytes of the file, with the version of its form. */
const MAGIC = 'zankyo stream 1\n';
const MAX_HEADER_BYTES = 1 << 20;

/** `MAGIC`, a line of JSON, the memory; the line has the SHA-256 of all other content. */
export function encodeStreamFile({ bytes, ...about }: StreamFile): Buffer {
  const header = { ...about, size: bytes.byteLength };
  return Buffer.concat([
    Buffer.from(`${MAGIC}${JSON.stringify({ ...header, sha256: digest(header, bytes) })}\n`),
    bytes,
  ]);
}

/** Throws `stream_file_unreadable` where the file is another one, incomplete or changed. `name` is for the message. */
export function decodeStreamFile(content: Buffer, name: string): StreamFile {
  const refuse = (why: string, cause?: unknown): AppError =>
    new AppError('stream_file_unreadable', `${name}: ${why}`, { cause });
  const end = content.subarray(0, MAX_HEADER_BYTES).indexOf('\n', MAGIC.length);
  if (!content.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)) || end < 0)
    throw refuse('is not a file that zankyo export has written');
  let header: Omit<StreamFile, 'bytes'> & { readonly size: number; readonly sha256: string };
  try {
    header = JSON.parse(content.subarray(MAGIC.length, end).toString()) as typeof header;
  } catch (cause) {
    throw refuse('is damaged: its head is no JSON', cause);
  }
  const { sha256, ...about } = header;
  const bytes = new Uint8Array(content.subarray(end + 1));
  if (bytes.byteLength !== about.size) throw refuse(`is incomplete: ${bytes.byteLength} of ${about.size} bytes`);
  if (digest(about, bytes) !== sha256) throw refuse('is damaged: its checksum differs');
  return { ...about, bytes };
}

const digest = (header: object, bytes: Uint8Array): string =>
  createHash('sha256').update(JSON.stringify(header)).update(bytes).digest('hex');
