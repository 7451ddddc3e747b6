import { z } from 'zod';
import * as v from './vocabulary.ts';

/** The options of the HTTP server. A server listens only where `listen` is given. */
export const httpSchema = v.section({
  listen: v.option(
    v.listenAddress().nullable(),
    null,
    'Address and port of the HTTP server with the dashboard, /metrics, /healthz and /readyz, for example 127.0.0.1:8787; null: no server. An address that other machines reach needs a token, which the log shows at the first start.',
  ),
  allow_remote: v.option(
    z.boolean(),
    false,
    'Whether /metrics, /healthz and /readyz may be read without the token. The dashboard needs it in any case.',
  ),
  require_token: v.option(
    z.boolean(),
    false,
    'Whether a token is needed on an address of this machine alone too, for example behind a reverse proxy.',
  ),
  dashboard: v.option(z.boolean(), true, 'Whether the HTTP server has the dashboard; false: only metrics and health.'),
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
