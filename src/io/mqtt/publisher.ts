import type { MqttClient } from 'mqtt';
import type { Log } from '../../log.ts';
import { NOT_AUTHORISED, type BrokerFailure } from './broker-failure.ts';
import type { ConnectionStateMachine } from './connection-state.ts';
import { PublishQueue, type Outgoing } from './publish-queue.ts';

/** Unacknowledged publications at a time. mosquitto allows 20 and disconnects a client that sends more. */
const IN_FLIGHT = 16;
/** First MQTT 5 reason code that means failure: the broker refused the publication, and would again. */
const FAILURE = 128;

const refusedBy = ({ code }: BrokerFailure): boolean => typeof code === 'number' && code >= FAILURE;

/** Publishes the queue at QoS 1, with a bounded number of publications in flight. */
export class Publisher {
  readonly #client: Pick<MqttClient, 'publish'>;
  readonly #connection: ConnectionStateMachine;
  readonly #log: Log;
  readonly #describeDenied: (topic: string) => string;
  readonly #queue = new PublishQueue();
  #inFlight = 0;
  #window = IN_FLIGHT;
  #dropReported = false;
  /** Topics whose failure was logged on this connection; '' stands for all topics that access rules deny. */
  readonly #reported = new Set<string>();
  #onFlushed: (() => void) | null = null;

  /** `describeDenied` gives the sentence for a topic that the broker's access rules deny. */
  constructor(
    client: Pick<MqttClient, 'publish'>,
    connection: ConnectionStateMachine,
    log: Log,
    describeDenied: (topic: string) => string,
  ) {
    this.#client = client;
    this.#connection = connection;
    this.#log = log;
    this.#describeDenied = describeDenied;
  }

  /** Events dropped since the start because the queue was full. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  /** Messages that the broker has not acknowledged. */
  get waiting(): number {
    return this.#queue.size + this.#inFlight;
  }

  state(topic: string, payload: string): void {
    this.#queue.putState(topic, payload);
    this.#drain();
  }

  clear(topic: string, onCleared: () => void): void {
    this.#queue.clearState(topic, onCleared);
    this.#drain();
  }

  again(matches: (topic: string) => boolean): void {
    this.#queue.requeueStates(matches);
    this.#drain();
  }

  event(topic: string, payload: string, onSettled?: () => void): void {
    const { dropped } = this.#queue;
    this.#queue.addEvent(topic, payload, onSettled);
    if (this.#queue.dropped > dropped && !this.#dropReported) {
      this.#dropReported = true;
      this.#log('warn', {}, 'too many events wait for the broker: the oldest are dropped');
    }
    this.#drain();
  }

  /** A connection is up; `receiveMaximum` is the broker's limit of publications in flight. */
  connected(receiveMaximum: number = IN_FLIGHT): void {
    this.#window = Math.min(IN_FLIGHT, receiveMaximum);
    this.#dropReported = false;
    this.#reported.clear();
  }

  /** Publishes what waits, and all states again. */
  resume(): void {
    this.#queue.requeueStates();
    this.#drain();
  }

  /**
   * Publishes now, ahead of the queue. mqtt.js keeps an interrupted publication and sends it on the next connection.
   */
  publish({ topic, payload, retain, onSettled }: Outgoing, done?: (error?: Error | null) => void): void {
    this.#inFlight++;
    this.#client.publish(topic, payload, { qos: 1, retain }, (error) => {
      this.#inFlight--;
      if (!error || refusedBy(error)) onSettled?.();
      if (error && !this.#connection.ending) this.#reportFailure(topic, error);
      done?.(error);
      this.#drain();
      if (this.#flushed) this.#onFlushed?.();
    });
  }

  /** Resolves when the queue is empty and everything is acknowledged, or on `abandon`. */
  flush(): Promise<void> {
    if (this.#flushed) return Promise.resolve();
    return new Promise((resolve) => (this.#onFlushed = resolve));
  }

  /** The connection ended while closing: no acknowledgement will come. */
  abandon(): void {
    this.#onFlushed?.();
  }

  get #flushed(): boolean {
    return this.#inFlight === 0 && this.#queue.empty;
  }

  #drain(): void {
    while (this.#connection.canPublish && this.#inFlight < this.#window) {
      const next = this.#queue.take();
      if (next === null) return;
      this.publish(next);
    }
  }

  #reportFailure(topic: string, error: BrokerFailure): void {
    const denied = error.code === NOT_AUTHORISED;
    const reported = denied ? '' : topic;
    if (this.#reported.has(reported)) return;
    this.#reported.add(reported);
    if (denied) this.#log('error', { topic }, this.#describeDenied(topic));
    else this.#log('warn', { topic }, `not published: ${error.message}`);
  }
}
