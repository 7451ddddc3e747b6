import { createHash } from 'node:crypto';
import { z } from 'zod';
import { plainText, requestId, sha256Hex, slug } from '../request-fields.ts';

/*
 * A file with the learned state of one stream, as it goes over MQTT: in parts of bounded size, each a message of its own. docs/hub.md
 * explains it; config/schemas/ is generated from here.
 */

/** Bytes of a file in one message; with base64 and the other fields the message is below 46 kB. */
export const PART_BYTES = 32 * 1024;
/** Largest file, as `zankyo export` writes it. A stream of one series has 50 to 100 KB. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** Largest message with a part. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
/** Files of one request. */
export const MAX_FILES = 256;
const MAX_PARTS = MAX_FILE_BYTES / PART_BYTES;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const part = {
  schema: z.literal(1).describe('Version of this form.'),
  id: requestId().describe('Id of the request; of a command import, which the answer repeats.'),
  series: slug().describe('Series or group.'),
  part: z.int().min(1).max(MAX_PARTS).describe('Number of this part, from 1.'),
  parts: z.int().min(1).max(MAX_PARTS).describe('Parts of the file.'),
  size: z.int().min(1).max(MAX_FILE_BYTES).describe('Bytes of the file.'),
  sha256: sha256Hex().describe('SHA-256 of the file.'),
  data: z
    .string()
    .regex(BASE64)
    .max(4 * Math.ceil(PART_BYTES / 3))
    .describe(`The part, ${PART_BYTES} bytes or the rest, in base64.`),
};

/** From a site: a part of what it has learned. */
export const learnedSchema = z.strictObject({
  ...part,
  file: z.int().min(1).max(MAX_FILES).describe('Number of this file of the request, from 1.'),
  files: z.int().min(1).max(MAX_FILES).describe('Files of the request, one for each series or group.'),
});

/** To a site: a part of what a series or group is to begin with. */
export const importSchema = z.strictObject({
  ...part,
  by: plainText(64).optional().describe('Who asks, for the record; it is not checked.'),
  replace: z
    .boolean()
    .optional()
    .describe('Whether it may replace the learned state of a series whose warm-up is over.'),
});

export type LearnedPart = z.output<typeof learnedSchema>;
export type ImportPart = z.output<typeof importSchema>;
type Part = Pick<LearnedPart, 'part' | 'parts' | 'size' | 'sha256' | 'data'>;

/** The part in a message; null where it is none. */
export function readPart<T>(schema: z.ZodType<T>, payload: Uint8Array): T | null {
  if (payload.length > MAX_MESSAGE_BYTES) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(payload).toString()));
  } catch {
    return null;
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The parts of a file in order; each is made when it is asked for. Throws a RangeError for an empty file and one that is too large. */
export function* partsOf(file: Uint8Array): Generator<Part> {
  const size = file.byteLength;
  if (size < 1 || size > MAX_FILE_BYTES) throw new RangeError(`a file of ${size} bytes`);
  const digest = sha256(file);
  const parts = Math.ceil(size / PART_BYTES);
  for (let n = 0; n < parts; n++) {
    const bytes = file.subarray(n * PART_BYTES, (n + 1) * PART_BYTES);
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    yield { part: n + 1, parts, size, sha256: digest, data };
  }
}

/** Why a part was not taken: it belongs to another file, or the checksum of the whole is wrong. */
export type PartProblem = 'part_wrong' | 'checksum_wrong';

/** A file that arrives in parts, in any order, each once or more often. Memory is bounded by `MAX_FILE_BYTES`. */
export class Assembly {
  private readonly first: Part;
  private readonly found: (Buffer | undefined)[];
  private missing: number;

  constructor(first: Part) {
    this.first = first;
    this.found = Array.from({ length: first.parts });
    this.missing = first.parts;
  }

  /** Parts that are there. */
  get received(): number {
    return this.found.length - this.missing;
  }

  /** The file, when this was its last part; null where others are missing. After a problem the file cannot become whole. */
  add({ part: number, parts, size, sha256: digest, data }: Part): Buffer | null | PartProblem {
    const { first } = this;
    if (parts !== first.parts || size !== first.size || digest !== first.sha256) return 'part_wrong';
    const bytes = Buffer.from(data, 'base64');
    const length = Math.min(PART_BYTES, size - (number - 1) * PART_BYTES);
    if (number > parts || parts !== Math.ceil(size / PART_BYTES) || bytes.byteLength !== length) return 'part_wrong';
    if (this.found[number - 1] === undefined) this.missing--;
    this.found[number - 1] = bytes;
    if (this.missing > 0) return null;
    const file = Buffer.concat(this.found as Buffer[]);
    return sha256(file) === digest ? file : 'checksum_wrong';
  }
}
