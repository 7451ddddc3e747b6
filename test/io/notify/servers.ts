import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Notification } from '../../../src/stream/ports/notification.ts';

/** A request as a service of the network gets it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpTarget {
  readonly url: string;
  readonly received: Received[];
  /** How the next requests are answered; default 200 and `{}`. */
  answer: (response: ServerResponse, request: Received) => void;
  close(): Promise<void>;
}

/** A service on the loopback that keeps what it gets. */
export async function httpTarget(): Promise<HttpTarget> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const got = { method, path, headers, body };
      received.push(got);
      target.answer(response, got);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target: HttpTarget = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (response) => response.end('{}'),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return target;
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
  readonly user: string | null;
}

/** A mail server on the loopback that takes every mail, from everyone or from `user` with `password`. */
export async function mailTarget(login?: { readonly user: string; readonly password: string }) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS', ...(login === undefined ? ['AUTH'] : [])],
    disableReverseLookup: true,
    onAuth: ({ username, password }, _, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(new Error('Invalid username or password'));
    },
    onData: (stream, { envelope, user }, done) => {
      let source = '';
      stream.setEncoding('utf8').on('data', (text: string) => (source += text));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source,
          user: (user as string | undefined) ?? null,
        });
        done();
      });
    },
  });
  server.on('error', () => undefined); // a client that goes away
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    mails,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** An alarm of a series whose name is markup for every service at once. */
export const HOSTILE = '<b>&*_[x](http://evil)_*</b> <!channel> "\'`';

export const notification = (rest: Partial<Notification> = {}): Notification => ({
  event: 'opened',
  id: 'boiler-1-opened',
  thread: 'boiler-1',
  replaces: false,
  severity: 'major',
  title: 'Boiler: alarm (major)',
  text: 'Boiler reads 91 °C; 60 to 70 °C was expected.',
  at: Date.UTC(2026, 0, 5, 7, 30),
  site: 'home',
  series: ['boiler'],
  label: 'Boiler',
  value: 91,
  expected: 65,
  unit: '°C',
  score: 1.4,
  alarm: 'boiler-1',
  incident: 'boiler-1',
  ...rest,
});
