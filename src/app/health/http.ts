import { hostAndPort, isLoopback, type HttpOptions } from '../../config/http-schema.ts';
import type { HttpServer } from '../../io/http/server.ts';
import type { Log } from '../../log.ts';
import type { Sources } from './figures.ts';
import type { HealthMonitor } from './health-monitor.ts';

/** Starts the HTTP server of the site file; null where it has none. Its modules are loaded only then. */
export const startHttp = (
  { listen, hosts, seriesMetrics }: HttpOptions,
  monitor: HealthMonitor,
  sources: Sources,
  log: Log,
): { close(): Promise<void> } | null => {
  if (listen === null) return null;
  const { host, port } = hostAndPort(listen);
  if (!isLoopback(host))
    log('warn', { listen }, `who reaches ${listen} can read /metrics: there is no password (http.allow_remote)`);
  const closing = new AbortController();
  const opening = (async (): Promise<HttpServer | null> => {
    const [{ openHttpServer }, { metricsOf }, { healthRoutes }] = await Promise.all([
      import('../../io/http/server.ts'),
      import('./metrics.ts'),
      import('./routes.ts'),
    ]);
    if (closing.signal.aborted) return null;
    const metrics = metricsOf({ sources, problems: () => monitor.problems, maxSeries: seriesMetrics });
    return openHttpServer(healthRoutes({ monitor, metrics, sources }), { host, port, hosts, log });
  })().catch((error: unknown) => {
    log('error', { err: error }, 'internal error: the HTTP server cannot be started');
    return null;
  });
  return {
    close: async () => {
      closing.abort();
      await (await opening)?.close();
    },
  };
};
