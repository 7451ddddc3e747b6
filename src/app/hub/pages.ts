import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import type { HubConfig } from '../../config/hub/hub-schema.ts';
import { hostAndPort } from '../../config/schema/http.ts';
import { Access } from '../../io/http/access.ts';
import { serveAssets } from '../../io/http/assets.ts';
import { readJson } from '../../io/http/json-body.ts';
import { firstMistake } from '../../io/mqtt/request-fields.ts';
import { openHttpServer, type HttpServer } from '../../io/http/server.ts';
import { Tokens, tokenFileOf } from '../../io/http/tokens.ts';
import type { Log } from '../../log.ts';
import { isLoopback } from '../../stream/loopback.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import type { Refusal, Session } from '../dashboard/contract.ts';
import type {
  HubAssetsBody,
  HubCommandReply,
  HubIncidentsBody,
  HubLearnedBody,
  HubSiteBody,
  HubSitesBody,
  HubTransferReply,
  Severity,
} from '../dashboard/contract/hub.ts';
import { version } from '../version.ts';
import type { HubAssetWatch } from './asset-watch.ts';
import type { HubCommands } from './commands.ts';
import { hubHealthRoutes, type HubFigures } from './health.ts';
import { transferSchema } from './learned/requests.ts';
import type { HubTransfers } from './learned/transfers.ts';
import { hubMetrics } from './metrics.ts';
import { alarmsOf, alertsOf, commandsOf, incidentsOf, seriesOf, siteNamed, sitesOf } from './queries.ts';

export interface HubPagesOptions {
  readonly config: HubConfig;
  readonly db: SqlDatabase;
  readonly assets: HubAssetWatch;
  readonly commands: HubCommands;
  readonly transfers: HubTransfers;
  readonly figures: HubFigures;
  readonly log: Log;
}

const PUBLIC = fileURLToPath(new URL('../../../dist/public-hub/', import.meta.url));
/** Paths for programs: with `allow_remote` they need no token. */
const MACHINES = ['/metrics', '/healthz', '/readyz'];
const SEVERITIES: readonly (string | undefined)[] = ['minor', 'major', 'critical'];

/** The pages of a hub over HTTP. The rules of who may do what are those of the dashboard. Loaded only where `http.listen` is set. */
export async function openHubPages(options: HubPagesOptions): Promise<{ close: () => Promise<void> }> {
  const { config, db, figures, log } = options;
  const { listen, requireToken, hosts, allowRemote, dashboard } = config.http;
  const { host, port } = hostAndPort(listen!);
  const tokens = requireToken || !isLoopback(host) ? await tokensOf(config, log) : null;
  if (allowRemote && !isLoopback(host))
    log('warn', { listen }, `anyone who reaches ${listen!} can read /metrics without a token (http.allow_remote)`);
  const access = new Access({
    tokens,
    cookie: `zankyo_hub_${config.name}`,
    guarded: allowRemote ? [] : MACHINES,
    onRevoked: () => {
      log('info', {}, 'the tokens of the hub were replaced: all log-ins have ended');
    },
  });
  const server: HttpServer = openHttpServer(
    (app) => {
      access.routes(app);
      hubHealthRoutes(figures, hubMetrics(figures, db))(app);
      if (!dashboard) return;
      serveAssets(PUBLIC)(app);
      routes(app, options, access);
    },
    { host, port, hosts, log },
  );
  return {
    close: async () => {
      access.close();
      await server.close();
    },
  };
}

async function tokensOf({ database }: HubConfig, log: Log): Promise<Tokens> {
  const tokens = new Tokens(tokenFileOf(database));
  if (tokens.has('operator')) return tokens;
  try {
    const token = await tokens.create('operator');
    log(
      'warn',
      { token },
      `token of the hub, shown only now: ${token}. zankyo token --hub -c HUB.yaml makes another one`,
    );
  } catch (error) {
    log('error', { err: error }, `${tokens.path}: cannot be written, so nobody can log in to the hub`);
  }
  return tokens;
}

function routes(app: Hono, options: HubPagesOptions, access: Access): void {
  const { config, db, assets, commands, transfers } = options;
  const { alerts, isConnected } = options.figures;
  app.get('/api/session', async (context) => {
    const role = await access.roleOf(context);
    return context.json<Session>({
      site: config.name,
      version: version(),
      timezone: config.timezone,
      now: Date.now(),
      role: role === 'flood' ? null : role,
      token: access.needsToken,
    });
  });
  app.get('/api/sites', async (context) =>
    context.json<HubSitesBody>({
      ...(await sitesOf(db, alerts.openOf('site'), {
        filter: (context.req.query('filter') ?? '').toLowerCase(),
        page: pageOf(context.req.query('page')),
      })),
      alerts: await alertsOf(db),
      connected: isConnected(),
    }),
  );
  app.get('/api/incidents', async (context) => {
    const severity = context.req.query('severity');
    const filter = {
      open: context.req.query('open') === '1',
      severity: SEVERITIES.includes(severity) ? (severity as Severity) : null,
      page: pageOf(context.req.query('page')),
    };
    return context.json<HubIncidentsBody>(await incidentsOf(db, filter));
  });
  app.get('/api/site/:site', async (context) => {
    const name = context.req.param('site');
    const found = await siteNamed(db, name, alerts.openOf('site'));
    if (found === null) return context.json<Refusal>({ code: 'unknown_site', text: 'This hub has no such site.' }, 404);
    return context.json<HubSiteBody>({
      ...found,
      alarms: await alarmsOf(db, name),
      series: await seriesOf(db, name),
      commands: await commandsOf(db, name),
      canCommand: config.commands,
    });
  });
  app.get('/api/assets', (context) => context.json<HubAssetsBody>({ classes: assets.compared }));
  app.get('/api/site/:site/learned', async (context) =>
    context.json<HubLearnedBody>(await transfers.bodyOf(context.req.param('site'), config.commands)),
  );
  app.post('/api/site/:site/learned', async (context) => {
    if (!config.commands) return context.json<Refusal>(COMMANDS_OFF, 403);
    const read = transferSchema.safeParse(await readJson(context));
    if (!read.success) return context.json<Refusal>({ code: 'not_sent', text: firstMistake(read.error, 'do') }, 400);
    const reply = await transfers.start(context.req.param('site'), read.data);
    if (typeof reply === 'string') return context.json<Refusal>({ code: 'not_sent', text: reply }, 409);
    return context.json<HubTransferReply>(reply);
  });
  app.post('/api/site/:site/command', async (context) => {
    if (!config.commands) return context.json<Refusal>(COMMANDS_OFF, 403);
    const body = await readJson(context);
    if (body === null) return context.json<Refusal>({ code: 'not_json', text: 'Expected a JSON object.' }, 400);
    const reply = await commands.send(context.req.param('site'), body);
    if (typeof reply === 'string') return context.json<Refusal>({ code: 'not_sent', text: reply }, 400);
    return context.json<HubCommandReply>(reply);
  });
}

const COMMANDS_OFF: Refusal = {
  code: 'commands_off',
  text: 'Commands are off: set commands: true in the hub file.',
};

const pageOf = (text = '0'): number => (/^\d{1,4}$/.test(text) ? Number(text) : 0);
