import { HOUR_MS } from '../../math/time.ts';
import { failed, type Delivery, type Outgoing, type Sender, type Target } from './delivery.ts';
import type { Format, HttpMessage } from './formats/format.ts';

/** For connection, request and answer together: a service that hangs holds its worker this long. */
const TIMEOUT_MS = 15_000;
/** Bytes of an answer that are read; none of these services answers with more. */
const MAX_ANSWER_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 200;
const MAX_RETRY_AFTER_MS = HOUR_MS;
/** The message itself is at fault; the same again would be refused again. */
const REFUSED = [400, 413, 415, 422];

/** Sends in the form of one service. Redirects are not followed, so that only the host of the site file gets the message. */
export class HttpSender implements Sender {
  readonly #target: Target;
  readonly #format: Format;
  readonly #timeoutMs: number;

  constructor(target: Target, format: Format, timeoutMs: number = TIMEOUT_MS) {
    this.#target = target;
    this.#format = format;
    this.#timeoutMs = timeoutMs;
  }

  async send(message: Outgoing, signal: AbortSignal): Promise<Delivery> {
    const delivery = await this.#try(message, signal);
    // The first message of the thread may be gone: then this one stands by itself.
    const alone = message.ref !== null && !delivery.ok && delivery.permanent;
    return alone ? this.#try({ ...message, ref: null }, signal) : delivery;
  }

  close(): void {
    // Connections of fetch close by themselves.
  }

  async #try(message: Outgoing, signal: AbortSignal): Promise<Delivery> {
    try {
      const request = this.#format.request(this.#target, message);
      const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]);
      const { status, answer, retryAfterMs } = await exchange(request, limit);
      if (status >= 200 && status < 300)
        return { ok: true, ref: this.#format.refOf(answer, message), said: `HTTP ${status}` };
      if (status >= 300 && status < 400)
        return failed(`HTTP ${status}: the server redirects, which is refused; correct the url`);
      return failed(`HTTP ${status}${shown(answer)}`, REFUSED.includes(status), retryAfterMs);
    } catch (error) {
      return failed(reasonOf(error, this.#timeoutMs));
    }
  }
}

const exchange = async ({ method, url, headers, body }: HttpMessage, signal: AbortSignal) => {
  const response = await fetch(url, { method, headers, body, redirect: 'manual', signal });
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return {
    status: response.status,
    answer: await beginning(response),
    retryAfterMs: Number.isFinite(seconds) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, 1000 * seconds)) : null,
  };
};

/** The first bytes of the answer; the rest is not read. */
const beginning = async (response: Response): Promise<string> => {
  if (response.body === null) return '';
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; bytes < MAX_ANSWER_BYTES;) {
    const { done, value } = await reader.read();
    if (done) return text;
    bytes += value.length;
    text += decoder.decode(value.subarray(0, MAX_ANSWER_BYTES), { stream: true });
  }
  await reader.cancel();
  return text;
};

const shown = (answer: string): string => {
  const text = answer
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, SHOWN_CHARACTERS);
  return text === '' ? '' : `: ${text}`;
};

/** Why there was no answer, without the URL, which may be a secret. */
const reasonOf = (error: unknown, timeoutMs: number): string => {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  if (name === 'AbortError') return 'stopped';
  const { code = '' } = Object(cause ?? error) as { code?: string };
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused: is the server running, and the port right?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'host name not found';
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'the server closed the connection';
    default:
      return code === '' ? 'the request failed' : `the request failed (${code})`;
  }
};
