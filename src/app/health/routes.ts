import type { Hono } from 'hono';
import { healthJson } from '../../io/mqtt/alerts.ts';
import type { HealthMonitor } from './health-monitor.ts';
import type { Sources } from './figures.ts';
import type { Metrics } from './registry.ts';
import { MAX_LOOP_DELAY_MS } from './rules.ts';

export interface HealthRoutes {
  readonly monitor: HealthMonitor;
  readonly metrics: Metrics;
  readonly sources: Sources;
}

/**
 * `/healthz`: 200 while the service is alive, 503 while the database cannot be written or the event loop stalls: a restart may help.
 * `/readyz`: 200 while readings can arrive and alarms can open, 503 without a broker or before the journal was replayed: a restart
 * does not help. `/metrics`: for Prometheus.
 */
export const healthRoutes =
  ({ monitor, metrics, sources }: HealthRoutes) =>
  (app: Hono): void => {
    app.get('/healthz', (context) => {
      const checks = {
        event_loop: monitor.loopDelayMs <= MAX_LOOP_DELAY_MS,
        database: sources.ledger.failingSince === null,
      };
      const ok = checks.event_loop && checks.database;
      const health = JSON.parse(healthJson(monitor.health)) as object;
      return context.json({ ok, checks, ...health }, ok ? 200 : 503);
    });
    app.get('/readyz', (context) => {
      const checks = {
        config: true, // a service without a valid site file does not run
        journal: sources.pipeline()?.replayed() ?? false,
        broker: sources.connection() === 'connected',
      };
      const ok = checks.journal && checks.broker;
      return context.json({ ok, checks }, ok ? 200 : 503);
    });
    app.get('/metrics', async (context) => {
      context.header('Content-Type', metrics.contentType);
      return context.body(await metrics.text());
    });
  };
