import { Subject, type Observable } from 'rxjs';
import { Assembly, importSchema, readPart, type ImportPart } from '../../io/mqtt/learned/chunk.ts';
import type { Message } from '../../stream/message.ts';
import type { CommandRequest } from '../../stream/ports/ports.ts';

/** After this time without a part, a file counts as incomplete. */
export const IDLE_MS = 30_000;

export interface InboxOptions {
  /** Records a delivery, so that it is acknowledged; false for a copy of one that was processed before. */
  readonly admit: (message: Message) => boolean;
  /** Publishes an answer. */
  readonly reply: (payload: string) => void;
  /** Epoch ms. */
  readonly now: () => number;
}

/**
 * Takes the files of the command import, which arrive in parts, one file at a time, and hands on a request when a file is whole. A file
 * that does not become whole is a request that is refused: it has an answer and is stored, as any other command.
 */
export class LearnedInbox {
  readonly requests$: Observable<CommandRequest>;
  private readonly requests = new Subject<CommandRequest>();
  private readonly options: InboxOptions;
  private running: { readonly first: ImportPart; readonly assembly: Assembly } | null = null;
  private timer: NodeJS.Timeout | null = null;
  /** The ids of the last file that ended, and of the last one that was refused because another one was running. */
  private ended = '';
  private turnedAway = '';

  constructor(options: InboxOptions) {
    this.options = options;
    this.requests$ = this.requests.asObservable();
  }

  take(message: Message): void {
    if (message.retained) {
      this.request('{"command":"import"}', { message });
      return;
    }
    if (!this.options.admit(message)) return;
    const part = readPart(importSchema, message.payload);
    if (part === null) {
      this.request(IMPORT_OF_NOTHING, { refused: 'part_wrong' });
      return;
    }
    if (part.id === this.ended) return;
    if (this.running !== null && part.id !== this.running.first.id) {
      if (part.id !== this.turnedAway) this.request(commandOf(part), { refused: 'transfer_running' });
      this.turnedAway = part.id;
      return;
    }
    this.add(part);
  }

  /** Drops the parts that have arrived; none of them was used. */
  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.running = null;
  }

  private add(part: ImportPart): void {
    const { first, assembly } = (this.running ??= { first: part, assembly: new Assembly(part) });
    const whole = part.series === first.series ? assembly.add(part) : 'part_wrong';
    if (this.timer !== null) clearTimeout(this.timer);
    if (whole === null) {
      this.timer = setTimeout(() => {
        this.end(first, { refused: 'incomplete' });
      }, IDLE_MS);
      this.timer.unref();
    } else this.end(first, typeof whole === 'string' ? { refused: whole } : { file: whole });
  }

  private end(first: ImportPart, result: Pick<CommandRequest, 'file' | 'refused'>): void {
    this.ended = first.id;
    this.running = null;
    this.request(commandOf(first), result);
  }

  private request(payload: string, more: Partial<CommandRequest>): void {
    const { now, reply } = this.options;
    this.requests.next({
      at: now(),
      source: 'mqtt',
      series: null,
      payload: Buffer.from(payload),
      message: null,
      row: null,
      reply,
      ...more,
    });
  }
}

/** A part that cannot be read names no file. */
const IMPORT_OF_NOTHING = JSON.stringify({ command: 'import', sha256: '0'.repeat(64) });

const commandOf = ({ id, series, sha256, by, replace }: ImportPart): string =>
  JSON.stringify({ command: 'import', id, series, sha256, by, replace });
