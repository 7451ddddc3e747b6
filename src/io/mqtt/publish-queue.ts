export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  /** Called when the broker has the message, has refused it, or the queue has dropped it. */
  readonly onSettled?: (() => void) | undefined;
}

/** One event every 17 s for a day without a broker; some 5 MB. */
const MAX_EVENTS = 5000;
/** A retained message without a payload removes the retained message of its topic. */
const CLEARED = '';

/**
 * Messages that wait to be published. A state is retained and only its newest value counts: one slot for each topic, so
 * memory is bounded by the number of topics. Events queue in order, at most `maxEvents`; beyond that the oldest is
 * dropped and counted.
 */
export class PublishQueue {
  readonly #maxEvents: number;
  readonly #states = new Map<string, string>();
  /** Topics whose newest state was not taken yet, in the order of their changes. */
  readonly #unsent = new Set<string>();
  readonly #onCleared = new Map<string, () => void>();
  readonly #events: Outgoing[] = [];
  #dropped = 0;

  constructor(maxEvents: number = MAX_EVENTS) {
    this.#maxEvents = maxEvents;
  }

  /** Events dropped since the start because the queue was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Messages that were not taken yet. */
  get size(): number {
    return this.#events.length + this.#unsent.size;
  }

  get empty(): boolean {
    return this.size === 0;
  }

  putState(topic: string, payload: string): void {
    this.#onCleared.delete(topic);
    this.#states.set(topic, payload);
    this.#unsent.add(topic);
  }

  /**
   * Removes the state of a topic, here and on the broker. A newer state cancels this, and `onCleared` is then not
   * called.
   */
  clearState(topic: string, onCleared: () => void): void {
    this.putState(topic, CLEARED);
    this.#onCleared.set(topic, onCleared);
  }

  addEvent(topic: string, payload: string, onSettled?: () => void): void {
    if (this.#events.length === this.#maxEvents) {
      this.#events.shift()?.onSettled?.();
      this.#dropped++;
    }
    this.#events.push({ topic, payload, retain: false, onSettled });
  }

  /** The states of these topics are due once more; all, where a restarted broker may have lost its retained messages. */
  requeueStates(matches: (topic: string) => boolean = () => true): void {
    for (const topic of this.#states.keys()) if (matches(topic)) this.#unsent.add(topic);
  }

  /** Takes the next message, events before states; null when none waits. */
  take(): Outgoing | null {
    const event = this.#events.shift();
    if (event !== undefined) return event;
    for (const topic of this.#unsent) {
      this.#unsent.delete(topic);
      const payload = this.#states.get(topic)!;
      if (payload !== CLEARED) return { topic, payload, retain: true };
      const onSettled = this.#onCleared.get(topic);
      this.#onCleared.delete(topic);
      this.#states.delete(topic);
      return { topic, payload, retain: true, onSettled };
    }
    return null;
  }
}
