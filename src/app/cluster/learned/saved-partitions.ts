import { randomBytes } from 'node:crypto';
import { isAway } from '../../../io/nats/connection.ts';
import type { PartitionTable, SeenPartition, StateRef } from '../../../io/nats/partition-table.ts';
import type { StateStore } from '../../../io/nats/state-store.ts';
import type { Glob } from '../../../stream/names/glob.ts';
import { headLength, stateBytes, stateFrom, streamsIn, type PartitionState } from '../partition-state.ts';

/** A partition as its last checkpoint has it. */
export interface SavedPartition {
  readonly seen: SeenPartition;
  readonly state: PartitionState;
}

/** The answer to a request for a stream that no checkpoint has. */
export const NOT_SAVED =
  'No checkpoint has a series or group of this name: it has sent no reading yet, or was not saved since (cluster.checkpoint_every).';

/** Bytes in which most lists of streams end. */
const HEAD_BYTES = 64 * 1024;
/** A checkpoint may be replaced by the one after the next while it is read. */
const ATTEMPTS = 5;

/** The last checkpoints of all partitions, whether a worker has them or not. */
export class SavedPartitions {
  readonly #table: PartitionTable;
  readonly #store: StateStore;
  /** The partitions of streams, which never change. */
  readonly #homes = new Map<string, number>();

  constructor(table: PartitionTable, store: StateStore) {
    this.#table = table;
    this.#store = store;
  }

  get count(): number {
    return this.#table.count;
  }

  /** Names of the streams of a partition; none before its first checkpoint. */
  async streamsOf(n: number): Promise<readonly string[]> {
    const found = await this.#read(n, async (ref) => {
      const beginning = await this.#store.beginning(ref, HEAD_BYTES);
      const length = headLength(beginning);
      return streamsIn(length <= beginning.length ? beginning : await this.#store.beginning(ref, length));
    });
    for (const stream of found?.value ?? []) this.#homes.set(stream, n);
    return found?.value ?? [];
  }

  /** How many streams have a name that matches. */
  async countOf(matches: Glob): Promise<number> {
    let count = 0;
    for (let n = 0; n < this.count; n++) count += (await this.streamsOf(n)).filter(matches).length;
    return count;
  }

  /** The partition of a stream; null where no checkpoint has it. */
  async homeOf(stream: string): Promise<number | null> {
    for (let n = 0; n < this.count && !this.#homes.has(stream); n++) await this.streamsOf(n);
    return this.#homes.get(stream) ?? null;
  }

  /** Null before its first checkpoint. Rejects where its state is damaged, or of a newer zankyo. */
  async read(n: number): Promise<SavedPartition | null> {
    const found = await this.#read(n, async (ref) => stateFrom(await this.#store.get(ref)));
    return found === null ? null : { seen: found.seen, state: found.value };
  }

  /** Puts another state in the place of one that was read. False: a worker has saved or taken the partition since; nothing has changed. */
  async replace(n: number, { seen }: SavedPartition, state: PartitionState): Promise<boolean> {
    const epoch = `${seen.revision}i${randomBytes(8).toString('hex')}`;
    const ref = await this.#store.put(n, epoch, null, stateBytes(state));
    const revision = await this.#table.replaceState(n, seen, ref);
    if (revision === null) return false;
    // If they cannot be removed now, the next claim does it.
    await this.#store.removeBefore(n, revision, ref).catch(() => undefined);
    return true;
  }

  async #read<T>(
    n: number,
    use: (ref: StateRef) => Promise<T>,
  ): Promise<{ readonly seen: SeenPartition; readonly value: T } | null> {
    for (let attempt = 1; ; attempt++) {
      const seen = await this.#table.read(n);
      if (seen?.record.state == null) return null;
      try {
        return { seen, value: await use(seen.record.state) };
      } catch (error) {
        if (attempt === ATTEMPTS || isAway(error)) throw error;
      }
    }
  }
}
