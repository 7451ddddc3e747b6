import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import type { Access } from '../../io/http/access.ts';
import { serveAssets } from '../../io/http/assets.ts';
import { version } from '../version.ts';
import type { Refusal, Session } from './contract.ts';
import { Live, type Channel } from './live.ts';
import { commandRoutes } from './routes/command.ts';
import { incidentsRoutes } from './routes/incidents.ts';
import { learningChannel, learningRoutes } from './routes/learning.ts';
import { Now } from './routes/now.ts';
import { setupRoutes } from './routes/setup.ts';
import { statusChannel } from './routes/status.ts';
import { streamRoutes } from './routes/stream.ts';
import { systemRoutes } from './routes/system.ts';
import type { DashboardSources } from './sources.ts';
import { streamChannel } from './stream-live.ts';

export interface Dashboard {
  /** Adds the pages and what they read. */
  readonly routes: (app: Hono) => void;
  /** Ends all connections for events: who opened them may have no right any more. */
  disconnect(): void;
  close(): void;
}

/** Where `npm run build` puts the pages: the same place for the built program and for its sources, which tests run. */
const PUBLIC = fileURLToPath(new URL('../../../dist/public/', import.meta.url));

/** The JSON of each page. */
const PAGES = [streamRoutes, learningRoutes, incidentsRoutes, systemRoutes, setupRoutes, commandRoutes];
/** What pages listen to. */
const CHANNELS: readonly ((sources: DashboardSources) => Channel)[] = [statusChannel, learningChannel, streamChannel];

/**
 * The pages of the dashboard: files of `dist/public`, JSON under `api/`, and live events by `GET api/live?on=TOPIC,TOPIC`. Loaded only
 * where `http.listen` is set.
 */
export const dashboard = (sources: DashboardSources, access: Access): Dashboard => {
  const now = new Now(sources);
  const live = new Live([now.channel, ...CHANNELS.map((channel) => channel(sources))]);
  return {
    routes: (app) => {
      serveAssets(PUBLIC)(app);
      app.get('/api/session', async (context) => {
        const { site, timezone } = sources.site();
        const role = await access.roleOf(context);
        return context.json<Session>({
          site,
          version: version(),
          timezone,
          now: sources.now(),
          role: role === 'flood' ? null : role,
          token: access.needsToken,
        });
      });
      now.routes(app);
      for (const page of PAGES) page(sources)(app);
      app.get('/api/live', (context) => {
        const topics = (context.req.query('on') ?? '').split(',').filter((topic) => topic !== '');
        const opened = live.open(topics);
        if (opened === 'unknown')
          return context.json<Refusal>({ code: 'unknown_topic', text: 'There is nothing of that name.' }, 404);
        if (opened === 'full')
          return context.json<Refusal>({ code: 'too_many', text: '32 pages are open; close one of them.' }, 503);
        return context.body(opened, 200, {
          'Content-Type': 'text/event-stream',
          'Cache-Control': 'no-store',
          // nginx would collect events before it passes them on.
          'X-Accel-Buffering': 'no',
        });
      });
    },
    disconnect: () => {
      live.close();
    },
    close: () => {
      live.close();
      now.close();
    },
  };
};
