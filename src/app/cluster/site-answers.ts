import type { Subscription } from '@nats-io/transport-node';
import { z } from 'zod';
import { EventPublisher } from '../../io/nats/event-publisher.ts';
import type { Nats } from '../../io/nats/connection.ts';
import type { Names } from '../../io/nats/names.ts';
import { jsonOf } from '../../stream/values/json.ts';
import { replySchema } from '../commands/reply.ts';
import { collectedReply } from './collected-reply.ts';
import { publishTopic } from './partition-outlets.ts';

/** The answer of a partition to a command for the whole site, on its way to all workers. */
const partSchema = z.object({
  /** Sequence of the command in the stream of readings. */
  seq: z.int(),
  partition: z.int(),
  /** How many streams it has. */
  streams: z.int(),
  reply: z.object(replySchema.shape),
});
export type PartOfAnswer = z.output<typeof partSchema>;

export interface SiteAnswersOptions {
  readonly nats: Pick<Nats, 'connection' | 'js'>;
  readonly names: Names;
  readonly site: string;
  readonly prefix: string;
  readonly partitions: number;
  /** Topic of the answers for the whole site. */
  readonly topic: string;
}

/** Partitions that have not answered by then are named in the answer. A hub waits for 10 s. */
const COLLECT_MS = 8_000;
/** Commands whose answers are collected at a time. Beyond that the oldest is answered with what there is. */
const MAX_COMMANDS = 64;

interface Collected {
  readonly parts: Map<number, PartOfAnswer>;
  readonly timer: NodeJS.Timeout;
}

/**
 * Makes one answer of those of all partitions to a command for the whole site. Each worker collects them and publishes the whole under one
 * id, and the stream of alerts keeps the first: so no worker has to be chosen, and one that dies takes nothing with it. The answers that
 * partitions give again after a takeover are dropped there too.
 */
export class SiteAnswers {
  readonly #options: SiteAnswersOptions;
  readonly #publisher: EventPublisher;
  readonly #subscription: Subscription;
  /** By the sequence of the command, the oldest first. */
  readonly #collected = new Map<number, Collected>();

  constructor(options: SiteAnswersOptions) {
    this.#options = options;
    const { nats, names } = options;
    this.#publisher = new EventPublisher(nats);
    this.#subscription = nats.connection.subscribe(names.subjects.answers, {
      callback: (error, message) => {
        const part = error === null ? partSchema.safeParse(jsonOf(message.string())) : null;
        if (part?.success === true) this.#add(part.data);
      },
    });
  }

  /** Sends the answer of a partition of this worker to all workers. */
  send(part: PartOfAnswer): void {
    const { nats, names } = this.#options;
    if (!nats.connection.isClosed()) nats.connection.publish(names.subjects.answers, JSON.stringify(part));
  }

  /** The worker ends, when it has published the answers that are whole. The others publish the rest. */
  async end(): Promise<void> {
    await this.#options.nats.connection.flush();
    await this.#publisher.settled();
    this.#subscription.unsubscribe();
    for (const { timer } of this.#collected.values()) clearTimeout(timer);
    this.#collected.clear();
    this.#publisher.close();
  }

  #add(part: PartOfAnswer): void {
    const { seq, partition } = part;
    if (!this.#collected.has(seq)) {
      if (this.#collected.size >= MAX_COMMANDS) this.#answer([...this.#collected.keys()][0]);
      const timer = setTimeout(() => {
        this.#answer(seq);
      }, COLLECT_MS);
      this.#collected.set(seq, { parts: new Map(), timer });
    }
    const { parts } = this.#collected.get(seq)!;
    parts.set(partition, part);
    if (parts.size >= this.#options.partitions) this.#answer(seq);
  }

  #answer(seq: number): void {
    const { site, prefix, names, partitions, topic } = this.#options;
    const { parts, timer } = this.#collected.get(seq)!;
    clearTimeout(timer);
    this.#collected.delete(seq);
    const reply = collectedReply([...parts.values()], partitions);
    const outlets = { site, prefix, names, publisher: this.#publisher };
    publishTopic(outlets, topic, JSON.stringify(reply), `${topic}-${seq}`);
  }
}
