import type { Hono } from 'hono';
import { hostAndPort, type HttpOptions } from '../../config/schema/http.ts';
import type { Access } from '../../io/http/access.ts';
import type { HttpServer } from '../../io/http/server.ts';
import type { Tokens } from '../../io/http/tokens.ts';
import type { Log } from '../../log.ts';
import { isLoopback } from '../../stream/loopback.ts';
import type { DashboardSources } from '../dashboard/sources.ts';
import type { MetricsOptions } from '../health/metrics.ts';
import type { ServiceHealth } from '../health/service-health.ts';

export interface ServiceHttpOptions {
  readonly http: HttpOptions;
  readonly health: ServiceHealth;
  /** Without the rest there is no dashboard, whatever the site file says. */
  readonly sources: DashboardSources | Pick<DashboardSources, 'site'>;
  /** Further metrics. */
  readonly metrics?: MetricsOptions['more'];
  readonly log: Log;
  /** The log without the copy that the dashboard shows: for a token. */
  readonly sayOnce: Log;
}

/** The one HTTP server of the service: health, metrics and the dashboard. */
export interface ServiceHttp {
  /** `after`: the server before, which may have the same port, has ended. */
  readonly start: (after?: Promise<void>) => void;
  readonly stop: () => Promise<void>;
}

/** Paths for programs: with `allow_remote` they need no token. */
const MACHINES = ['/metrics', '/healthz', '/readyz'];

/** The HTTP server of the site file; does nothing where it has none. Its modules are loaded only with the start. */
export const serviceHttp = ({
  http,
  health,
  sources,
  metrics: more,
  log,
  sayOnce,
}: ServiceHttpOptions): ServiceHttp => {
  const { listen, hosts, allowRemote, requireToken, seriesMetrics } = http;
  if (listen === null) return { start: () => undefined, stop: () => Promise.resolve() };
  const { host, port } = hostAndPort(listen);
  const needsToken = requireToken || !isLoopback(host);
  const closing = new AbortController();
  const closers: (() => void)[] = [];
  const open = async (after: Promise<void> | undefined): Promise<HttpServer | null> => {
    await after;
    const [{ openHttpServer }, { metricsOf }, { healthRoutes }, accessModule, { dashboard }] = await Promise.all([
      import('../../io/http/server.ts'),
      import('../health/metrics.ts'),
      import('../health/routes.ts'),
      import('../../io/http/access.ts'),
      import('../dashboard/dashboard.ts'),
    ]);
    const tokens = needsToken ? await openTokens(sources.site().database, log, sayOnce) : null;
    if (closing.signal.aborted) return null;
    const access: Access = new accessModule.Access({
      tokens,
      cookie: `zankyo_${sources.site().site}`,
      guarded: allowRemote ? [] : MACHINES,
      onRevoked: () => {
        pages?.disconnect();
        log('info', {}, 'the tokens of the dashboard were replaced: all log-ins have ended');
      },
    });
    const pages = http.dashboard && 'pipeline' in sources ? dashboard(sources, access) : null;
    closers.push(
      () => {
        access.close();
      },
      () => pages?.close(),
    );
    const { monitor, figures } = health;
    const metrics = metricsOf({ sources: figures, problems: () => monitor.problems, maxSeries: seriesMetrics, more });
    const routes = (app: Hono): void => {
      access.routes(app);
      healthRoutes({ monitor, metrics, sources: figures })(app);
      pages?.routes(app);
    };
    return openHttpServer(routes, { host, port, hosts, log });
  };
  let opening: Promise<HttpServer | null> = Promise.resolve(null);
  return {
    start: (after) => {
      if (!isLoopback(host) && allowRemote)
        log('warn', { listen }, `anyone who reaches ${listen} can read /metrics without a token (http.allow_remote)`);
      opening = open(after).catch((error: unknown) => {
        log('error', { err: error }, 'internal error: the HTTP server cannot be started');
        return null;
      });
    },
    stop: async () => {
      closing.abort();
      const server = await opening;
      for (const close of closers) close();
      await server?.close();
    },
  };
};

/** The tokens beside the database. Where there is none yet, one for an operator is made, and shown this once. */
const openTokens = async (database: string, log: Log, sayOnce: Log): Promise<Tokens> => {
  const { Tokens, tokenFileOf } = await import('../../io/http/tokens.ts');
  const tokens = new Tokens(tokenFileOf(database));
  if (tokens.has('operator')) return tokens;
  try {
    const token = await tokens.create('operator');
    sayOnce(
      'warn',
      { token },
      `token of the dashboard, shown only now: ${token}. zankyo token -c SITE.yaml makes another one`,
    );
  } catch (error) {
    log('error', { err: error }, `${tokens.path}: cannot be written, so nobody can log in to the dashboard`);
  }
  return tokens;
};
