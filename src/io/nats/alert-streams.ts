import { setTimeout as sleep } from 'node:timers/promises';
import type { JsMsg, StreamConfig } from '@nats-io/jetstream';
import type { Log } from '../../log.ts';
import { subjectOf, topicOf } from '../../stream/names/partition.ts';
import { connectNats, type Nats, type NatsOptions } from './connection.ts';
import { HUB_ALERTS } from './hub-forwarder.ts';
import { behindKind } from './names.ts';

export interface AlertStreamsOptions {
  readonly nats: Omit<NatsOptions, 'log'>;
  /** Before the name of a site in the topics for MQTT clients. */
  readonly prefix: string;
  /** The durable consumer of each stream: another name gets all messages once more. */
  readonly consumer: string;
  /** `settle(true)`: the message is stored, or never will be; `settle(false)`: it must come again. Until then it counts as not received. */
  readonly onMessage: (topic: string, payload: Uint8Array, settle: (done: boolean) => void) => void;
  readonly log: Log;
}

/** `server`: it cannot be used, or does not list its streams. `stream`: one cannot be read. */
type Failure = 'server' | 'stream';
type TopicOf = (subject: string) => string;

/** After so long streams are looked for again, also those that have failed. */
const LOOK_MS = 5_000;
/** Messages of a stream that are not settled. */
const BATCH = 256;
/** A request for messages ends after so long, or with a full batch. Each message is handed on as soon as it comes. */
const FETCH_MS = 5_000;
/** A message that was not settled comes again after so long. */
const AGAIN_MS = 5_000;

const nanos = (ms: number): number => ms * 1e6;

/** Gives the subjects of a stream as topics of MQTT; null where the stream has no alerts and no states with this prefix. */
function topicsOf({ name, republish }: StreamConfig, prefix: string): TopicOf | null {
  const [, site, kind] = /^zankyo-(.+)-(alerts|states)$/.exec(name) ?? [];
  const from = name === HUB_ALERTS ? '{{wildcard(1)}}' : site;
  if (republish?.dest.startsWith(`${subjectOf(prefix)}.${from}.`) !== true) return null;
  if (name === HUB_ALERTS) return (subject) => `${prefix}/${topicOf(subject.slice(subject.indexOf('.') + 1))}`;
  if (kind === 'alerts') return (subject) => `${prefix}/${site}/${topicOf(behindKind(subject, kind))}`;
  return (subject) => `${prefix}/${site}/series/${behindKind(subject, 'states')}/state`;
}

/**
 * Reads what clusters publish for MQTT clients: from the stream of the hub, with the alerts of all sites whose servers are leaf nodes, and
 * from the streams of each cluster on this server. nats-server delivers these messages to MQTT clients at QoS 0, so one that is away
 * loses them; here each comes until it is settled. A server that is away or refuses is tried again and again.
 */
export class AlertStreams {
  /** Attempts that have failed since the start. */
  readonly failures: Record<Failure, number> = { server: 0, stream: 0 };
  readonly #options: AlertStreamsOptions;
  readonly #reading = new Set<string>();
  /** The server, and the streams, whose last failure has been logged. Each leaves when it succeeds. */
  readonly #logged = new Set<string>();
  #nats: Nats | null = null;
  #stopped = false;

  constructor(options: AlertStreamsOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#nats?.isConnected() ?? false;
  }

  /** Streams that are being read. */
  get count(): number {
    return this.#reading.size;
  }

  start(): void {
    void this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#nats?.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#look(await this.#connect());
        this.#logged.delete('server');
      } catch (error) {
        const text = 'the hub cannot use the NATS server: messages of clusters wait in its streams';
        this.#failed('server', 'server', error, {}, text);
      }
      await sleep(LOOK_MS, undefined, { ref: false });
    }
    await this.#nats?.close();
  }

  /** A connection ends for good when the server refuses the password. */
  async #connect(): Promise<Nats> {
    const { nats, log } = this.#options;
    if (this.#nats === null || this.#nats.connection.isClosed()) this.#nats = await connectNats({ ...nats, log });
    return this.#nats;
  }

  /** Begins with the streams that are new. */
  async #look(nats: Nats): Promise<void> {
    const { prefix, log } = this.#options;
    for await (const { config } of nats.jsm.streams.list()) {
      const topics = topicsOf(config, prefix);
      if (topics === null || this.#reading.has(config.name)) continue;
      this.#reading.add(config.name);
      void this.#read(nats, config.name, topics).finally(() => this.#reading.delete(config.name));
    }
    if (this.#reading.size > 0) this.#logged.delete('none');
    else if (!this.#logged.has('none')) {
      this.#logged.add('none');
      const server = nats.connection.getServer();
      log('warn', { server }, `no stream has alerts: expected ${HUB_ALERTS} or zankyo-<site>-alerts, with mqtt.prefix`);
    }
  }

  /** Until it fails: then the next look begins with it again. */
  async #read(nats: Nats, stream: string, topics: TopicOf): Promise<void> {
    const { consumer: name, log } = this.#options;
    try {
      await nats.jsm.consumers.add(stream, {
        ...{ durable_name: name, ack_policy: 'explicit', deliver_policy: 'all', ack_wait: nanos(AGAIN_MS) },
      });
      const consumer = await nats.js.consumers.get(stream, name);
      log('info', { stream }, 'reading messages of clusters from NATS');
      this.#logged.delete(stream);
      while (!this.#stopped && !nats.connection.isClosed()) {
        const batch: Promise<boolean>[] = [];
        for await (const message of await consumer.fetch({ max_messages: BATCH, expires: FETCH_MS }))
          batch.push(this.#settled(nats, topics(message.subject), message));
        if ((await Promise.all(batch)).includes(false)) await sleep(AGAIN_MS, undefined, { ref: false });
      }
    } catch (error) {
      this.#failed(
        'stream',
        stream,
        error,
        { stream },
        'the hub cannot read a stream of NATS: its messages wait there',
      );
    }
  }

  #settled(nats: Nats, topic: string, message: JsMsg): Promise<boolean> {
    return new Promise((resolve) => {
      this.#options.onMessage(topic, message.data, (done) => {
        if (done && !nats.connection.isClosed()) message.ack();
        resolve(done);
      });
    });
  }

  #failed(reason: Failure, key: string, error: unknown, fields: object, text: string): void {
    if (this.#stopped) return;
    this.failures[reason]++;
    if (this.#logged.has(key)) return;
    this.#logged.add(key);
    this.#options.log('warn', { ...fields, err: error }, text);
  }
}
