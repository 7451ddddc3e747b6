import type { Subscription } from '@nats-io/transport-node';
import { z } from 'zod';
import { healthJson } from '../../io/mqtt/alerts.ts';
import { healthSchema, type HealthMessage } from '../../io/mqtt/messages.ts';
import { isAway, type Nats } from '../../io/nats/connection.ts';
import type { Names } from '../../io/nats/names.ts';
import type { Presence } from '../../io/nats/presence.ts';
import type { Log } from '../../log.ts';
import type { Health } from '../../stream/health.ts';
import { siteHealth } from './site-health.ts';

export interface SiteStatusOptions {
  readonly nats: Pick<Nats, 'connection'>;
  readonly names: Names;
  readonly presence: Pick<Presence, 'live'>;
  readonly leaseMs: number;
  readonly worker: string;
  /** That of this worker. */
  readonly health: () => Health;
  readonly log: Log;
}

const PUBLISH_MS = 30_000;
/** A worker that restores states answers late. */
const ANSWER_MS = 5_000;
/** Messages that may be lost before the site counts as offline. */
const LOST = 3;

/** Of a worker that may be newer. */
const healthOfWorker = z.object(healthSchema.shape);

/**
 * Status and health of a site with a cluster, on the topics of the service. Each worker answers for itself, and one at a time asks all of
 * them and publishes the sum. NATS retains no message of its clients and has no last will for them, so both are published again and again,
 * and the health says after which silence no worker lives.
 */
export class SiteStatus {
  readonly #options: SiteStatusOptions;
  readonly #subscription: Subscription;
  #timer: NodeJS.Timeout | null = null;
  /** Names of the workers when this one last looked; null while another one publishes. */
  #live: string | null = null;

  constructor(options: SiteStatusOptions) {
    this.#options = options;
    const { nats, names } = options;
    this.#subscription = nats.connection.subscribe(names.subjects.health, {
      callback: (error, request) => {
        if (error === null) request.respond(this.#own());
      },
    });
  }

  /** This worker publishes from now on, or goes on: every 30 s, and at once when the workers that live are others than before. */
  start(live: ReadonlySet<string>): void {
    const names = [...live].sort().join();
    if (names === this.#live) return;
    this.#live = names;
    void this.#tell();
    this.#timer ??= setInterval(() => void this.#tell(), PUBLISH_MS);
  }

  /** Another worker publishes from now on. */
  stop(): void {
    this.#live = null;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The worker ends, and has no lease any more. The last one says that the site is offline. */
  async end(): Promise<void> {
    const { nats, presence } = this.#options;
    this.stop();
    this.#subscription.unsubscribe();
    if ((await presence.live()).size > 0) return;
    this.#publish('status', 'offline');
    await nats.connection.flush();
  }

  #own(): string {
    const { worker, health } = this.#options;
    const { problems, ...rest } = health();
    return healthJson({ ...rest, problems: problems.map((each) => ({ ...each, text: `${worker}: ${each.text}` })) });
  }

  async #tell(): Promise<void> {
    const { leaseMs, log } = this.#options;
    try {
      const workers = await this.#asked();
      if (this.#live === null || workers.length === 0) return;
      const expireAfter = Math.ceil((LOST * PUBLISH_MS + leaseMs) / 1000);
      this.#publish('status', 'online');
      this.#publish('health', JSON.stringify(siteHealth(workers, { at: Date.now(), expireAfter })));
    } catch (err) {
      if (!isAway(err)) log('warn', { err }, 'the health of the site could not be published');
    }
  }

  /** The answers of the workers that live, as many as come in time. */
  async #asked(): Promise<readonly HealthMessage[]> {
    const { nats, names, presence, log } = this.#options;
    const { size } = await presence.live();
    const answers = await nats.connection.requestMany(names.subjects.health, undefined, {
      ...{ strategy: 'count', maxMessages: Math.max(1, size), maxWait: ANSWER_MS },
    });
    const workers: HealthMessage[] = [];
    for await (const message of answers) {
      const read = healthOfWorker.safeParse(message.json());
      if (read.success) workers.push(read.data);
      else log('warn', {}, 'the health of a worker has another form: it is not added to that of the site');
    }
    return workers;
  }

  #publish(topic: 'status' | 'health', payload: string): void {
    const { nats, names } = this.#options;
    if (!nats.connection.isClosed()) nats.connection.publish(`${names.subjects.own}.${topic}`, payload);
  }
}
