import type { Hono } from 'hono';
import type { DashboardSources } from '../sources.ts';

/** The page `setup`. */
export const setupRoutes =
  (sources: DashboardSources) =>
  (app: Hono): void => {
    app.get('/api/setup', (context) => context.json({ at: sources.now() }));
  };
