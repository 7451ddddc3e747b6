import type { Hono } from 'hono';
import type { Broker } from '../../io/mqtt/broker.ts';
import type { AlertStreams } from '../../io/nats/alert-streams.ts';
import type { Metrics } from '../health/registry.ts';
import type { HubAlerts } from './alerts.ts';
import type { HubTransfers } from './learned/transfers.ts';
import type { Intake } from './intake.ts';

/** What metrics and health are read from. All of it is live. */
export interface HubFigures {
  readonly intake: Pick<
    Intake,
    'storedBy' | 'rejected' | 'commits' | 'queued' | 'oldestAt' | 'writable' | 'sites' | 'stored'
  >;
  readonly broker: Pick<Broker, 'connections' | 'waiting' | 'dropped'>;
  /** Null without `nats` in the hub file. */
  readonly streams: Pick<AlertStreams, 'isConnected' | 'count' | 'failures'> | null;
  readonly alerts: Pick<HubAlerts, 'openOf'>;
  readonly transfers: Pick<HubTransfers, 'count' | 'stored' | 'taken' | 'refused'>;
  readonly isConnected: () => boolean;
}

/** How long the oldest message has waited that is not stored yet, ms; 0 where none waits. */
export const lagOf = ({ oldestAt }: Pick<Intake, 'oldestAt'>, now: number): number =>
  oldestAt === null ? 0 : Math.max(0, now - oldestAt);

/**
 * As those of the service: `/healthz` 503 while the database cannot be written, `/readyz` 503 also without a broker or its NATS server,
 * when a restart does not help. `/metrics`: for Prometheus.
 */
export const hubHealthRoutes =
  ({ intake, streams, isConnected }: HubFigures, metrics: Metrics) =>
  (app: Hono): void => {
    app.get('/healthz', (context) => {
      const checks = { database: intake.writable };
      const lag = lagOf(intake, Date.now()) / 1000;
      const { sites, stored } = intake;
      return context.json({ ok: checks.database, checks, sites, stored, lag }, checks.database ? 200 : 503);
    });
    app.get('/readyz', (context) => {
      const nats = streams === null ? {} : { nats: streams.isConnected };
      const checks = { database: intake.writable, broker: isConnected(), ...nats };
      const ok = Object.values(checks).every(Boolean);
      return context.json({ ok, checks }, ok ? 200 : 503);
    });
    app.get('/metrics', async (context) => {
      context.header('Content-Type', metrics.contentType);
      return context.body(await metrics.text());
    });
  };
