import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { bearer } from './formats/format.ts';
import { retryPauseMs } from './retry.ts';

/** ntfy sends a keepalive every 45 s; without any for this long the connection is dead. */
const IDLE_MS = 180_000;
/** A message of ntfy has 4 KiB of text; a longer line is dropped. */
const MAX_LINE = 16_384;

/** The last message that was read: its time in Unix seconds, and its id. */
export interface ReadMark {
  readonly time: number;
  readonly id: string;
}

export interface RepliesOptions {
  /** Name of the target, for the log. */
  readonly name: string;
  /** The server, and the reply topic there. */
  readonly origin: string;
  readonly topic: string;
  readonly token: string | undefined;
  /** Messages from then on are read, also those of a time without connection, as long as the server keeps them. */
  readonly since: ReadMark;
  readonly onMessage: (text: string, mark: ReadMark) => void;
  readonly log: Log;
  /** For tests: the first pause after a failure. */
  readonly retryMs?: number;
}

/**
 * Reads the messages of an ntfy topic as they come: GET /<topic>/json, one JSON object a line (docs.ntfy.sh/subscribe/api). It
 * reconnects by itself, and never throws. Returns a function that ends it.
 */
export const readReplies = (options: RepliesOptions): (() => void) => {
  const ending = new AbortController();
  void run(options, ending.signal);
  return () => {
    ending.abort();
  };
};

const run = async (options: RepliesOptions, ending: AbortSignal): Promise<void> => {
  const { name, log, retryMs } = options;
  let mark = options.since;
  /** Ids of the messages of the second of the mark: they come again with each connection. */
  const read = new Set([mark.id]);
  let failures = 0;
  const ended = (): boolean => ending.aborted;
  while (!ended()) {
    const reason = await readOnce(options, ending, mark, (text, next) => {
      failures = 0;
      if (read.has(next.id)) return;
      if (next.time !== mark.time) read.clear();
      read.add(next.id);
      mark = next;
      options.onMessage(text, next);
    });
    if (ended()) return;
    if (reason !== null && failures++ === 0)
      log('warn', { target: name }, `${name}: answers from buttons cannot be read, and this is tried again: ${reason}`);
    await sleep(retryPauseMs(failures, retryMs), undefined, { signal: ending }).catch(() => undefined);
  }
};

/** Reads until the connection ends; why it failed, null after one that worked. */
const readOnce = async (
  { origin, topic, token }: RepliesOptions,
  ending: AbortSignal,
  since: ReadMark,
  onMessage: RepliesOptions['onMessage'],
): Promise<string | null> => {
  const idle = new AbortController();
  const timer = setTimeout(() => {
    idle.abort();
  }, IDLE_MS);
  try {
    const response = await fetch(`${origin}/${topic}/json?since=${since.time}`, {
      headers: bearer(token),
      redirect: 'manual',
      signal: AbortSignal.any([ending, idle.signal]),
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      return `HTTP ${response.status}`;
    }
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      timer.refresh();
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!.slice(0, MAX_LINE);
      for (const line of lines) {
        const message = messageIn(line);
        if (message !== null) onMessage(message.text, message.mark);
      }
    }
    return null;
  } catch (error) {
    if (idle.signal.aborted) return 'the connection was silent';
    const { cause } = error as Error;
    return (cause as { code?: string } | undefined)?.code ?? 'the connection failed';
  } finally {
    clearTimeout(timer);
  }
};

const messageIn = (line: string): { readonly text: string; readonly mark: ReadMark } | null => {
  try {
    const { id, time, event, message } = JSON.parse(line) as Record<string, unknown>;
    if (event !== 'message' || typeof message !== 'string' || typeof id !== 'string' || typeof time !== 'number')
      return null;
    return { text: message, mark: { id, time } };
  } catch {
    return null;
  }
};
