import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { connect, UniqueMessageIdProvider } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { BehaviorSubject, filter, firstValueFrom, Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import { AppError } from '../../errors.ts';
import type { Message, Receipt } from '../../stream/message.ts';
import { describeFailure, describeRight, doubtsVersion, NOT_AUTHORISED, SESSION_TAKEN_OVER } from './broker-failure.ts';
import type { BrokerFailure, BrokerIdentity, PublishRight } from './broker-failure.ts';
import { acknowledge, deferAcknowledgements } from './deferred-ack.ts';
import type { Log } from '../../log.ts';
import { Outbox } from './publish-queue.ts';
import type { Outgoing } from './publish-queue.ts';
import { publishRight } from './publish-permission.ts';

/** PEM files; all paths. */
export interface BrokerTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name the broker's certificate was made for, where it is not the host of the URL. */
  readonly serverName?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

export interface BrokerOptions {
  /** mqtt://, mqtts://, ws:// or wss://; a user name and password in it count unless given beside it. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The same at every start: the broker keeps what arrives meanwhile under this name. */
  readonly clientId: string;
  /** `auto` speaks MQTT 5, and 3.1.1 to a broker that does not know it. */
  readonly protocol: 'auto' | 5 | 4;
  /** Longest silence before we ask whether the broker is there; 0 never asks. */
  readonly keepaliveMs: number;
  /** How long to wait for the broker's answer. */
  readonly connectTimeoutMs: number;
  readonly tls?: BrokerTls | undefined;
  readonly filters: readonly string[];
  /** Says `online` and `offline`, retained; null says nothing. */
  readonly statusTopic: string | null;
  /** What begins so we said ourselves, and a wide filter such as # matches it too: it is not a message to us. */
  readonly ownTopics: string | null;
  /** How long the broker keeps our subscriptions and their messages while we are away; 0 for not at all. */
  readonly sessionMs?: number;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onNote: Log;
}

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly protocol: number; readonly sessionPresent: boolean }
  | { readonly state: 'offline'; readonly reason: string };

export interface Broker {
  /** What our filters match, but for what is our own. Hot: subscribe before `start`. */
  readonly messages$: Observable<Message>;
  /** The present state first, then each change. */
  readonly connection$: Observable<Connection>;
  /** Connects, and again whenever the connection is lost. */
  start(): void;
  /** Lets the broker forget messages; those of a connection that is over it will send again. */
  acknowledge(receipts: readonly Receipt[]): void;
  /** Events dropped because too many waited for a connection. */
  readonly dropped: number;
  /** Retained, QoS 1. While offline the newest a topic is kept; after every connection all are published again. */
  publishState(topic: string, payload: string): void;
  /**
   * Not retained, QoS 1. While offline at most 5000 wait; then the oldest is dropped and counted. `gone`: the broker has it, or
   * never will; not called of what is still waiting when we close.
   */
  publishEvent(topic: string, payload: string, gone?: () => void): void;
  /** Sends what waits, says `offline`, disconnects. Ends within 2 s, whatever the broker does. */
  close(): Promise<void>;
}

/** The longest outage after which nothing is lost: a week. */
const SESSION_MS = 7 * 86_400_000;
const CLOSE_MS = 2_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
const QUICK_RETRIES = 10;
/** The other protocol version is tried at once: a broker that starts up between the two tries would mislead us. */
const FALLBACK_MS = 100;
/** Two programs with one client id would otherwise push each other out several times a second. */
const TAKEN_OVER_MS = 60_000;
/** A connection that was made this soon after the last one is no proof that all is well: the back-off goes on. */
const STEADY_MS = 30_000;
/** Unacknowledged publications at a time; mosquitto allows 20, and a client that sends more is cut off. */
const IN_FLIGHT = 16;
/** Messages the broker may send ahead of our acknowledgements. */
const RECEIVE_MAXIMUM = 256;
const MAX_PACKET_BYTES = 256 * 1024;

/** Also where Node has been told to allow older ones. */
const OLDEST_TLS = { minVersion: 'TLSv1.2' } as const;

