import { hostname } from 'node:os';
import { isIP, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { Log } from '../../log.ts';
import { sameOrigin } from './same-origin.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Names by which clients may call the server, besides its addresses, localhost and the name of this machine. */
  readonly hosts: readonly string[];
  readonly log: Log;
}

export interface HttpServer {
  /** Null until it listens, and where it cannot. */
  readonly port: number | null;
  /** Ends within a second; open requests are cut off. */
  close(): Promise<void>;
}

/** Names, paths and conditions of a dashboard fit in; a request with more is refused with 431. */
const MAX_HEADER_BYTES = 8 * 1024;
/** A site file from the page Setup fits in; a request with more is refused with 413. */
const MAX_BODY_BYTES = 256 * 1024;
/** For the whole request, and for its headers: a client that sends a byte a minute holds no place. */
const REQUEST_MS = 10_000;
const IDLE_MS = 5_000;
/** Prometheus, a health check and a few browsers. Further connections are closed at once. */
const MAX_CONNECTIONS = 64;
/** Another program may hold the port for a moment, for example the service of before. */
const RETRY_MS = 30_000;

/** Scripts and styles are files of ours; nothing is loaded from elsewhere, and only pages of the same origin may frame ours. */
const CONTENT_SECURITY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'self'"],
};

/**
 * Whether the Host header of a request names this server. A page in a browser can resolve a name of its author to this address
 * and read the answers (DNS rebinding); then the header has that name. An address or a name of this machine cannot be his.
 */
export const isOwnHost = (header: string, names: ReadonlySet<string>): boolean => {
  const host = header.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isIP(host) !== 0 || names.has(host.toLowerCase());
};

const namesOf = (hosts: readonly string[]): ReadonlySet<string> => {
  const own = hostname().toLowerCase();
  return new Set(['localhost', own, `${own}.local`, ...hosts.map((host) => host.toLowerCase())]);
};

/**
 * The one HTTP server. `routes` adds what it serves. It refuses requests for a foreign Host, changes that a page of another origin
 * asks for, methods that a route does not have, large headers and bodies, and slow clients.
 * If the port is taken, it logs that and tries again: monitoring goes on.
 */
export const openHttpServer = (routes: (app: Hono) => void, options: HttpServerOptions): HttpServer => {
  const names = namesOf(options.hosts);
  const app = new Hono();
  app.use(secureHeaders({ contentSecurityPolicy: CONTENT_SECURITY, strictTransportSecurity: false }));
  app.use(async (context, next) => {
    if (!isOwnHost(context.req.header('host') ?? '', names))
      return context.text('This server does not have that name. Add it to http.hosts in the site file.\n', 421);
    await next();
    return undefined;
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) => context.json({ code: 'too_large', text: 'The request is larger than 256 KiB.' }, 413),
    }),
  );
  app.use(sameOrigin(new Set(options.hosts.map((name) => name.toLowerCase()))));
  routes(app);
  app.notFound((context) => context.text('Not found.\n', 404));
  app.onError((error, context) => {
    options.log('error', { err: error }, 'internal error: a request over HTTP failed');
    return context.text('Internal error.\n', 500);
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: 1000 },
  }) as Server;
  server.requestTimeout = server.headersTimeout = REQUEST_MS;
  server.keepAliveTimeout = IDLE_MS;
  server.timeout = 2 * REQUEST_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return listening(server, options);
};

const listening = (server: Server, { host, port, log }: HttpServerOptions): HttpServer => {
  let retry: NodeJS.Timeout | null = null;
  let reported = false;
  let closed = false;
  const listen = (): void => {
    server.listen({ host, port });
  };
  server.on('listening', () => {
    // Nothing cancels an attempt while the name of the host is looked up.
    if (closed) {
      server.close();
      return;
    }
    reported = false;
    log('info', { host, port: (server.address() as AddressInfo).port }, 'HTTP server listens');
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (closed) return;
    const { code } = error;
    // Without the stack, which names only Node's own files.
    if (!reported)
      log('error', { host, port, code }, `the HTTP server cannot listen on ${host}:${port}: ${remedy(error)}`);
    reported = true;
    retry = setTimeout(listen, RETRY_MS);
  });
  listen();
  return {
    get port() {
      return (server.address() as AddressInfo | null)?.port ?? null;
    },
    close: () => {
      closed = true;
      if (retry !== null) clearTimeout(retry);
      if (!server.listening) return Promise.resolve();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
};

const remedy = ({ code, message }: NodeJS.ErrnoException): string => {
  if (code === 'EADDRINUSE') return 'another program uses this port; change http.listen, or end that program';
  if (code === 'EACCES') return 'ports below 1024 need a privilege; set http.listen to a higher one';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return 'this machine does not have that address; correct http.listen';
  return message;
};
