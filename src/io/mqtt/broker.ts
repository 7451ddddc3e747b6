import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { BehaviorSubject, filter, firstValueFrom, Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Message, Receipt } from '../../stream/message.ts';
import { describeFailure, describePermission, SESSION_TAKEN_OVER } from './broker-failure.ts';
import type { BrokerFailure, BrokerIdentity, PublishPermission } from './broker-failure.ts';
import { clientOptions, type BrokerOptions } from './client-options.ts';
import { ConnectionStateMachine } from './connection-state.ts';
import { acknowledge, deferAcknowledgements } from './deferred-ack.ts';
import { OutageLog } from './outage-log.ts';
import { publishPermission } from './publish-permission.ts';
import type { Outgoing } from './publish-queue.ts';
import { Publisher } from './publisher.ts';
import { attemptsAfterConnect, retryAfter, retryDelayMs, type ProtocolVersion } from './reconnect.ts';
import { Subscription } from './subscription.ts';

export type { BrokerOptions, BrokerTls } from './client-options.ts';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly protocol: number; readonly sessionPresent: boolean }
  /** `reason` names the URL and never a password. */
  | { readonly state: 'offline'; readonly reason: string };

export interface Broker {
  /** Messages that the filters match, except those on `ownTopics` that are no commands. Hot: subscribe before `start`. */
  readonly messages$: Observable<Message>;
  /** The present state first, then each change. */
  readonly connection$: Observable<Connection>;
  /** Connects, and reconnects whenever the connection is lost. */
  start(): void;
  /** Subscribes to these filters instead of those before; a filter of both is not touched. */
  listenTo(filters: readonly string[]): void;
  /** Acknowledges messages, so that the broker deletes them. Receipts of an earlier connection are ignored. */
  acknowledge(receipts: readonly Receipt[]): void;
  /** Events dropped since the start because too many waited for a connection. */
  readonly dropped: number;
  /** Messages that the broker has not acknowledged. */
  readonly waiting: number;
  /** Connections since the start, accepted or not. */
  readonly connections: number;
  /** Time since the last attempt to connect began, ms. */
  readonly attemptAgeMs: number;
  /**
   * Retained, QoS 1. While offline the newest payload of a topic is kept; every connection publishes all of them again.
   */
  publishState(topic: string, payload: string): void;
  /**
   * Removes the retained state of a topic. `onCleared`: the broker has acknowledged or refused that. A state that is
   * published before the message goes out cancels it.
   */
  clearState(topic: string, onCleared: () => void): void;
  /** Publishes the states of these topics once more, for a receiver that has forgotten them. */
  republishStates(matches: (topic: string) => boolean): void;
  /**
   * Not retained, QoS 1. While offline at most 5000 events wait; beyond that the oldest is dropped and counted.
   * `onSettled`: the broker has the event, or it was dropped or refused. Not called for events that still wait at
   * `close`.
   */
  publishEvent(topic: string, payload: string, onSettled?: () => void): void;
  /** Not retained, QoS 0, only while connected: a request that is worthless later. */
  send(topic: string, payload: Uint8Array): void;
  /** Publishes what waits, then `offline`, and disconnects. Ends within 2 s, even if the broker does not answer. */
  close(): Promise<void>;
}

const CLOSE_MS = 2_000;

class MqttBroker implements Broker {
  readonly messages$: Observable<Message>;
  readonly connection$: Observable<Connection>;

  readonly #options: BrokerOptions;
  readonly #identity: BrokerIdentity;
  readonly #client: MqttClient;
  readonly #state = new ConnectionStateMachine();
  readonly #publisher: Publisher;
  readonly #subscription: Subscription;
  readonly #outage: OutageLog;
  readonly #messages = new Subject<Message>();
  readonly #connection = new BehaviorSubject<Connection>({ state: 'connecting' });

  /** Packet identifiers are valid within one connection. */
  #connectionNumber = 0;
  /** Attempts that count for the retry delay. */
  #attempts = 0;
  #connectedAt = -Infinity;
  #attemptedAt = performance.now();
  #closing: Promise<void> | null = null;

