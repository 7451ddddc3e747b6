import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Log } from '../../log.ts';
import { subjectOf } from '../../stream/names/partition.ts';
import { refusalOf, type Nats } from './connection.ts';
import { behindKind, type Names } from './names.ts';

export interface HubForwarderOptions {
  readonly nats: Pick<Nats, 'connection' | 'js' | 'jsm' | 'managerOf'>;
  readonly names: Names;
  readonly site: string;
  readonly prefix: string;
  /** JetStream domain of the hub. */
  readonly domain: string;
  /** Copies of the stream at the hub. */
  readonly replicas: number;
  readonly deduplicateMs: number;
  readonly log: Log;
}

/** The stream of the hub with the alerts of all sites, and the prefix of a site's name in its subjects. */
export const HUB_ALERTS = 'zankyo-hub-alerts';
const HUB_ROOT = 'zankyo-hub';

const CONSUMER = 'hub';
/** Alerts on their way at a time, so that a backlog does not take the time of the line for each. */
const BATCH = 256;
/** The hub has to answer in this time. */
const ANSWER_MS = 2_000;
const RETRY_MS = 500;
/** After a worker that was killed, its alerts are delivered to the next one. */
const ACK_WAIT_MS = 5_000;
/** A request for alerts ends after so long, or with a full batch. Each alert is sent as soon as it comes. */
const FETCH_MS = 1_000;
const AGE_MS = 90 * 86_400_000;
const NAME_IN_USE = 10058;

interface Sent {
  readonly message: JsMsg;
  /** Whether the hub has it. */
  readonly done: Promise<boolean>;
}

const nanos = (ms: number): number => ms * 1e6;

/**
 * Forwards the alerts of a site to the hub, in their order. The stream of the site keeps what the hub does not have: without a hub the
 * alerts wait there. Each goes under its id until the hub has answered, and the hub drops a second copy. A stream of the hub that copies
 * (`sources`) would do the same, but nats-server 2.10 tries again only 40 s after a hub came back.
 */
export class HubForwarder {
  readonly #options: HubForwarderOptions;
  #running: { stopped: boolean; readonly ended: Promise<void> } | null = null;
  #away = false;

  constructor(options: HubForwarderOptions) {
    this.#options = options;
  }

  /** Does nothing while it runs. */
  start(): void {
    if (this.#running !== null) return;
    const run = { stopped: false, ended: Promise.resolve() };
    run.ended = this.#run(() => run.stopped || this.#options.nats.connection.isClosed());
    this.#running = run;
  }

  /** Ends after the alerts that are on their way. */
  async stop(): Promise<void> {
    const run = this.#running;
    if (run === null) return;
    this.#running = null;
    run.stopped = true;
    await run.ended;
  }

  async #run(stopped: () => boolean): Promise<void> {
    let consumer: Consumer | null = null;
    while (!stopped()) {
      try {
        consumer ??= await this.#open();
        const sent: Sent[] = [];
        for await (const message of await consumer.fetch({ max_messages: BATCH, expires: FETCH_MS }))
          sent.push({ message, done: this.#send(message) });
        await this.#settle(sent, stopped);
      } catch (error) {
        consumer = null;
        this.#report(error);
        await sleep(RETRY_MS);
      }
    }
  }

  async #open(): Promise<Consumer> {
    const { nats, names } = this.#options;
    await this.#makeStream();
    await nats.jsm.consumers.add(names.alerts, {
      durable_name: CONSUMER,
      ack_policy: 'explicit',
      deliver_policy: 'all',
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: 2 * BATCH,
    });
    return nats.js.consumers.get(names.alerts, CONSUMER);
  }

  /** The same for each site, so that the one which comes first makes it. */
  async #makeStream(): Promise<void> {
    const { nats, domain, prefix, replicas, deduplicateMs } = this.#options;
    const hub = await nats.managerOf(domain);
    try {
      await hub.streams.add({
        name: HUB_ALERTS,
        subjects: [`${HUB_ROOT}.*.>`],
        storage: 'file',
        num_replicas: replicas,
        max_age: nanos(AGE_MS),
        duplicate_window: nanos(deduplicateMs),
        // After the check for duplicates: clients at the hub get each alert once.
        republish: { src: `${HUB_ROOT}.*.>`, dest: `${subjectOf(prefix)}.{{wildcard(1)}}.>` },
      });
    } catch (error) {
      // Another site has made it with other settings, which stay.
      if (refusalOf(error) !== NAME_IN_USE) throw error;
    }
  }

  /** Until the hub has all of them. */
  async #settle(sent: readonly Sent[], stopped: () => boolean): Promise<void> {
    let waiting = sent;
    for (;;) {
      const results = await Promise.all(waiting.map(({ done }) => done));
      waiting = waiting.filter((_, i) => !results[i]);
      if (waiting.length === 0 || stopped()) return;
      for (const { message } of waiting) message.working();
      await sleep(RETRY_MS);
      waiting = waiting.map(({ message }) => ({ message, done: this.#send(message) }));
    }
  }

  /** Whether the hub has it. */
  async #send(message: JsMsg): Promise<boolean> {
    const { nats, site, log } = this.#options;
    const rest = behindKind(message.subject, 'alerts');
    const id = message.headers?.get('Nats-Msg-Id');
    try {
      await nats.js.publish(`${HUB_ROOT}.${subjectOf(site)}.${rest}`, message.data, {
        // Two sites may have the same id.
        msgID: `${site}:${id === undefined || id === '' ? message.seq : id}`,
        timeout: ANSWER_MS,
        expect: { streamName: HUB_ALERTS },
      });
    } catch (error) {
      this.#report(error);
      return false;
    }
    message.ack();
    if (this.#away) log('info', {}, 'the hub answers again');
    this.#away = false;
    return true;
  }

  #report(error: unknown): void {
    if (!this.#away) this.#options.log('warn', { err: error }, 'the hub does not answer: its alerts wait at this site');
    this.#away = true;
  }
}
