import { setTimeout as sleep } from 'node:timers/promises';
import type { Nats } from './connection.ts';

const RETRY_MS = 500;

/**
 * Publishes alerts to streams that drop a second message with the same id. An alert is sent until a server has it: a checkpoint waits for
 * the alerts before it, so that none is lost, and after a takeover they are sent again and dropped there.
 */
export class EventPublisher {
  readonly #nats: Pick<Nats, 'js' | 'connection'>;
  readonly #sending = new Set<Promise<void>>();
  #closed = false;

  constructor(nats: Pick<Nats, 'js' | 'connection'>) {
    this.#nats = nats;
  }

  /** Alerts that no server has yet. */
  get waiting(): number {
    return this.#sending.size;
  }

  publish(subject: string, payload: string, id: string): void {
    const sent = this.#send(subject, payload, id).then(() => {
      this.#sending.delete(sent);
    });
    this.#sending.add(sent);
  }

  /** Without an answer and without a second try: for states, of which the next one is sent soon. */
  publishState(subject: string, payload: string): void {
    if (!this.#closed && !this.#nats.connection.isClosed()) this.#nats.connection.publish(subject, payload);
  }

  /** Resolves when servers have all alerts that were published so far, or after `close`. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  /** Gives up what waits. */
  close(): void {
    this.#closed = true;
  }

  async #send(subject: string, payload: string, msgID: string): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#nats.js.publish(subject, payload, { msgID });
        return;
      } catch {
        await sleep(RETRY_MS); // the server is away or too busy: the id makes a second copy harmless
      }
    }
  }
}
