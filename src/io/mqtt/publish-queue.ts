export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  /** Called when the broker has it, or never will. */
  readonly onSettled?: (() => void) | undefined;
}

/** Events are few and each one matters: a day without a broker at one alert every 17 s still fits, in some 5 MB. */
const MAX_EVENTS = 5000;

/**
 * What waits to be published. A state is retained and only its newest value counts, so one slot a topic is enough and
 * the memory is bounded by the number of topics. An event is said once: events queue in order, at most `maxEvents`,
 * and beyond that the oldest is dropped and counted.
 */
export class PublishQueue {
  readonly #maxEvents: number;
  readonly #states = new Map<string, string>();
  /** Topics whose newest state has not been taken yet, in the order in which they changed. */
  readonly #unsent = new Set<string>();
  readonly #events: Outgoing[] = [];
  #dropped = 0;

  constructor(maxEvents: number = MAX_EVENTS) {
    this.#maxEvents = maxEvents;
  }

  /** Events dropped since the start because the queue was full. */
  get dropped(): number {
    return this.#dropped;
  }

  get empty(): boolean {
    return this.#events.length === 0 && this.#unsent.size === 0;
  }

  putState(topic: string, payload: string): void {
    this.#states.set(topic, payload);
    this.#unsent.add(topic);
  }

  addEvent(topic: string, payload: string, onSettled?: () => void): void {
    if (this.#events.length === this.#maxEvents) {
      this.#events.shift()?.onSettled?.();
      this.#dropped++;
    }
    this.#events.push({ topic, payload, retain: false, onSettled });
  }

  /** A broker that was restarted may have forgotten what it retained: every state is due once more. */
  requeueStates(): void {
    for (const topic of this.#states.keys()) this.#unsent.add(topic);
  }

  /** Takes what should be published next, events before states; null when nothing waits. */
  take(): Outgoing | null {
    const event = this.#events.shift();
    if (event !== undefined) return event;
    for (const topic of this.#unsent) {
      this.#unsent.delete(topic);
      return { topic, payload: this.#states.get(topic)!, retain: true };
    }
    return null;
  }
}
