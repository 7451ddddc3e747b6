import type { Delivery } from './entries.ts';

/** More than a broker sends ahead of acknowledgements: 256 as we ask for, some 1000 where it does not heed that. */
const MAX_DELIVERIES = 1024;

/**
 * The newest QoS 1 messages. A message that is marked as a redelivery is one if the packet of the same number was the same
 * message: the mark alone may be on the first copy that reached us, and a number is used again.
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

  /** The broker has a new session with us: it numbers anew. */
  clear(): void {
    this.#known.clear();
  }

  *[Symbol.iterator](): Generator<Delivery, void, undefined> {
    for (const [id, fingerprint] of this.#known) yield { id, fingerprint };
  }
}
