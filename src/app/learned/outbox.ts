import { partsOf } from '../../io/mqtt/learned/chunk.ts';
import type { LearnedFile, LearnedPort } from '../../stream/ports/ports.ts';

export interface OutboxOptions {
  /** Publishes at QoS 1; `onSettled`: the broker has the message, or it was dropped. */
  readonly publish: (payload: string, onSettled: () => void) => void;
}

/** Sends learned states in parts: the next part when the broker has the one before, so that a slow line has one message to wait for. */
export class LearnedOutbox implements LearnedPort {
  private readonly options: OutboxOptions;
  private messages: Iterator<string> | null = null;

  constructor(options: OutboxOptions) {
    this.options = options;
  }

  readonly isSending = (): boolean => this.messages !== null;

  readonly send = (id: string, files: readonly LearnedFile[]): void => {
    this.messages = messagesOf(id, files);
    this.next();
  };

  private next(): void {
    const next = this.messages?.next();
    if (next === undefined) return;
    if (next.done === true) this.messages = null;
    else
      this.options.publish(next.value, () => {
        this.next();
      });
  }
}

function* messagesOf(id: string, files: readonly LearnedFile[]): Generator<string> {
  for (const [n, { stream, content }] of files.entries())
    for (const part of partsOf(content))
      yield JSON.stringify({ schema: 1, id, series: stream, file: n + 1, files: files.length, ...part });
}
