import { storeBatch } from '../../io/hub/batch.ts';
import { stateTimes } from '../../io/hub/series.ts';
import { heardSites } from '../../io/hub/sites.ts';
import type { Log } from '../../log.ts';
import { jsonOf } from '../../stream/values/json.ts';
import type { Message, Receipt } from '../../stream/message.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import { Batch } from './batch.ts';
import { READERS } from './readers.ts';
import { topicReader, type HubTopic } from './topics.ts';

/** Messages of one transaction. */
export const MAX_BATCH = 1_000;
/** A batch that is not full is written after this time, one of at least `MANY` messages sooner. */
const BATCH_MS = 100;
/**
 * Messages after which the broker may wait for acknowledgements before it sends more: the default of Mosquitto for a client that sets no
 * limit. To wait `BATCH_MS` then would be a pause of the broker.
 */
const MANY = 20;
const MANY_MS = 2;
const RETRY_MS = 1_000;
/** Messages that wait for the database. The broker sends `MAX_BATCH` ahead of acknowledgements; one that speaks MQTT 3.1.1 may send more. */
const MAX_WAITING = 20_000;
/** Beyond these, messages of further sites or series are counted and dropped. */
const MAX_SITES = 10_000;
const MAX_SERIES = 500_000;
const MAX_BYTES = 64 * 1024;

type Reject = 'bad_topic' | 'too_large' | 'bad_payload' | 'too_many_sites' | 'too_many_series' | 'overflow';

/** Told once: true when the message is stored, or never will be; false when it found no room and must come again. */
type Settle = (done: boolean) => void;

interface Waiting {
  readonly topic: HubTopic;
  readonly data: unknown;
  readonly message: Message;
  readonly settle: Settle | undefined;
}

export interface IntakeOptions {
  readonly db: SqlDatabase;
  readonly prefix: string;
  readonly acknowledge: (receipts: readonly Receipt[]) => void;
  /** Each reply to a command, when it is stored. */
  readonly onReply: (reply: { readonly id: string | null }) => void;
  readonly log: Log;
}

/**
 * Stores the messages of the sites: many in one transaction, and only then acknowledges them. While the database fails, they wait here,
 * and then at the broker. A message that cannot be read is acknowledged and counted.
 */
export class Intake {
  readonly rejected: Partial<Record<Reject, number>> = {};
  /** Messages stored since the start, by kind. */
  readonly storedBy: Record<HubTopic['kind'], number> = {
    status: 0,
    health: 0,
    state: 0,
    event: 0,
    incident: 0,
    reply: 0,
  };
  /** Transactions, and the time in them, ms. */
  readonly commits = { count: 0, ms: 0 };
  private readonly options: IntakeOptions;
  private readonly read: (topic: string) => HubTopic | null;
  private waiting: Waiting[] = [];
  /** The messages that are being written. */
  private batch: readonly Waiting[] = [];
  private readonly known = new Set<string>();
  /** Time of the stored state of each series. */
  private last = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;
  private failing = false;
  private stopped = false;

  constructor(options: IntakeOptions) {
    this.options = options;
    this.read = topicReader(options.prefix);
  }

  get stored(): number {
    return Object.values(this.storedBy).reduce((sum, count) => sum + count, 0);
  }

  /** Sites from which a message has come, ever. */
  get sites(): number {
    return this.known.size;
  }

  /** Whether the last transaction was done. */
  get writable(): boolean {
    return !this.failing;
  }

  /** Messages that are not stored yet. */
  get queued(): number {
    return this.batch.length + this.waiting.length;
  }

  /** When the oldest message arrived that is not stored yet; null where none waits. */
  get oldestAt(): number | null {
    const oldest = (this.batch as readonly (Waiting | undefined)[])[0] ?? (this.waiting as (Waiting | undefined)[])[0];
    return oldest?.message.receivedAt ?? null;
  }

  /** Call before the first message. */
  async begin(): Promise<void> {
    for (const { site } of await heardSites(this.options.db)) this.known.add(site);
    await this.readLast();
  }

  /** `settle`: for a message that no broker has sent. */
  receive(message: Message, settle?: Settle): void {
    if (this.stopped) {
      settle?.(false);
      return; // not acknowledged, so that it comes again
    }
    const topic = this.read(message.topic);
    const data = topic === null ? null : this.dataOf(topic, message);
    const reason =
      topic === null ? 'bad_topic' : typeof data === 'string' ? (data as Reject) : this.reasonAgainst(topic);
    if (reason !== null) {
      this.reject(reason, message);
      settle?.(reason !== 'overflow');
      return;
    }
    this.waiting.push({ topic: topic!, data, message, settle });
    const count = this.waiting.length;
    if (count >= MAX_BATCH) this.flush();
    else if (count === MANY) this.flushIn(MANY_MS);
    else if (this.timer === null) this.flushIn(BATCH_MS);
  }

