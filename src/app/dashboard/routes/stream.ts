import type { Hono } from 'hono';
import type { DashboardSources } from '../sources.ts';

/** The page `stream`. */
export const streamRoutes =
  (sources: DashboardSources) =>
  (app: Hono): void => {
    app.get('/api/stream', (context) => context.json({ at: sources.now() }));
  };
