import type { Hono } from 'hono';
import type { DashboardSources } from '../sources.ts';

/** The page `system`. */
export const systemRoutes =
  (sources: DashboardSources) =>
  (app: Hono): void => {
    app.get('/api/system', (context) => context.json({ at: sources.now() }));
  };
