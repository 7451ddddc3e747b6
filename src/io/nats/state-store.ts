import { createHash } from 'node:crypto';
import type { KV } from '@nats-io/kv';
import type { Nats } from './connection.ts';
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
  readonly #jsm: Nats['jsm'];
  readonly #bucket: string;

  private constructor(values: KV, jsm: Nats['jsm'], bucket: string) {
    this.#values = values;
    this.#jsm = jsm;
    this.#bucket = bucket;
  }

  /** `bucket`: one that is there. */
  static async open({ kv, jsm }: Pick<Nats, 'kv' | 'jsm'>, bucket: string): Promise<StateStore> {
    return new StateStore(await kv.open(bucket), jsm, bucket);
  }

  /** `epoch`: of the claim. For an import the revision of the record that it replaces, and a text without a dash that no one else uses. */
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

  /**
   * Removes the states of a partition that belong to an earlier claim or import than the one that wrote `revision` of its record, but for
   * `kept`, which this revision names. It removes pieces that a killed program has left, too. A program that still writes such a state does not
   * know this revision, so the server refuses its record. The removal may therefore come late, or while other programs write.
   */
  async removeBefore(n: number, revision: number, kept: StateRef | null): Promise<void> {
    const stream = `KV_${this.#bucket}`;
    const prefix = `$KV.${this.#bucket}.`;
    const { state } = await this.#jsm.streams.info(stream, { subjects_filter: `${prefix}>` });
    const names = new Set(Object.keys(state.subjects ?? {}).map((subject) => nameOf(subject.slice(prefix.length))));
    const unused = [...names].filter((name) => {
      const [, partition, epoch] = EPOCH.exec(name) ?? [];
      return Number(partition) === n && Number(epoch) < revision && name !== kept?.name;
    });
    await Promise.all(unused.map((name) => this.#jsm.streams.purge(stream, { filter: `${prefix}${name}.*` })));
  }
}

const EPOCH = /^p(\d+)-(\d+)/;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const piecesOf = ({ name, bytes }: Pick<StateRef, 'name' | 'bytes'>): readonly string[] =>
  Array.from({ length: Math.ceil(bytes / PIECE_BYTES) }, (_, i) => `${name}.${i}`);
/** The state of a piece. */
const nameOf = (key: string): string => key.slice(0, key.lastIndexOf('.'));
const placesOf = (n: number, epoch: number | string): readonly [string, string] => [
  `p${n}-${epoch}-0`,
  `p${n}-${epoch}-1`,
];
