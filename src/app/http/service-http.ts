import type { Hono } from 'hono';
import { hostAndPort, isLoopback, type HttpOptions } from '../../config/http-schema.ts';
import type { HttpServer } from '../../io/http/server.ts';
import type { Log } from '../../log.ts';
import type { Dashboard } from '../dashboard/dashboard.ts';
import type { DashboardSources } from '../dashboard/sources.ts';
import type { ServiceHealth } from '../health/service-health.ts';

export interface ServiceHttpOptions {
  readonly http: HttpOptions;
  readonly health: ServiceHealth;
  readonly sources: DashboardSources;
  readonly log: Log;
}

/** The one HTTP server of the service: health, metrics and the dashboard. */
export interface ServiceHttp {
  /** `after`: the server before, which may have the same port, has ended. */
  readonly start: (after?: Promise<void>) => void;
  readonly stop: () => Promise<void>;
}

/** The HTTP server of the site file; does nothing where it has none. Its modules are loaded only with the start. */
export const serviceHttp = ({ http, health, sources, log }: ServiceHttpOptions): ServiceHttp => {
  const { listen } = http;
  if (listen === null) return { start: () => undefined, stop: () => Promise.resolve() };
  const { host, port } = hostAndPort(listen);
  const closing = new AbortController();
  let pages: Dashboard | null = null;
  const open = async (after: Promise<void> | undefined): Promise<HttpServer | null> => {
    await after;
    const [{ openHttpServer }, { metricsOf }, { healthRoutes }, { dashboard }] = await Promise.all([
      import('../../io/http/server.ts'),
      import('../health/metrics.ts'),
      import('../health/routes.ts'),
      import('../dashboard/dashboard.ts'),
    ]);
    if (closing.signal.aborted) return null;
    const { monitor, figures } = health;
    const metrics = metricsOf({ sources: figures, problems: () => monitor.problems, maxSeries: http.seriesMetrics });
    pages = isLoopback(host) ? dashboard(sources) : null;
    const routes = (app: Hono): void => {
      healthRoutes({ monitor, metrics, sources: figures })(app);
      pages?.routes(app);
    };
    return openHttpServer(routes, { host, port, hosts: http.hosts, log });
  };
  let opening: Promise<HttpServer | null> = Promise.resolve(null);
  return {
    start: (after) => {
      if (!isLoopback(host))
        log('warn', { listen }, `who reaches ${listen} can read /metrics: there is no password (http.allow_remote)`);
      opening = open(after).catch((error: unknown) => {
        log('error', { err: error }, 'internal error: the HTTP server cannot be started');
        return null;
      });
    },
    stop: async () => {
      closing.abort();
      const server = await opening;
      pages?.close();
      await server?.close();
    },
  };
};
