import { createHash } from 'node:crypto';
import type { KV } from '@nats-io/kv';
import type { StateRef } from './partition-table.ts';

/** A message of NATS has 1 MiB at most, headers included. */
const PIECE_BYTES = 512 * 1024;

/**
 * The learned states of partitions, in pieces. A claim of a partition has two places, and writes into the one that its record does not name:
 * the state that the record names is never overwritten, neither by its owner nor by a former one that still runs.
 *
 * Not the object store of the NATS client: that computes SHA-256 in JavaScript, 25 MB a second, which was 40 % of the processor time of a worker.
 */
export class StateStore {
  readonly #values: KV;

  constructor(values: KV) {
    this.#values = values;
  }

  /** `epoch`: of the claim, or another text without a dash that no one else uses. */
  async put(n: number, epoch: number | string, before: StateRef | null, bytes: Uint8Array): Promise<StateRef> {
    const [a, b] = placesOf(n, epoch);
    const name = before?.name === a ? b : a;
    const ref = { name, bytes: bytes.length, sha256: digestOf(bytes) };
    await Promise.all(
      piecesOf(ref).map((key, i) => this.#values.put(key, bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES))),
    );
    return ref;
  }

  /** Rejects when the state is not there or not whole. */
  async get(ref: StateRef): Promise<Uint8Array> {
    const entries = await Promise.all(piecesOf(ref).map((key) => this.#values.get(key)));
    const bytes = Buffer.concat(entries.map((entry) => entry?.value ?? new Uint8Array()));
    if (bytes.length !== ref.bytes)
      throw new Error(`state ${ref.name} has ${bytes.length} bytes instead of ${ref.bytes}`);
    if (digestOf(bytes) !== ref.sha256) throw new Error(`state ${ref.name} is damaged: its checksum differs`);
    return bytes;
  }

  /** The first bytes of a state, without its checksum: a whole number of pieces, at least `length` bytes if it has so many. */
  async beginning(ref: StateRef, length: number): Promise<Uint8Array> {
    const keys = piecesOf({ ...ref, bytes: Math.min(length, ref.bytes) });
    const entries = await Promise.all(keys.map((key) => this.#values.get(key)));
    return Buffer.concat(entries.map((entry) => entry?.value ?? new Uint8Array()));
  }

  /** Removes the states of an earlier claim. */
  async remove({ name }: StateRef): Promise<void> {
    const epoch = name.slice(0, name.lastIndexOf('-'));
    // Both places, with as many pieces as they ever had.
    for await (const key of await this.#values.keys([`${epoch}-0.*`, `${epoch}-1.*`])) await this.#values.purge(key);
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const piecesOf = ({ name, bytes }: Pick<StateRef, 'name' | 'bytes'>): readonly string[] =>
  Array.from({ length: Math.ceil(bytes / PIECE_BYTES) }, (_, i) => `${name}.${i}`);
const placesOf = (n: number, epoch: number | string): readonly [string, string] => [
  `p${n}-${epoch}-0`,
  `p${n}-${epoch}-1`,
];