const SCHEMES = ['mqtt:', 'mqtts:', 'tcp:', 'tls:', 'ssl:', 'ws:', 'wss:'];

const readPem = (key: string, path: string | undefined): Buffer | undefined => {
  if (path === undefined) return undefined;
  let pem: Buffer;
  try {
    pem = readFileSync(path);
  } catch (cause) {
    throw new AppError('config_invalid', `mqtt.tls.${key}: ${path} cannot be read`, { cause });
  }
  // OpenSSL takes anything for a list of authorities, and then trusts none.
  if (!pem.includes('-----BEGIN ')) throw new AppError('config_invalid', `mqtt.tls.${key}: ${path} is not a PEM file`);
  return pem;
};

/** Reads the PEM files, and has OpenSSL read them before a connection attempt would stumble over them. */
const readTls = ({ ca, cert, key }: BrokerTls) => {
  const pem = defined({ ca: readPem('ca', ca), cert: readPem('cert', cert), key: readPem('key', key) });
  try {
    createSecureContext(pem);
  } catch (cause) {
    const names = [ca, cert, key].filter((path) => path !== undefined).join(', ');
    throw new AppError('config_invalid', `mqtt.tls: ${names} do not hold a certificate and its own key`, { cause });
  }
  return pem;
};

/** Takes the credentials out of the URL, so that no sentence can contain them. */
const splitUrl = (text: string): { url: string; username: string | undefined; password: string | undefined } => {
  try {
    const url = new URL(text);
    if (!SCHEMES.includes(url.protocol) || url.hostname === '') throw new RangeError('not the URL of a broker');
    const [username, password] = [url.username, url.password].map((part) => decodeURIComponent(part) || undefined);
    url.username = '';
    url.password = '';
    return { url: url.href.replace(/\/$/, ''), username, password };
  } catch {
    // Without the cause: it quotes the URL, which may hold a password.
    throw new AppError('config_invalid', 'mqtt.url: cannot be read as a broker address; write mqtt://host:1883');
  }
};

/** Drops the keys without a value: mqtt.js takes a key that is there for a setting. */
const defined = <T extends object>(fields: T): { [K in keyof T]: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };

/** Whether it was the broker that said no, and would again. */
const refusedBy = ({ code }: BrokerFailure): boolean => typeof code === 'number' && code >= 128;

const clientOptions = (options: BrokerOptions, username?: string, password?: string): IClientOptions => {
  const { tls = {}, sessionMs = SESSION_MS, statusTopic } = options;
  const handshake = { ...OLDEST_TLS, ...defined({ servername: tls.serverName }) };
  return {
    ...defined({ username, password }),
    ...readTls(tls),
    ...defined({ rejectUnauthorized: tls.rejectUnauthorized }),
    ...handshake,
    // mqtt.js hands the files on to a WebSocket, and not these.
    wsOptions: handshake,
    ...(statusTopic === null ? {} : { will: { topic: statusTopic, payload: 'offline', qos: 1, retain: true } }),
    clientId: options.clientId,
    protocolVersion: options.protocol === 'auto' ? 5 : options.protocol,
    keepalive: Math.ceil(options.keepaliveMs / 1000),
    connectTimeout: options.connectTimeoutMs,
    clean: sessionMs === 0,
    properties: {
      sessionExpiryInterval: Math.round(sessionMs / 1000),
      receiveMaximum: RECEIVE_MAXIMUM,
      maximumPacketSize: MAX_PACKET_BYTES,
    },
    manualConnect: true,
    reconnectPeriod: FIRST_RETRY_MS,
    // Without it one "server unavailable" would be the end of all attempts.
    reconnectOnConnackError: true,
    // We subscribe ourselves, to see which filter is refused.
    resubscribe: false,
    queueQoSZero: false,
    // The default one wraps and lets an identifier in use be taken again.
    messageIdProvider: new UniqueMessageIdProvider(),
  };
};

class MqttBroker implements Broker {
  readonly messages$: Observable<Message>;
  readonly connection$: Observable<Connection>;

  readonly #options: BrokerOptions;
  readonly #identity: BrokerIdentity;
  readonly #client: MqttClient;
  readonly #messages = new Subject<Message>();
  readonly #connection = new BehaviorSubject<Connection>({ state: 'connecting' });
  readonly #outbox = new Outbox();

