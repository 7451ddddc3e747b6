import type { KV } from '@nats-io/kv';
import { refusalOf, WRONG_REVISION } from './connection.ts';

/** What a worker says of itself. */
export interface WorkerInfo {
  readonly startedAt: number;
  readonly version: string;
}

/**
 * The workers that live: each renews its key in a bucket whose keys expire. A worker that does not renew is dead for the others, and they
 * take its partitions.
 */
export class Presence {
  readonly #bucket: KV;
  readonly #worker: string;
  readonly #info: string;
  #revision = 0;

  /** `worker`: a valid key, unique in the cluster. */
  constructor(bucket: KV, worker: string, info: WorkerInfo) {
    this.#bucket = bucket;
    this.#worker = worker;
    this.#info = JSON.stringify(info);
  }

  /** Renews the key, or makes it. True: it had expired, and others may have taken the partitions. Rejects when the server does not answer. */
  async renew(): Promise<boolean> {
    const known = this.#revision > 0;
    if (known) {
      try {
        this.#revision = await this.#bucket.update(this.#worker, this.#info, this.#revision);
        return false;
      } catch (error) {
        if (refusalOf(error) !== WRONG_REVISION) throw error;
      }
    }
    // Also after an answer that was lost: the key is there with a newer revision.
    const before = await this.#bucket.get(this.#worker);
    this.#revision = await this.#bucket.put(this.#worker, this.#info);
    return known && before === null;
  }

  /** Names of the workers that live. */
  async live(): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for await (const name of await this.#bucket.keys()) names.add(name);
    return names;
  }

  async isLive(worker: string): Promise<boolean> {
    const entry = await this.#bucket.get(worker);
    return entry?.operation === 'PUT';
  }

  async leave(): Promise<void> {
    await this.#bucket.delete(this.#worker);
  }
}
