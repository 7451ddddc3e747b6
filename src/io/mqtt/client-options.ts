import { WEEK_MS } from '../../math/time.ts';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { UniqueMessageIdProvider, type IClientOptions } from 'mqtt';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { BrokerIdentity } from './broker-failure.ts';
import { MIN_DELAY_MS } from './reconnect.ts';

/** PEM files; all paths. */
export interface BrokerTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name in the broker's certificate, if it differs from the host of the URL. */
  readonly serverName?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

export interface BrokerOptions {
  /** mqtt://, mqtts://, ws:// or wss://. `username` and `password` override the credentials in the URL. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The same at every start: the broker stores messages for this id while the service is down. */
  readonly clientId: string;
  /** `auto` uses MQTT 5, and 3.1.1 with a broker that does not support 5. */
  readonly protocol: 'auto' | 5 | 4;
  /** The client pings the broker after this silence; 0: never. */
  readonly keepaliveMs: number;
  /** Maximum wait for the broker's answer. */
  readonly connectTimeoutMs: number;
  readonly tls?: BrokerTls | undefined;
  readonly filters: readonly string[];
  /** Retained `online` and `offline` are published here; null: nowhere. */
  readonly statusTopic: string | null;
  /**
   * Prefix of the topics that the service publishes. Messages on them are not inputs, though a filter such as # matches
   * them.
   */
  readonly ownTopics: string | null;
  /** Those of them on which others publish commands; the filters match them. */
  readonly isCommand?: (topic: string) => boolean;
  /**
   * How long the broker keeps the session (subscriptions and their messages) while the service is down; 0: no session.
   */
  readonly sessionMs?: number;
  /** Messages that the broker may send ahead of acknowledgements; default 256. */
  readonly receiveMaximum?: number;
  /** Called when the broker has answered a subscription; `refused`: the filters so far that it does not allow. */
  readonly onListening?: (refused: readonly string[]) => void;
  /** Epoch ms. */
  readonly now: () => number;
  /** IANA name of the time zone for times in log messages; null: UTC. */
  readonly timeZone?: string | null;
  readonly log: Log;
}

/** Outages up to a week lose no message that the broker queues. */
const SESSION_MS = WEEK_MS;
/** Messages that the broker may send ahead of acknowledgements. */
const RECEIVE_MAXIMUM = 256;
const MAX_PACKET_BYTES = 256 * 1024;

/** Set explicitly, because Node can be configured to allow older versions. */
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
  // OpenSSL accepts any file as a list of authorities, and then trusts none.
  if (!pem.includes('-----BEGIN ')) throw new AppError('config_invalid', `mqtt.tls.${key}: ${path} is not a PEM file`);
  return pem;
};

/** Reads the PEM files and has OpenSSL parse them, so that a bad file fails at the start and not at each attempt. */
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

/** Takes the credentials out of the URL, so that no message can contain them. */
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

/** Drops the keys without a value: mqtt.js treats a key with the value undefined as a setting. */
const defined = <T extends object>(fields: T): { [K in keyof T]: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };

/**
 * Options for mqtt.js, and the identity for messages. Throws an `AppError` for a URL or a PEM file that cannot be read.
 */
export const clientOptions = (
  options: BrokerOptions,
): { readonly identity: BrokerIdentity; readonly client: IClientOptions } => {
  const { tls = {}, sessionMs = SESSION_MS, statusTopic, clientId } = options;
  const address = splitUrl(options.url);
  const username = options.username ?? address.username;
  const handshake = { ...OLDEST_TLS, ...defined({ servername: tls.serverName }) };
  const client: IClientOptions = {
    ...defined({ username, password: options.password ?? address.password }),
    ...readTls(tls),
    ...defined({ rejectUnauthorized: tls.rejectUnauthorized }),
    ...handshake,
    // mqtt.js passes the PEM files on to a WebSocket, but not these.
    wsOptions: handshake,
    ...(statusTopic === null ? {} : { will: { topic: statusTopic, payload: 'offline', qos: 1, retain: true } }),
    clientId,
    protocolVersion: options.protocol === 'auto' ? 5 : options.protocol,
    keepalive: Math.ceil(options.keepaliveMs / 1000),
    connectTimeout: options.connectTimeoutMs,
    clean: sessionMs === 0,
    properties: {
      sessionExpiryInterval: Math.round(sessionMs / 1000),
      receiveMaximum: options.receiveMaximum ?? RECEIVE_MAXIMUM,
      maximumPacketSize: MAX_PACKET_BYTES,
    },
    manualConnect: true,
    reconnectPeriod: MIN_DELAY_MS,
    // Without it, one "server unavailable" would end all attempts.
    reconnectOnConnackError: true,
    // `Subscription` subscribes, so that a refused filter is reported.
    resubscribe: false,
    queueQoSZero: false,
    // The default provider wraps, and would assign an identifier that is still in use.
    messageIdProvider: new UniqueMessageIdProvider(),
  };
  return { identity: { url: address.url, username, clientId, ca: tls.ca }, client };
};
