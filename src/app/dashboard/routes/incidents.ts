import type { Hono } from 'hono';
import type { DashboardSources } from '../sources.ts';

/** The page `incidents`. */
export const incidentsRoutes =
  (sources: DashboardSources) =>
  (app: Hono): void => {
    app.get('/api/incidents', (context) => context.json({ at: sources.now() }));
  };
