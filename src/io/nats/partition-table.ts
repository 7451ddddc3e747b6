import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KV } from '@nats-io/kv';
import { refusalOf, WRONG_REVISION } from './connection.ts';

/** Where the learned state of a partition is kept. */
export interface StateRef {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** One partition: who works on it, and its state up to a message of the stream. One value, so that both change together. */
export interface PartitionRecord {
  /** Name of a worker; null where the partition is free. */
  readonly owner: string | null;
  /** Sequence of the last message that the state includes. */
  readonly seq: number;
  /** Null before the first checkpoint. */
  readonly state: StateRef | null;
}

interface Written extends PartitionRecord {
  /** Of this write: tells whether a write without an answer was done. */
  readonly write: string;
}

/** A record as it is in the bucket. */
export interface SeenPartition {
  readonly record: PartitionRecord;
  readonly revision: number;
}

const RETRY_MS = 250;
/** Owner of a partition whose state was replaced from outside: the name of a worker has no dot. */
const IMPORTER = 'zankyo.import';
const FREE: PartitionRecord = { owner: null, seq: 0, state: null };

/** Whether a partition has no worker because its state was replaced. */
export const isReplaced = ({ owner }: PartitionRecord): boolean => owner === IMPORTER;

const keyOf = (n: number): string => `p.${n}`;

/**
 * A partition that this worker has claimed. Every write names the revision of the one before. A claim is a write too, so the worker that had
 * the partition before cannot write any more, even if it still runs: its checkpoint is refused.
 */
export class Held {
  /** Unique for each claim of a partition. */
  readonly epoch: number;
  readonly n: number;
  readonly #bucket: KV;
  #record: PartitionRecord;
  #revision: number;

  constructor(bucket: KV, n: number, record: PartitionRecord, revision: number) {
    this.n = n;
    this.epoch = revision;
    this.#bucket = bucket;
    this.#record = record;
    this.#revision = revision;
  }

  get record(): PartitionRecord {
    return this.#record;
  }

  /** Writes the place of a checkpoint. False: another worker has the partition. Retries while the server does not answer. */
  save(seq: number, state: StateRef): Promise<boolean> {
    return this.#write({ ...this.#record, seq, state });
  }

  /** Gives the partition back. False: another worker has it. */
  release(): Promise<boolean> {
    return this.#write({ ...this.#record, owner: null });
  }

  async #write(record: PartitionRecord): Promise<boolean> {
    const written = await writeRecord(this.#bucket, this.n, record, this.#revision);
    if (written === null) return false;
    this.#revision = written;
    this.#record = record;
    return true;
  }
}

/** Writes a record over that of a revision, 0: over none. The new revision; null where another client has written. */
async function writeRecord(bucket: KV, n: number, record: PartitionRecord, revision: number): Promise<number | null> {
  const write = randomUUID();
  const value = JSON.stringify({ ...record, write } satisfies Written);
  for (;;) {
    try {
      return await (revision === 0 ? bucket.create(keyOf(n), value) : bucket.update(keyOf(n), value, revision));
    } catch (error) {
      const code = refusalOf(error);
      if (code === WRONG_REVISION) {
        const entry = await bucket.get(keyOf(n));
        return entry?.json<Written>().write === write ? entry.revision : null;
      }
      if (code !== null || isClosed(error)) throw error;
      await sleep(RETRY_MS);
    }
  }
}

const isClosed = (error: unknown): boolean =>
  error instanceof Error && ['ClosedConnectionError', 'DrainingConnectionError'].includes(error.name);

/** The partitions of a site, as last seen in their bucket. */
export class PartitionTable {
  readonly #bucket: KV;
  readonly #count: number;
  readonly #seen = new Map<number, SeenPartition>();
  #stop: () => void = () => undefined;

  constructor(bucket: KV, count: number) {
    this.#bucket = bucket;
    this.#count = count;
  }

  /** Follows the changes of all workers; `onChange` after each. Call it again after a reconnection. */
  async watch(onChange: (n: number) => void): Promise<void> {
    this.#stop();
    const watch = await this.#bucket.watch({ key: 'p.*' });
    this.#stop = () => {
      watch.stop();
    };
    const follow = async (): Promise<void> => {
      for await (const entry of watch) {
        const n = Number(entry.key.slice(2));
        this.#see(n, entry.json<Written>(), entry.revision);
        onChange(n);
      }
    };
    void follow();
  }

  stop(): void {
    this.#stop();
  }

  get count(): number {
    return this.#count;
  }

  /** A partition as it is now; null before the first worker. */
  async read(n: number): Promise<SeenPartition | null> {
    const entry = await this.#bucket.get(keyOf(n));
    return entry === null ? null : { record: entry.json<Written>(), revision: entry.revision };
  }

  /**
   * Puts another state in the place of that of a partition as it was read, and takes it from its worker, whose next checkpoint is refused. A
   * worker claims it as that of a dead one, and processes the messages after the checkpoint again. The new revision; null where the record has
   * changed since.
   */
  replaceState(n: number, { record, revision }: SeenPartition, state: StateRef): Promise<number | null> {
    return writeRecord(this.#bucket, n, { owner: IMPORTER, seq: record.seq, state }, revision);
  }

  record(n: number): PartitionRecord {
    return this.#seen.get(n)?.record ?? FREE;
  }

  /** The partitions that no worker of `live` has. */
  free(live: ReadonlySet<string>): readonly number[] {
    return Array.from({ length: this.#count }, (_, n) => n).filter((n) => {
      const { owner } = this.record(n);
      return owner === null || !live.has(owner);
    });
  }

  /** Takes a partition as it was last seen. Null where another worker was faster. */
  async claim(n: number, worker: string): Promise<Held | null> {
    const seen = this.#seen.get(n);
    const record = { ...(seen?.record ?? FREE), owner: worker };
    const revision = await writeRecord(this.#bucket, n, record, seen?.revision ?? 0);
    if (revision === null) {
      const now = await this.read(n);
      if (now !== null) this.#see(n, now.record, now.revision);
      return null;
    }
    this.#see(n, record, revision);
    return new Held(this.#bucket, n, record, revision);
  }

  #see(n: number, record: PartitionRecord, revision: number): void {
    if (revision > (this.#seen.get(n)?.revision ?? 0)) this.#seen.set(n, { record, revision });
  }
}
