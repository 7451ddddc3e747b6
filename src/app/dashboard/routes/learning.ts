import type { Hono } from 'hono';
import type { DashboardSources } from '../sources.ts';

/** The page `learning`. */
export const learningRoutes =
  (sources: DashboardSources) =>
  (app: Hono): void => {
    app.get('/api/learning', (context) => context.json({ at: sources.now() }));
  };
