import type { MqttClient } from 'mqtt';
import type { Log } from '../../log.ts';
import type { ConnectionStateMachine } from './connection-state.ts';

/** First code of a SUBACK that means a refused filter. */
const FAILURE = 128;

/** The subscription to the site's topics, kept in the broker's session. */
export class Subscription {
  readonly #client: Pick<MqttClient, 'subscribe' | 'unsubscribe'>;
  readonly #connection: ConnectionStateMachine;
  #filters: string[];
  /** Filters that the broker's session may still have. */
  readonly #removed = new Set<string>();
  readonly #log: Log;
  readonly #onListening: (refused: readonly string[]) => void;
  readonly #refused = new Set<string>();
  /** The broker's session has the filters of this process. */
  #active = false;

  constructor(
    client: Pick<MqttClient, 'subscribe' | 'unsubscribe'>,
    connection: ConnectionStateMachine,
    filters: readonly string[],
    log: Log,
    onListening: (refused: readonly string[]) => void = () => undefined,
  ) {
    this.#client = client;
    this.#connection = connection;
    this.#filters = [...filters];
    this.#log = log;
    this.#onListening = onListening;
  }

  /**
   * Call after each connect. Subscribes once per process, as the filters may have changed, and again in a new session.
   */
  ensure(sessionPresent: boolean): void {
    if (!sessionPresent) {
      this.#active = false;
      this.#removed.clear();
    }
    if (!this.#active) this.#subscribe(this.#filters);
    this.#unsubscribe();
  }

  /**
   * Other filters from now on; those that stay are not touched. New ones come before old ones go, so that a topic of both is received
   * without a gap. Without a connection the next one has the change.
   */
  change(filters: readonly string[]): void {
    const added = filters.filter((filter) => !this.#filters.includes(filter));
    for (const filter of this.#filters) if (!filters.includes(filter)) this.#removed.add(filter);
    for (const filter of filters) this.#removed.delete(filter);
    for (const filter of this.#removed) this.#refused.delete(filter);
    this.#filters = [...filters];
    if (added.length === 0 && this.#removed.size === 0) return;
    if (!this.#connection.canPublish || this.#connection.ending) {
      this.#active = false;
      return;
    }
    this.#subscribe(added);
    this.#unsubscribe();
  }

  #unsubscribe(): void {
    const filters = [...this.#removed];
    if (filters.length === 0) return;
    this.#client.unsubscribe(filters, (error) => {
      if (error) return; // a lost connection: the next one unsubscribes
      for (const filter of filters) this.#removed.delete(filter);
      this.#log('info', { filters }, 'no longer listening');
    });
  }

  #subscribe(filters: readonly string[]): void {
    if (filters.length === 0) return;
    this.#active = false; // until the broker has confirmed it
    // rh 1: the broker sends retained values for a new subscription, not at every restart. rap stays false: with it, a
    // device that publishes its readings retained would look like the broker's copies of old ones.
    this.#client.subscribe([...filters], { qos: 1, rh: 1, rap: false }, (error, _granted, packet) => {
      if (packet === undefined) {
        // A lost connection is reported elsewhere, and the next one subscribes again.
        if (error !== null && this.#connection.canPublish)
          this.#log('error', { filters }, `cannot subscribe: ${error.message}`);
        return;
      }
      this.#active = true;
      this.#log('info', { filters }, 'listening');
      packet.granted.forEach((code, index) => {
        this.#refused.delete(filters[index]);
        if (Number(code) < FAILURE) return;
        this.#refused.add(filters[index]);
        const fields = { filter: filters[index], code };
        this.#log('error', fields, 'the broker refuses this subscription: check its access rules');
      });
      this.#onListening([...this.#refused]);
    });
  }
}
