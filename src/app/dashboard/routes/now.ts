import type { Hono } from 'hono';
import type { DashboardSources } from '../sources.ts';

/** The page `now`. */
export const nowRoutes =
  (sources: DashboardSources) =>
  (app: Hono): void => {
    app.get('/api/now', (context) => context.json({ at: sources.now() }));
  };
