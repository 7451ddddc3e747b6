import { readFileSync } from 'node:fs';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';

export interface NatsOptions {
  readonly servers: readonly string[];
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A .creds file. */
  readonly credentials?: string | undefined;
  /** PEM files. */
  readonly tls: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
  /** JetStream domain. */
  readonly domain?: string | undefined;
  /** Name of the client at the server. */
  readonly name: string;
  readonly log: Log;
}

/** A connection to NATS with what JetStream adds to it. */
export interface Nats {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly kv: Kvm;
  /** The JetStream of another domain, which need not answer now. */
  managerOf(domain: string): Promise<JetStreamManager>;
  isConnected(): boolean;
  /** Connections so far. */
  connections(): number;
  /** Called after each reconnection; the server may have been away. */
  onReconnect(listener: () => void): void;
  close(): Promise<void>;
}

const RECONNECT_MS = 500;
/** Longest time of a request to JetStream. */
export const REQUEST_MS = 5_000;

/** The packages are optional: a site without a cluster does not load them. */
const load = async () => {
  try {
    const [transport, jetstream, kv] = await Promise.all([
      import('@nats-io/transport-node'),
      import('@nats-io/jetstream'),
      import('@nats-io/kv'),
    ]);
    return { transport, jetstream, kv };
  } catch (cause) {
    throw new AppError(
      'cluster_unavailable',
      'the packages of NATS are not installed; run "npm install --include=optional" in the folder of zankyo',
      { cause },
    );
  }
};

/** Connects. Rejects with `cluster_unavailable` when no server answers, or it has no JetStream. Reconnects by itself afterwards. */
export async function connectNats(options: NatsOptions): Promise<Nats> {
  const { servers, username, password, credentials, tls, domain, name, log } = options;
  const { transport, jetstream, kv } = await load();
  const files = {
    ...(tls.ca && { caFile: tls.ca }),
    ...(tls.cert && { certFile: tls.cert, ...(tls.key && { keyFile: tls.key }) }),
  };
  let connection: NatsConnection;
  try {
    connection = await transport.connect({
      servers: [...servers],
      name,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      ...(username === undefined ? {} : { user: username, pass: password ?? '' }),
      ...(credentials === undefined ? {} : { authenticator: transport.credsAuthenticator(readFileSync(credentials)) }),
      ...(Object.keys(files).length === 0 ? {} : { tls: files }),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('cluster_unavailable', `no NATS server of ${servers.join(', ')} can be used: ${why}`, { cause });
  }
  const settings = { timeout: REQUEST_MS, ...(domain === undefined ? {} : { domain }) };
  const js = jetstream.jetstream(connection, settings);
  let jsm: JetStreamManager;
  try {
    jsm = await jetstream.jetstreamManager(connection, settings);
  } catch (cause) {
    await connection.close();
    throw new AppError(
      'cluster_unavailable',
      `${connection.getServer()} has no JetStream${domain === undefined ? '' : ` with domain ${domain}`}: expected "jetstream {}" in its configuration`,
      { cause },
    );
  }
  const listeners: (() => void)[] = [];
  let connected = true;
  let connections = 1;
  const watch = async (): Promise<void> => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') {
        connected = false;
        log('warn', {}, 'the connection to NATS is lost');
      }
      if (type !== 'reconnect') continue;
      connected = true;
      connections++;
      log('info', { server: connection.getServer() }, 'connected to NATS again');
      for (const listener of listeners) listener();
    }
  };
  void watch();
  return {
    connection,
    js,
    jsm,
    kv: new kv.Kvm(js),
    isConnected: () => connected,
    connections: () => connections,
    managerOf: (other) => jetstream.jetstreamManager(connection, { ...settings, domain: other, checkAPI: false }),
    onReconnect: (listener) => listeners.push(listener),
    close: () => connection.close(),
  };
}

/** The code that JetStream gives with a refusal; null for any other failure, after which nothing is known. */
export const refusalOf = (error: unknown): number | null => {
  const { code } = Object(error) as { readonly code?: unknown };
  // JetStreamApiError and its subclasses; the package is loaded only where it is needed, so instanceof cannot be used.
  return error instanceof Error && 'apiError' in error && typeof code === 'number' ? code : null;
};

/** The revision or sequence is not the expected one: another client has written. */
export const WRONG_REVISION = 10071;

const AWAY = ['TimeoutError', 'NoResponders', 'ConnectionError', 'ClosedConnectionError'];

/** The server did not answer, or not in time: the same request may succeed later. */
export const isAway = (error: unknown): boolean =>
  error instanceof Error && (AWAY.includes(error.name) || (error.name === 'RequestError' && isAway(error.cause)));