  constructor(options: BrokerOptions) {
    const { identity, client } = clientOptions(options);
    this.#options = options;
    this.#identity = identity;
    this.messages$ = this.#messages.asObservable();
    this.connection$ = this.#connection.asObservable();
    this.#client = connect(identity.url, client);
    const { now, timeZone = null } = options;
    this.#outage = new OutageLog({ now, timeZone, uptime: () => performance.now() }, this.#log);
    this.#subscription = new Subscription(this.#client, this.#state, options.filters, this.#log, options.onListening);
    this.#publisher = new Publisher(this.#client, this.#state, this.#log, (topic) => this.describe('refused', topic)!);
    deferAcknowledgements(this.#client);
    this.#attach(this.#client);
  }

  start(): void {
    this.#state.apply('attempt');
    this.#outage.attempt();
    this.#client.connect();
  }

  listenTo(filters: readonly string[]): void {
    this.#subscription.change(filters);
  }

  acknowledge(receipts: readonly Receipt[]): void {
    if (!this.#client.connected) return;
    for (const { id, connection } of receipts) if (connection === this.#connectionNumber) acknowledge(this.#client, id);
  }

  get dropped(): number {
    return this.#publisher.dropped;
  }

  get waiting(): number {
    return this.#publisher.waiting;
  }

  get connections(): number {
    return this.#connectionNumber;
  }

  get attemptAgeMs(): number {
    return performance.now() - this.#attemptedAt;
  }

  publishState(topic: string, payload: string): void {
    if (!this.#state.ending) this.#publisher.state(topic, payload);
  }

  clearState(topic: string, onCleared: () => void): void {
    if (!this.#state.ending) this.#publisher.clear(topic, onCleared);
  }

  republishStates(matches: (topic: string) => boolean): void {
    if (!this.#state.ending) this.#publisher.again(matches);
  }

  publishEvent(topic: string, payload: string, onSettled?: () => void): void {
    if (!this.#state.ending) this.#publisher.event(topic, payload, onSettled);
  }

  send(topic: string, payload: Uint8Array): void {
    if (!this.#state.canPublish) return;
    this.#client.publish(topic, Buffer.from(payload), { qos: 0, retain: false }, (error) => {
      if (error && !this.#state.ending) this.#log('warn', { topic, error: error.message }, 'a request was not sent');
    });
  }

  /** Publishes this message to find out whether the broker permits it; null when the connection ended meanwhile. */
  mayPublish(message: Outgoing): Promise<PublishPermission | null> {
    const publish = (done: (error?: Error | null) => void): void => {
      this.#publisher.publish(message, done);
    };
    return publishPermission(this.#client, message.topic, publish, this.#options.connectTimeoutMs);
  }

  describe(permission: PublishPermission | null, topic: string): string | null {
    return describePermission(permission, topic, this.#identity);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  #attach(client: MqttClient): void {
    // First of all: an error event without a listener ends the process.
    client.on('error', (error) => {
      this.#lost(error);
      // After bytes that are not MQTT the client would stay connected and parse nothing any more.
      client.stream.destroy();
    });
    // Before the client's own listener, which starts the retry timer with the delay that is set then.
    client.prependListener('close', () => {
      this.#lost(null);
    });
    client.on('disconnect', ({ reasonCode }) => {
      this.#lost({ message: 'disconnected by the broker', code: reasonCode });
    });
    client.on('reconnect', () => {
      this.#state.apply('attempt');
      this.#outage.attempt();
      this.#attempts++;
      this.#attemptedAt = performance.now();
      this.#setRetryDelay();
    });
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'connack') return;
      this.#connectionNumber++;
      if ((packet.reasonCode ?? packet.returnCode) === 0) this.#state.apply('accept');
    });
    client.on('connect', ({ sessionPresent, properties }) => {
      if (this.#state.apply('connect')) this.#connected(sessionPresent, properties?.receiveMaximum);
    });
    client.on('message', (topic, payload, { qos, messageId, retain, dup }) => {
      const { ownTopics, isCommand, now } = this.#options;
      const receipt = qos === 1 ? { id: messageId!, connection: this.#connectionNumber } : undefined;
      if (ownTopics === null || !topic.startsWith(ownTopics) || isCommand?.(topic) === true)
        this.#messages.next({ topic, payload, receivedAt: now(), retained: retain, redelivered: dup, receipt });
      else if (receipt !== undefined) this.acknowledge([receipt]);
    });
  }

  #connected(sessionPresent: boolean, receiveMaximum: number | undefined): void {
    const { statusTopic } = this.#options;
    this.#attempts = attemptsAfterConnect(this.#attempts, performance.now() - this.#connectedAt);
    this.#connectedAt = performance.now();
    this.#setRetryDelay();
    this.#publisher.connected(receiveMaximum);
    const protocol = this.#client.options.protocolVersion!;
    this.#connection.next({ state: 'connected', protocol, sessionPresent });
    this.#log('info', { protocol, sessionPresent }, 'connected to the broker');
    this.#outage.connected();
    if (protocol < 5 && this.#options.protocol === 'auto') this.#log('info', {}, 'the broker speaks MQTT 3.1.1 only');
    this.#subscription.ensure(sessionPresent);
    if (statusTopic !== null) void this.#announce(statusTopic);
    this.#publisher.resume();
  }

  /** The end of an attempt or of a connection; null for a close without a reason. */
  #lost(failure: BrokerFailure | null): void {
    const { accepted } = this.#state;
    if (!this.#state.apply('lose')) return;
    if (this.#state.ending) {
      this.#publisher.abandon();
      return;
    }
    const { options } = this.#client;
    const version = options.protocolVersion as ProtocolVersion;
    const { protocolVersion, delayMs, silent } = retryAfter(failure, {
      protocol: this.#options.protocol,
      version,
      accepted,
    });
    options.protocolVersion = protocolVersion;
    if (delayMs !== null) options.reconnectPeriod = delayMs;
    if (silent) return;
    this.#outage.failed();
    const reason = describeFailure(failure, this.#identity, accepted);
    const before = this.#connection.value;
    // One line for one reason, however long the broker is away.
    if (before.state === 'offline' && before.reason === reason) return;
    this.#connection.next({ state: 'offline', reason });
    this.#log(failure?.code === SESSION_TAKEN_OVER ? 'error' : 'warn', {}, reason);
  }

  #setRetryDelay(): void {
    this.#client.options.reconnectPeriod = retryDelayMs(this.#attempts, Math.random());
  }

  /** Publishes `online`, which also tests the permission to publish; a refusal is logged like any other. */
  async #announce(topic: string): Promise<void> {
    const permission = await this.mayPublish({ topic, payload: 'online', retain: true });
    if (permission === 'no_echo' && !this.#state.ending)
      this.#log('warn', { topic }, this.describe(permission, topic)!);
  }

  async #close(): Promise<void> {
    this.#state.apply('close');
    const { statusTopic } = this.#options;
    const timer = new AbortController();
    const deadline = sleep(CLOSE_MS, undefined, { signal: timer.signal }).catch(() => undefined);
    const inTime = (work: Promise<void>): Promise<void> => Promise.race([work, deadline]);
    if (this.#state.canPublish) await inTime(this.#publisher.flush());
    if (this.#state.canPublish && statusTopic !== null) {
      this.#publisher.publish({ topic: statusTopic, payload: 'offline', retain: true });
      await inTime(this.#publisher.flush());
    }
    // With `manualConnect` mqtt.js takes the close that follows `end` for a lost connection, and would reconnect.
    this.#client.options.reconnectPeriod = 0;
    // An orderly end waits for acknowledgements, which without a connection never come.
    await inTime(this.#client.endAsync(!this.#client.connected));
    this.#client.stream.destroy();
    timer.abort();
    this.#messages.complete();
    this.#connection.complete();
  }

  readonly #log: Log = (level, fields, message) => {
    this.#options.log(level, { broker: this.#identity.url, ...fields }, message);
  };
}

/**
 * An MQTT broker, connected from `start` to `close`. Failures of the connection are not thrown: they appear in
 * `connection$` and in the log. Throws an `AppError` for a URL or a PEM file that cannot be read.
 */
export const openBroker = (options: BrokerOptions): Broker => new MqttBroker(options);

/**
 * Connects once, tries to publish, and disconnects. It uses a client id and session of its own, so a running service is
 * not disturbed, and publishes an empty message to the status topic, not retained. Rejects with an `AppError`,
 * `broker_unavailable` or `publishing_refused`; resolves to a sentence when the permission to publish is unknown, else
 * to null.
 */
export const tryBroker = async (options: BrokerOptions): Promise<string | null> => {
  const clientId = `${options.clientId}-check`;
  const log = (): void => undefined;
  const broker = new MqttBroker({ ...options, clientId, filters: [], statusTopic: null, sessionMs: 0, log });
  broker.start();
  try {
    const result = await firstValueFrom(broker.connection$.pipe(filter(({ state }) => state !== 'connecting')));
    if (result.state === 'offline') throw new AppError('broker_unavailable', result.reason);
    const { statusTopic: topic } = options;
    if (topic === null) return null;
    const permission = await broker.mayPublish({ topic, payload: '', retain: false });
    const sentence = broker.describe(permission, topic);
    if (permission === 'refused' || permission === null) throw new AppError('publishing_refused', sentence!);
    return sentence;
  } finally {
    await broker.close();
  }
};
