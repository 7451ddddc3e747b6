import type { MqttClient } from 'mqtt';
import type { Log } from '../../log.ts';
import type { ConnectionStateMachine } from './connection-state.ts';

/** First code of a SUBACK that means a refused filter. */
const FAILURE = 128;

/** The subscription to the site's topics, kept in the broker's session. */
export class Subscription {
  readonly #client: Pick<MqttClient, 'subscribe'>;
  readonly #connection: ConnectionStateMachine;
  readonly #filters: string[];
  readonly #log: Log;
  /** The broker's session has the filters of this process. */
  #active = false;

  constructor(
    client: Pick<MqttClient, 'subscribe'>,
    connection: ConnectionStateMachine,
    filters: readonly string[],
    log: Log,
  ) {
    this.#client = client;
    this.#connection = connection;
    this.#filters = [...filters];
    this.#log = log;
  }

  /**
   * Call after each connect. Subscribes once per process, as the filters may have changed, and again in a new session.
   */
  ensure(sessionPresent: boolean): void {
    const filters = this.#filters;
    if (!sessionPresent) this.#active = false;
    if (this.#active || filters.length === 0) return;
    // rh 1: the broker sends retained values for a new subscription, not at every restart. rap stays false: with it, a
    // device that publishes its readings retained would look like the broker's copies of old ones.
    this.#client.subscribe(filters, { qos: 1, rh: 1, rap: false }, (error, _granted, packet) => {
      if (packet === undefined) {
        // A lost connection is reported elsewhere, and the next one subscribes again.
        if (error !== null && this.#connection.canPublish)
          this.#log('error', { filters }, `cannot subscribe: ${error.message}`);
        return;
      }
      this.#active = true;
      this.#log('info', { filters }, 'listening');
      packet.granted.forEach((code, index) => {
        if (Number(code) < FAILURE) return;
        const fields = { filter: filters[index], code };
        this.#log('error', fields, 'the broker refuses this subscription: check its access rules');
      });
    });
  }
}
