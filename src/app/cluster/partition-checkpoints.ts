import type { Held } from '../../io/nats/partition-table.ts';
import type { StateStore } from '../../io/nats/state-store.ts';
import type { Turns } from '../../io/nats/turns.ts';
import { stateBytes, type PartitionState } from './partition-state.ts';

/** Why a partition ends without a hand-over. */
export type Loss =
  | { readonly why: 'taken' }
  | { readonly why: 'imported' }
  | { readonly why: 'server'; readonly error: unknown }
  | { readonly why: 'pipeline'; readonly error: unknown };

export interface CheckpointOptions {
  readonly held: Held;
  readonly store: StateStore;
  readonly turns: Turns;
  /** Sequence of the last message that was processed. */
  readonly seq: () => number;
  readonly state: () => PartitionState;
  /** Resolves when servers have all alerts so far. */
  readonly published: () => Promise<void>;
  readonly hasEnded: () => boolean;
  readonly onLost: (loss: Loss) => void;
}

/** Ticks alone are saved so often: after a takeover they are processed again. */
const IDLE_SAVE_MS = 300_000;
const MAX_WAIT_MS = 30_000;
const RETRY_MS = 250;

/** Saves the state of a partition with its place in the stream, one checkpoint at a time. */
export class PartitionCheckpoints {
  /** Checkpoints so far. */
  readonly saved = { count: 0, bytes: 0 };
  readonly #options: CheckpointOptions;
  #seq: number;
  #savedAt = performance.now();
  #changed = false;
  #last: Promise<boolean> = Promise.resolve(true);

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#seq = options.held.record.seq;
  }

  /** More than ticks has come. */
  changed(): void {
    this.#changed = true;
  }

  /** Saves the state if messages have come since. False: the partition is lost. */
  save(): Promise<boolean> {
    const { seq, hasEnded, onLost } = this.#options;
    this.#last = this.#last.then(async () => {
      if (hasEnded()) return false;
      const isDue = this.#changed || performance.now() - this.#savedAt >= IDLE_SAVE_MS;
      if (seq() === this.#seq || !isDue) return true;
      try {
        return await this.#write();
      } catch (error) {
        onLost({ why: 'server', error });
        return false;
      }
    });
    return this.#last;
  }

  async #write(): Promise<boolean> {
    const { held, store, turns, hasEnded, published, onLost } = this.#options;
    await turns.next(true);
    if (hasEnded()) return false;
    this.#changed = false;
    this.#savedAt = performance.now();
    const state = this.#options.state();
    const bytes = stateBytes(state);
    await published();
    const ref = await this.#retried(() => store.put(held.n, held.epoch, held.record.state, bytes));
    if (hasEnded()) return false;
    if (!(await held.save(state.seq, ref))) {
      onLost({ why: 'taken' });
      return false;
    }
    this.#seq = state.seq;
    this.saved.count++;
    this.saved.bytes += bytes.length;
    // The state of the claim before is not needed any more. If it cannot be removed now, the next claim does it.
    if (this.saved.count === 1) await store.removeBefore(held.n, held.epoch, null).catch(() => undefined);
    return true;
  }

  /** While the server is away, up to 30 s: then the partition is given up. */
  async #retried<T>(attempt: () => Promise<T>): Promise<T> {
    const until = performance.now() + MAX_WAIT_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (this.#options.hasEnded() || performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
