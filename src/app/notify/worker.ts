import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { Button, Delivery, Sender } from '../../io/notify/delivery.ts';
import { retryPauseMs } from '../../io/notify/retry.ts';
import type { Notification } from '../../stream/ports/notification.ts';
import { durationInWords } from '../../detect/episode/reason.ts';
import { DAY_MS } from '../../math/time.ts';

/** Messages that wait for one target. Beyond it the oldest is dropped and counted. */
export const MAX_WAITING = 1000;
/** A message older than this is no help any more. */
export const MAX_AGE_MS = DAY_MS;
/** For a message that is under way when the service stops. */
const STOP_MS = 1_000;

export interface Waiting {
  readonly id: number;
  readonly notification: Notification;
}

export interface WorkerOptions {
  readonly name: string;
  /** Called with the first message. */
  readonly open: () => Promise<Sender>;
  readonly buttonsOf: (notification: Notification) => readonly Button[];
  /** The id that the service gave to the first message of a thread. */
  readonly refOf: (thread: string) => string | null;
  /** A message is delivered, or given up: its row can be deleted. `ref`: see `Delivery`; null where it is given up. */
  readonly onSettled: (waiting: Waiting, ref: string | null) => void;
  readonly now: () => number;
  /** First pause after a failure; it doubles up to five minutes. */
  readonly retryMs?: number;
  readonly log: Log;
}

/** Counts since the start. */
export interface WorkerCounts {
  sent: number;
  /** Attempts that failed. */
  failed: number;
  /** Messages that were given up: refused by the service, too old, or too many. */
  dropped: number;
}

/**
 * Sends the messages of one target, one after the other, each until it is delivered. A target that hangs or fails delays only its
 * own messages: every target has a worker of its own.
 */
export class Worker {
  readonly counts: WorkerCounts = { sent: 0, failed: 0, dropped: 0 };
  private readonly options: WorkerOptions;
  private readonly queue: Waiting[] = [];
  private readonly aborting = new AbortController();
  private readonly stopping = new AbortController();
  private sender: Sender | null = null;
  private running: Promise<void> | null = null;
  private failures = 0;
  private failingAt: number | null = null;

  constructor(options: WorkerOptions) {
    this.options = options;
  }

  get name(): string {
    return this.options.name;
  }

  private isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** Since when no message was delivered although one waits, epoch ms; null where none has failed. */
  get failingSince(): number | null {
    return this.failingAt;
  }

  add(waiting: Waiting): void {
    if (this.isStopped()) return;
    // The first one may be under way.
    if (this.queue.length >= MAX_WAITING) this.drop(this.queue.splice(1, 1)[0], `${MAX_WAITING} messages wait`);
    this.queue.push(waiting);
    this.begin();
  }

  /** Lets a message that is under way end, for a second. Messages that wait stay in the database. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.queue.splice(1);
    const late = setTimeout(() => {
      this.aborting.abort();
    }, STOP_MS);
    await this.running;
    clearTimeout(late);
    this.sender?.close();
  }

  private begin(): void {
    this.running ??= this.run().then(() => {
      this.running = null;
      // One that came while the last step ended.
      if (this.queue.length > 0 && !this.isStopped()) this.begin();
    });
  }

  private async run(): Promise<void> {
    const { now } = this.options;
    while (this.queue.length > 0 && !this.isStopped()) {
      const [first] = this.queue;
      if (now() - first.notification.at > MAX_AGE_MS) {
        this.remove(first);
        this.drop(first, `it is older than ${durationInWords(MAX_AGE_MS)}`);
        continue;
      }
      const delivery = await this.attempt(first.notification);
      if (!delivery.ok && this.isStopped()) return;
      this.settle(first, delivery);
      if (!delivery.ok && !delivery.permanent) await this.pause(delivery.retryAfterMs);
    }
  }

  private async attempt(notification: Notification): Promise<Delivery> {
    const { open, buttonsOf, refOf } = this.options;
    try {
      this.sender ??= await open();
      const ref = notification.thread === null ? null : refOf(notification.thread);
      return await this.sender.send({ notification, ref, buttons: buttonsOf(notification) }, this.aborting.signal);
    } catch (error) {
      this.options.log('error', { target: this.name, err: error }, 'internal error: a notification was not sent');
      return { ok: false, permanent: true, reason: 'internal error', retryAfterMs: null };
    }
  }

  private settle(waiting: Waiting, delivery: Delivery): void {
    const { log, onSettled } = this.options;
    const target = this.name;
    if (delivery.ok) {
      this.counts.sent++;
      if (this.failures > 0)
        log('info', { target, attempts: this.failures }, `${target}: notifications are delivered again`);
      this.failures = 0;
      this.failingAt = null;
      this.remove(waiting);
      onSettled(waiting, delivery.ref);
      return;
    }
    this.counts.failed++;
    if (delivery.permanent) {
      this.remove(waiting);
      this.drop(waiting, delivery.reason);
      return;
    }
    this.failingAt ??= this.options.now();
    if (this.failures++ === 0)
      log('warn', { target }, `${target}: a notification was not delivered and is tried again: ${delivery.reason}`);
  }

  private remove(waiting: Waiting): void {
    // The bound may have dropped it meanwhile.
    if (this.queue[0] === waiting) this.queue.shift();
  }

  private drop(waiting: Waiting, reason: string): void {
    this.counts.dropped++;
    const { title } = waiting.notification;
    this.options.log('warn', { target: this.name, title }, `${this.name}: a notification was given up: ${reason}`);
    this.options.onSettled(waiting, null);
  }

  /** Ends early when the service stops. */
  private async pause(retryAfterMs: number | null): Promise<void> {
    const ms = Math.max(retryAfterMs ?? 0, retryPauseMs(this.failures, this.options.retryMs));
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