  /** Writes what waits, once. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.writing;
    if (this.waiting.length > 0 && !this.failing) await this.write(this.waiting.splice(0)).catch(() => undefined);
  }

  /** The message as its schema has it; a reason in its place where it is none. */
  private dataOf(topic: HubTopic, { payload }: Message): unknown {
    if (payload.length > MAX_BYTES) return 'too_large' satisfies Reject;
    const text = Buffer.from(payload).toString('utf8');
    const read = READERS[topic.kind].safeParse(topic.kind === 'status' ? text : jsonOf(text));
    // A status is text too, and so is put into an object.
    return read.success ? { value: read.data } : ('bad_payload' satisfies Reject);
  }

  private reasonAgainst(topic: HubTopic): Reject | null {
    const { site } = topic;
    if (!this.known.has(site)) {
      if (this.known.size >= MAX_SITES) return 'too_many_sites';
      this.known.add(site);
    }
    if (topic.kind !== 'state') return this.waiting.length < MAX_WAITING ? null : 'overflow';
    const key = `${site}/${topic.slug}`;
    if (!this.last.has(key)) {
      if (this.last.size >= MAX_SERIES) return 'too_many_series';
      this.last.set(key, -Infinity);
    }
    return this.waiting.length < MAX_WAITING ? null : 'overflow';
  }

  private reject(reason: Reject, { topic, receipt }: Message): void {
    const count = (this.rejected[reason] ?? 0) + 1;
    this.rejected[reason] = count;
    // The first of each reason, then every thousandth: a broken site must not fill the disk with lines.
    if (count % 1000 === 1) this.options.log('warn', { topic, reason, count }, 'a message was not stored');
    // One that finds no room stays at the broker, which sends it again with the next connection.
    if (reason !== 'overflow' && receipt !== undefined) this.options.acknowledge([receipt]);
  }

  private flushIn(ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.flush();
    }, ms);
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.writing !== null || this.waiting.length === 0) return;
    this.batch = this.waiting.splice(0, MAX_BATCH);
    this.writing = this.untilWritten(this.batch).finally(() => {
      this.writing = null;
      this.batch = [];
      if (!this.stopped) this.flush();
    });
  }

  private async untilWritten(batch: readonly Waiting[]): Promise<void> {
    for (;;) {
      try {
        await this.write(batch);
        if (this.failing) this.options.log('info', {}, 'the database of the hub can be written again');
        this.failing = false;
        return;
      } catch (error) {
        if (!this.failing)
          this.options.log(
            'error',
            { err: error },
            'the database of the hub cannot be written; messages wait at the broker',
          );
        this.failing = true;
      }
      if (this.stopped) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      // The transaction may have been done all the same: then its states are no longer new.
      await this.readLast().catch(() => undefined);
    }
  }

  private async write(messages: readonly Waiting[]): Promise<void> {
    const batch = new Batch();
    const last = new Map<string, number>();
    const replies: { readonly id: string | null }[] = [];
    for (const { topic, data, message } of messages)
      this.add(batch, last, replies, topic, (data as { value: unknown }).value, message);
    const begunAt = performance.now();
    await storeBatch(this.options.db, batch.rows());
    this.commits.count++;
    this.commits.ms += performance.now() - begunAt;
    for (const [key, at] of last) this.last.set(key, at);
    for (const { topic } of messages) this.storedBy[topic.kind]++;
    this.options.acknowledge(messages.flatMap(({ message: { receipt } }) => (receipt === undefined ? [] : [receipt])));
    for (const { settle } of messages) settle?.(true);
    for (const reply of replies) this.options.onReply(reply);
  }

  private add(
    batch: Batch,
    last: Map<string, number>,
    replies: { readonly id: string | null }[],
    topic: HubTopic,
    value: unknown,
    { retained, receivedAt }: Message,
  ): void {
    const { site } = topic;
    if (topic.kind === 'status') {
      const status = value as 'online' | 'offline';
      batch.heard(site, retained ? 0 : receivedAt, status);
      return;
    }
    // What the broker has kept says nothing about now.
    batch.heard(
      site,
      retained ? Date.parse((value as { at?: string }).at ?? '1970-01-01') : receivedAt,
      retained ? null : 'online',
    );
    const data = value as never;
    if (topic.kind === 'health') batch.health(site, data);
    if (topic.kind === 'incident') batch.incident(site, data);
    if (topic.kind === 'event' && (value as { event_type: string }).event_type in EPISODES) batch.alarm(site, data);
    if (topic.kind === 'reply') {
      batch.reply(data);
      replies.push(data);
    }
    if (topic.kind !== 'state') return;
    const key = `${site}/${topic.slug}`;
    const at = Date.parse((value as { at: string }).at);
    if (at <= (last.get(key) ?? this.last.get(key) ?? -Infinity)) return;
    last.set(key, at);
    batch.state(site, topic.slug, data);
  }

  private async readLast(): Promise<void> {
    const rows = await stateTimes(this.options.db);
    for (const { site, slug, at } of rows) this.last.set(`${site}/${slug}`, at);
  }
}

/** A habit or a mode is no alarm. */
const EPISODES = { opened: true, updated: true, closed: true } as const;
