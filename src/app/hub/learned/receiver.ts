import { AppError } from '../../../errors.ts';
import { decodeStreamFile, type StreamFile } from '../../../io/files/stream-file.ts';
import { learnedOf, storeLearned } from '../../../io/hub/learned.ts';
import { Assembly, MAX_FILES, sha256, type LearnedPart } from '../../../io/mqtt/learned/chunk.ts';
import type { SqlDatabase } from '../../../stream/ports/sql.ts';
import { roomFor, type RoomLimits } from './room.ts';
import type { Transfer } from './transfer.ts';

/** Why a file of a site is not stored. */
export type NotStored =
  'part_wrong' | 'incomplete' | 'checksum_wrong' | 'file_wrong' | 'too_many_streams' | 'site_full' | 'database';

export const NOT_STORED: Readonly<Record<NotStored, string>> = {
  part_wrong: 'a part of the file does not belong to the others',
  incomplete: 'parts of the file are missing',
  checksum_wrong: 'the file is damaged: its checksum differs from that of the site',
  file_wrong: 'the file is damaged, or names another site or stream',
  too_many_streams: `states of ${MAX_FILES} streams of this site are stored already, which is the limit`,
  site_full: 'no space is left for states of this site (learned.max_megabytes)',
  database: 'the database of the hub could not store it',
};

export interface ReceiverOptions {
  readonly db: SqlDatabase;
  readonly limits: RoomLimits;
  readonly now: () => number;
  /** A file is stored, or is not. */
  readonly onFile: (stream: string, problem: NotStored | null) => void;
  /** The last file of the request. */
  readonly onLast: () => void;
}

/** Puts the files of one request together, one after the other, and stores each when it is whole. */
export class Receiver {
  private readonly transfer: Transfer;
  private readonly options: ReceiverOptions;
  private running: { readonly first: LearnedPart; readonly assembly: Assembly } | null = null;
  /** The last file that is stored, or is not. */
  private last = 0;
  private storing: Promise<void> = Promise.resolve();

  constructor(transfer: Transfer, options: ReceiverOptions) {
    this.transfer = transfer;
    this.options = options;
  }

  /** Resolves when the part needs not come again. */
  async take(part: LearnedPart): Promise<void> {
    if (part.file <= this.last || this.transfer.ended) return; // a copy
    if (this.running !== null && part.file !== this.running.first.file) this.end('incomplete');
    const { first, assembly } = (this.running ??= { first: part, assembly: new Assembly(part) });
    const same = part.series === first.series && part.files === first.files;
    const whole = same ? assembly.add(part) : 'part_wrong';
    if (whole === null) return;
    if (typeof whole === 'string') this.end(whole);
    else {
      this.last = first.file;
      this.running = null;
      this.storing = this.storing.then(() => this.store(first, whole));
      await this.storing;
    }
  }

  /** Nothing more comes: the file that has begun is incomplete, also where it was to be the last one. */
  stop(): void {
    if (this.running !== null) this.options.onFile(this.running.first.series, 'incomplete');
    this.running = null;
  }

  private end(problem: NotStored): void {
    const { first } = this.running!;
    this.last = first.file;
    this.running = null;
    this.settle(first, problem);
  }

  private async store(first: LearnedPart, content: Buffer): Promise<void> {
    this.settle(first, await this.storedOrNot(first.series, content));
  }

  private settle({ series, file, files }: LearnedPart, problem: NotStored | null): void {
    this.options.onFile(series, problem);
    if (file === files) this.options.onLast();
  }

  private async storedOrNot(stream: string, content: Buffer): Promise<NotStored | null> {
    const { db, limits, now } = this.options;
    const { site } = this.transfer;
    const file = decoded(content);
    if (file?.site !== site || file.stream !== stream) return 'file_wrong';
    const { at, samples, version, shape } = file;
    try {
      const stored = await learnedOf(db, site);
      const streams = new Set(stored.map((row) => row.stream));
      if (!streams.has(stream) && streams.size >= MAX_FILES) return 'too_many_streams';
      const size = content.byteLength;
      const drop = roomFor({ stream, size }, stored, limits);
      if (drop === null) return 'site_full';
      const about = {
        at,
        samples,
        version,
        shape,
        series: JSON.stringify(file.series),
        units: JSON.stringify(file.units),
      };
      const own = stored.find((row) => row.stream === stream)?.stored_at ?? -Infinity;
      const stored_at = Math.max(now(), own + 1);
      await storeLearned(db, { site, stream, stored_at, ...about, size, sha256: sha256(content), content }, drop);
      return null;
    } catch {
      return 'database';
    }
  }
}

function decoded(content: Buffer): StreamFile | null {
  try {
    return decodeStreamFile(content, 'the file');
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
