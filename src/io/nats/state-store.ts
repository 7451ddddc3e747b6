import type { KV } from '@nats-io/kv';
import type { ObjectStore } from '@nats-io/obj';
import type { StateRef } from './partition-table.ts';

/** A message of NATS has 1 MiB at most, headers included; a larger state goes to the object store, in pieces. */
const MAX_VALUE_BYTES = 1_000_000;

/**
 * The learned states of partitions. A claim of a partition has two places, and writes into the one that its record does not name: the state
 * that the record names is never overwritten, neither by its owner nor by a former one that still runs.
 */
export class StateStore {
  readonly #values: KV;
  readonly #objects: ObjectStore;

  constructor(values: KV, objects: ObjectStore) {
    this.#values = values;
    this.#objects = objects;
  }

  async put(n: number, epoch: number, before: StateRef | null, bytes: Uint8Array): Promise<StateRef> {
    const [a, b] = placesOf(n, epoch);
    const name = before?.name === a ? b : a;
    const kind = bytes.length <= MAX_VALUE_BYTES ? 'value' : 'object';
    if (kind === 'value') await this.#values.put(name, bytes);
    else await this.#objects.putBlob({ name }, bytes);
    return { kind, name, bytes: bytes.length };
  }

  /** Rejects when the state is not there or not whole. */
  async get({ kind, name, bytes }: StateRef): Promise<Uint8Array> {
    const found =
      kind === 'value' ? (await this.#values.get(name))?.value : ((await this.#objects.getBlob(name)) ?? undefined);
    if (found?.length !== bytes)
      throw new Error(`state ${name} has ${found?.length ?? 'no'} bytes instead of ${bytes}`);
    return found;
  }

  /** Removes the states of an earlier claim. */
  async remove({ kind, name }: StateRef): Promise<void> {
    const epoch = name.slice(0, name.lastIndexOf('-'));
    for (const each of [`${epoch}-0`, `${epoch}-1`])
      if (kind === 'value') await this.#values.purge(each);
      else if ((await this.#objects.info(each)) !== null) await this.#objects.delete(each);
  }
}

const placesOf = (n: number, epoch: number): readonly [string, string] => [`p${n}-${epoch}-0`, `p${n}-${epoch}-1`];
