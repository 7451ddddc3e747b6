import { encodeStreamFile, type StreamFile } from '../../io/files/stream-file.ts';
import { MAX_FILE_BYTES, MAX_FILES } from '../../io/mqtt/learned/chunk.ts';
import type { LearnedFile } from '../../stream/ports/ports.ts';
import { refuse, type Refused } from '../commands/refusals.ts';

/** Bytes of one request. The broker has room for its messages with its default limits: 1,000. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Why a request for this many streams is refused, before any of them is encoded; null where it is not. */
export const refuseMany = (streams: number): Refused | null =>
  streams > MAX_FILES ? tooMuch(`more than ${MAX_FILES} streams`) : null;

/** The files of one request, up to its limits. */
export class LearnedBundle {
  private readonly files: LearnedFile[] = [];
  private readonly large: string[] = [];
  private bytes = 0;

  /** Adds the file of a stream. Returns why the request is refused; null where it is not. */
  add(file: StreamFile): Refused | null {
    const content = encodeStreamFile(file);
    if (content.byteLength > MAX_FILE_BYTES) {
      this.large.push(file.stream);
      return null;
    }
    this.bytes += content.byteLength;
    if (this.bytes > MAX_BYTES) return tooMuch(`more than ${MAX_BYTES / 1024 / 1024} MB`);
    this.files.push({ stream: file.stream, content });
    return refuseMany(this.files.length);
  }

  /** The files, with a sentence for the answer, or why there are none. */
  result(): { readonly files: readonly LearnedFile[]; readonly text: string } | Refused {
    const { files, large, bytes } = this;
    if (files.length === 0 && large.length === 0) return refuse('unknown_series');
    if (files.length === 0) return refuse('too_much', `${large.join(', ')}: larger than 4 MB.`);
    const without = large.length === 0 ? '' : ` Larger than 4 MB, and not sent: ${large.join(', ')}.`;
    const text = `Sends what ${files.length} ${files.length === 1 ? 'stream has' : 'streams have'} learned, ${Math.ceil(bytes / 1000)} kB.${without}`;
    return { files, text };
  }
}

const tooMuch = (what: string): Refused => refuse('too_much', `These are ${what}. Name fewer streams.`);