  /** Of the present connection; packet identifiers are those of one. */
  #connectionNumber = 0;
  /** The broker has accepted this attempt's CONNECT. */
  #greeted = false;
  /** This attempt's end has been dealt with; an error and the close after it are one failure. */
  #ended = false;
  /** Publications may be handed to the client. */
  #ready = false;
  #subscribed = false;
  #retries = 0;
  #connectedAt = -Infinity;
  #inFlight = 0;
  #window = IN_FLIGHT;
  #noticedDrop = false;
  /** Topics whose failure has been noted since we connected; one that access rules forbid stands for all of these. */
  readonly #refused = new Set<string>();
  #onFlushed: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: BrokerOptions) {
    const address = splitUrl(options.url);
    const username = options.username ?? address.username;
    this.#options = options;
    this.#identity = { url: address.url, username, clientId: options.clientId, ca: options.tls?.ca };
    this.messages$ = this.#messages.asObservable();
    this.connection$ = this.#connection.asObservable();
    this.#client = connect(address.url, clientOptions(options, username, options.password ?? address.password));
    deferAcknowledgements(this.#client);
    this.#attach(this.#client);
  }

  start(): void {
    this.#client.connect();
  }

  acknowledge(receipts: readonly Receipt[]): void {
    if (!this.#client.connected) return;
    for (const { id, connection } of receipts) if (connection === this.#connectionNumber) acknowledge(this.#client, id);
  }

  get dropped(): number {
    return this.#outbox.dropped;
  }

  publishState(topic: string, payload: string): void {
    if (this.#closing !== null) return;
    this.#outbox.state(topic, payload);
    this.#drain();
  }

  publishEvent(topic: string, payload: string, gone?: () => void): void {
    if (this.#closing !== null) return;
    const { dropped } = this.#outbox;
    this.#outbox.event(topic, payload, gone);
    if (this.#outbox.dropped > dropped && !this.#noticedDrop) {
      this.#noticedDrop = true;
      this.#note('warn', {}, 'too many events wait for the broker: the oldest are dropped');
    }
    this.#drain();
  }

  /** Whether the broker lets us publish, found out by publishing this; null when the connection ended meanwhile. */
  mayPublish(message: Outgoing): Promise<PublishRight | null> {
    const publish = (done: (error?: Error | null) => void): void => {
      this.#publish(message, done);
    };
    return publishRight(this.#client, message.topic, publish, this.#options.connectTimeoutMs);
  }

  describe(right: PublishRight | null, topic: string): string | null {
    return describeRight(right, topic, this.#identity);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  #attach(client: MqttClient): void {
    // First of all: an error event without a listener ends the process.
    client.on('error', (error) => {
      this.#lost(error);
      // After bytes that are no MQTT the client would stay connected and understand nothing any more.
      client.stream.destroy();
    });
    // Ahead of the client's own listener, which starts the retry timer with the period it finds.
    client.prependListener('close', () => {
      this.#lost(null);
    });
    client.on('disconnect', ({ reasonCode }) => {
      this.#lost({ message: 'disconnected by the broker', code: reasonCode });
    });
    client.on('reconnect', () => {
      this.#greeted = false;
      this.#ended = false;
      this.#retries++;
      client.options.reconnectPeriod = this.#retryMs();
    });
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'connack') return;
      this.#connectionNumber++;
      this.#greeted = (packet.reasonCode ?? packet.returnCode) === 0;
    });
    client.on('connect', ({ sessionPresent, properties }) => {
      this.#connected(sessionPresent, properties?.receiveMaximum);
    });
    client.on('message', (topic, payload, { qos, messageId, retain, dup }) => {
      const { ownTopics, now } = this.#options;
      const receipt = qos === 1 ? { id: messageId!, connection: this.#connectionNumber } : undefined;
      if (ownTopics === null || !topic.startsWith(ownTopics))
        this.#messages.next({ topic, payload, receivedAt: now(), retained: retain, redelivered: dup, receipt });
      else if (receipt !== undefined) this.acknowledge([receipt]);
    });
  }

  #connected(sessionPresent: boolean, receiveMaximum: number = IN_FLIGHT): void {
    if (this.#closing !== null) return;
    const { options } = this.#client;
    if (performance.now() - this.#connectedAt > STEADY_MS) this.#retries = 0;
    this.#connectedAt = performance.now();
    options.reconnectPeriod = this.#retryMs();
    this.#window = Math.min(IN_FLIGHT, receiveMaximum);
    this.#noticedDrop = false;
    this.#refused.clear();
    this.#ready = true;
    const protocol = options.protocolVersion!;
    this.#connection.next({ state: 'connected', protocol, sessionPresent });
    this.#note('info', { protocol, sessionPresent }, 'connected to the broker');
    if (protocol < 5 && this.#options.protocol === 'auto') this.#note('info', {}, 'the broker speaks MQTT 3.1.1 only');
    if (!sessionPresent) this.#subscribed = false;
    this.#subscribe();
    if (this.#options.statusTopic !== null) void this.#announce(this.#options.statusTopic);
    this.#outbox.stateAll();
    this.#drain();
  }

  /** Once a process, since the filters may have changed, and again when the broker has forgotten us. */
  #subscribe(): void {
    const filters = [...this.#options.filters];
    if (this.#subscribed || filters.length === 0) return;
    // rh 1: retained values come with a new subscription, not with every restart. rap stays false: with it, a device
    // that publishes its readings retained would look like the broker's copies of old ones.
    this.#client.subscribe(filters, { qos: 1, rh: 1, rap: false }, (error, _granted, packet) => {
      if (packet === undefined) {
        // A lost connection says so itself, and subscribes again.
        if (error !== null && this.#ready) this.#note('error', { filters }, `cannot subscribe: ${error.message}`);
        return;
      }
      this.#subscribed = true;
      this.#note('info', { filters }, 'listening');
      packet.granted.forEach((code, index) => {
        if (Number(code) >= 128)
          this.#note(
            'error',
            { filter: filters[index], code },
            'the broker refuses this subscription: check its access rules',
          );
      });
    });
  }

  /** The end of an attempt or of a connection, told once, whichever event comes first; null for a plain close. */
  #lost(failure: BrokerFailure | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ready = false;
    if (this.#closing !== null) {
      // What is in flight will not be acknowledged any more: nothing is left to wait for.
      this.#onFlushed?.();
      return;
    }
    if (!this.#greeted && this.#changesVersion(failure)) return;
    const reason = describeFailure(failure, this.#identity, this.#greeted);
    const takenOver = failure?.code === SESSION_TAKEN_OVER;
    if (takenOver) this.#client.options.reconnectPeriod = TAKEN_OVER_MS;
    const before = this.#connection.value;
    // A broker that is away for a night is one line in the log.
    if (before.state === 'offline' && before.reason === reason) return;
    this.#connection.next({ state: 'offline', reason });
    this.#note(takenOver ? 'error' : 'warn', {}, reason);
  }

  /** True when the next attempt follows at once in MQTT 3.1.1. Where that fails alike, MQTT 5 has its turn again. */
  #changesVersion(failure: BrokerFailure | null): boolean {
    const { options } = this.#client;
    if (this.#options.protocol !== 'auto' || !doubtsVersion(failure)) return false;
    options.protocolVersion = options.protocolVersion === 5 ? 4 : 5;
    if (options.protocolVersion === 5) return false;
    options.reconnectPeriod = FALLBACK_MS;
    return true;
  }

  /**
   * A broker that is restarted is back in a moment, so it is 1 s at first; then it doubles up to 30 s. Give or take a quarter, so
   * that many clients do not return in one instant.
   */
  #retryMs(): number {
    const doublings = Math.max(0, this.#retries - QUICK_RETRIES);
    const period = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** doublings);
    return Math.round(period * (0.75 + Math.random() / 2));
  }

  #drain(): void {
    while (this.#ready && this.#inFlight < this.#window) {
      const next = this.#outbox.take();
      if (next === null) return;
      this.#publish(next);
    }
  }

  /** What is cut off in flight stays with the client, which sends it again after the next connection. */
  #publish({ topic, payload, retain, gone }: Outgoing, done?: (error?: Error | null) => void): void {
    this.#inFlight++;
    this.#client.publish(topic, payload, { qos: 1, retain }, (error) => {
      this.#inFlight--;
      if (!error || refusedBy(error)) gone?.();
      if (error && this.#closing === null) this.#notPublished(topic, error);
      done?.(error);
      this.#drain();
      if (this.#inFlight === 0 && this.#outbox.empty) this.#onFlushed?.();
    });
  }

  #notPublished(topic: string, error: BrokerFailure): void {
    const denied = error.code === NOT_AUTHORISED;
    const about = denied ? '' : topic;
    if (this.#refused.has(about)) return;
    this.#refused.add(about);
    if (denied) this.#note('error', { topic }, this.describe('refused', topic)!);
    else this.#note('warn', { topic }, `not published: ${error.message}`);
  }

  /** Says `online`, which is also the test of whether we may publish; a refusal is noted like any other. */
  async #announce(topic: string): Promise<void> {
    const right = await this.mayPublish({ topic, payload: 'online', retain: true });
    if (right === 'unheard' && this.#closing === null) this.#note('warn', { topic }, this.describe(right, topic)!);
  }

  #flushed(): Promise<void> {
    if (this.#inFlight === 0 && this.#outbox.empty) return Promise.resolve();
    return new Promise((resolve) => (this.#onFlushed = resolve));
  }

  async #close(): Promise<void> {
    const { statusTopic } = this.#options;
    const timer = new AbortController();
    const deadline = sleep(CLOSE_MS, undefined, { signal: timer.signal }).catch(() => undefined);
    const inTime = (work: Promise<void>): Promise<void> => Promise.race([work, deadline]);
    if (this.#ready) await inTime(this.#flushed());
    if (this.#ready && statusTopic !== null) {
      this.#publish({ topic: statusTopic, payload: 'offline', retain: true });
      await inTime(this.#flushed());
    }
    // With `manualConnect` mqtt.js takes the close that follows `end` for a lost connection, and would try for ever.
    this.#client.options.reconnectPeriod = 0;
    // An orderly end waits for acknowledgements, which without a connection never come.
    await inTime(this.#client.endAsync(!this.#client.connected));
    this.#client.stream.destroy();
    timer.abort();
    this.#messages.complete();
    this.#connection.complete();
  }

  readonly #note: Log = (level, fields, message) => {
    this.#options.onNote(level, { broker: this.#identity.url, ...fields }, message);
  };
}

/**
 * An MQTT broker to connect to, from `start` to `close`. Nothing that the broker does is thrown: it shows in `connection$` and in
 * notes. Throws an `AppError` for a URL or a PEM file that cannot be read.
 */
export const openBroker = (options: BrokerOptions): Broker => new MqttBroker(options);

/**
 * Connects once, tries to publish, and leaves, in a session of its own that does not disturb a running service: what it
 * publishes is an empty message to the status topic, not retained, which nobody takes for a status. Rejects with an
 * `AppError`, `broker_unavailable` or `publishing_refused`, that says what is wrong; resolves to a sentence where it
 * cannot be told whether publishing has an effect, else to null.
 */
export const tryBroker = async (options: BrokerOptions): Promise<string | null> => {
  const clientId = `${options.clientId}-check`;
  const onNote = (): void => undefined;
  const broker = new MqttBroker({ ...options, clientId, filters: [], statusTopic: null, sessionMs: 0, onNote });
  broker.start();
  try {
    const result = await firstValueFrom(broker.connection$.pipe(filter(({ state }) => state !== 'connecting')));
    if (result.state === 'offline') throw new AppError('broker_unavailable', result.reason);
    const { statusTopic: topic } = options;
    if (topic === null) return null;
    const right = await broker.mayPublish({ topic, payload: '', retain: false });
    const sentence = broker.describe(right, topic);
    if (right === 'refused') throw new AppError('publishing_refused', sentence!);
    return sentence;
  } finally {
    await broker.close();
  }
};
