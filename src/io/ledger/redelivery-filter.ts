import type { Delivery } from './entries.ts';

/**
 * More than a broker sends ahead of acknowledgements: 256 (the `receiveMaximum` of the client), or about 1,000 if it ignores that.
 */
const MAX_DELIVERIES = 1024;

/**
 * The newest QoS 1 messages, by packet identifier. A message with the DUP flag is a redelivery only if the last message
 * with its identifier had the same topic and payload. The flag alone is not enough: the first copy may have been lost
 * on the way.
 */
export class RedeliveryFilter {
  /** Fingerprints by packet identifier, the oldest first. */
  readonly #known = new Map<number, number>();

  has({ id, fingerprint }: Delivery): boolean {
    return this.#known.get(id) === fingerprint;
  }

  add({ id, fingerprint }: Delivery): void {
    this.#known.delete(id);
    this.#known.set(id, fingerprint);
    if (this.#known.size > MAX_DELIVERIES) this.#known.delete(this.#known.keys().next().value!);
  }

  /** The broker has a new session, and assigns identifiers anew. */
  clear(): void {
    this.#known.clear();
  }

  *[Symbol.iterator](): Generator<Delivery, void, undefined> {
    for (const [id, fingerprint] of this.#known) yield { id, fingerprint };
  }
}
