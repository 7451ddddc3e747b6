/**
 * - `disconnected`: no attempt is running; the next one is scheduled, or `start` has not been called.
 * - `connecting`: TCP, TLS and CONNECT are under way.
 * - `greeted`: the broker accepted CONNECT; the client replays publications of the previous connection.
 * - `connected`: publications may be handed to the client.
 * - `closing`: `close` was called while connected; the queue is being flushed.
 * - `closed`: the end. No event leaves this state.
 */
export type ConnectionState = 'disconnected' | 'connecting' | 'greeted' | 'connected' | 'closing' | 'closed';

/**
 * - `attempt`: a connection attempt starts.
 * - `accept`: CONNACK with reason code 0.
 * - `connect`: the client is ready for publications.
 * - `lose`: the attempt failed, or the connection ended. One failure can raise several of these (an error, then a close).
 * - `close`: the service asked for the end.
 */
export type ConnectionEvent = 'attempt' | 'accept' | 'connect' | 'lose' | 'close';

const TRANSITIONS: Readonly<Record<ConnectionState, Partial<Record<ConnectionEvent, ConnectionState>>>> = {
  disconnected: { attempt: 'connecting', close: 'closed' },
  // mqtt.js may start another attempt while one is running: its retry timer is an interval.
  connecting: { attempt: 'connecting', accept: 'greeted', lose: 'disconnected', close: 'closed' },
  greeted: { attempt: 'connecting', connect: 'connected', lose: 'disconnected', close: 'closed' },
  connected: { lose: 'disconnected', close: 'closing' },
  closing: { lose: 'closed' },
  closed: {},
};

/** The state after an event; the same state where the event has no meaning. */
export const nextState = (state: ConnectionState, event: ConnectionEvent): ConnectionState =>
  TRANSITIONS[state][event] ?? state;

/** The state of one client. */
export class ConnectionStateMachine {
  #state: ConnectionState = 'disconnected';

  get state(): ConnectionState {
    return this.#state;
  }

  /** Whether publications may be handed to the client. */
  get canPublish(): boolean {
    return this.#state === 'connected' || this.#state === 'closing';
  }

  /** Whether `close` was called. */
  get ending(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  /** Whether the broker accepted the present attempt's CONNECT. */
  get accepted(): boolean {
    return this.canPublish || this.#state === 'greeted';
  }

  /** Applies an event. False when it changes nothing, as the second `lose` of one failure does. */
  apply(event: ConnectionEvent): boolean {
    const before = this.#state;
    this.#state = nextState(before, event);
    return this.#state !== before;
  }
}
