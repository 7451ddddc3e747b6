import { z } from 'zod';
import * as v from './vocabulary.ts';

/** The options of the HTTP server. A server listens only where `listen` is given. */
export const httpSchema = v.section({
  listen: v.option(
    v.listenAddress().nullable(),
    null,
    'Address and port of the HTTP server with /metrics, /healthz and /readyz, for example 127.0.0.1:8787; null: no server.',
  ),
  allow_remote: v.option(
    z.boolean(),
    false,
    'Whether `listen` may be an address that other machines reach. There is no password: each of them can read /metrics.',
  ),
  hosts: v.option(
    z.array(v.hostName()),
    [],
    'Names by which clients may call the HTTP server, besides its IP addresses, localhost and the name of this machine.',
  ),
  series_metrics: v.option(
    v.whole(0, 10_000),
    0,
    'Number of series whose value, expected value, band and score are in /metrics, the first ones; 0: none.',
  ),
});

export type HttpOptions = z.output<typeof httpSchema>;

/** Host without brackets, and port, of a valid `listen`. */
export const hostAndPort = (listen: string): { readonly host: string; readonly port: number } => {
  const colon = listen.lastIndexOf(':');
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(listen.slice(colon + 1)) };
};

/** Whether only programs of this machine reach the address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
