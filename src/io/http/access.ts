import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';
import { Attempts } from './attempts.ts';
import { Bucket } from './bucket.ts';
import { readJson } from './json-body.ts';
import { LONGEST_MS, Sessions } from './sessions.ts';
import type { Role, Tokens } from './tokens.ts';

/** Requests that change something, all clients together. */
const CHANGES = { burst: 60, everyMs: 200 } as const;
/** How often the file of tokens is looked at. */
const REFRESH_MS = 5_000;
const COOKIE_SECONDS = LONGEST_MS / 1000;

export interface AccessOptions {
  /** Null: everyone who reaches the server is an operator. */
  readonly tokens: Tokens | null;
  /** Name of the cookie: cookies do not know ports, and two services may run on one machine. */
  readonly cookie: string;
  /** Paths beside `/api/` that need a token too. */
  readonly guarded: readonly string[];
  /** Called when tokens were replaced, and all sessions have ended. */
  readonly onRevoked: () => void;
}

/** Requests that need no role: they ask for one. */
const OPEN = ['/api/session', '/api/login', '/api/logout'];

/**
 * Who may do what. With tokens, `/api/` and the guarded paths need a session, which `POST api/login` begins with a token, or a token as
 * `Authorization: Bearer`. A viewer sends GET only. Pages and scripts need no token: they contain no data of the site.
 */
export class Access {
  private readonly options: AccessOptions;
  private readonly sessions = new Sessions();
  private readonly wrong = new Attempts();
  private readonly hashes = new Attempts();
  private readonly changes = new Bucket(CHANGES.burst, CHANGES.everyMs);
  private readonly timer: NodeJS.Timeout | null;

  constructor(options: AccessOptions) {
    this.options = options;
    this.timer =
      options.tokens === null
        ? null
        : setInterval(() => {
            this.refresh();
          }, REFRESH_MS).unref();
  }

  get needsToken(): boolean {
    return this.options.tokens !== null;
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** The role of who asks; null without a token, or with a wrong one. `flood`: too many wrong ones came. */
  async roleOf(context: Context): Promise<Role | 'flood' | null> {
    const { tokens } = this.options;
    if (tokens === null) return 'operator';
    this.refresh();
    const bearer = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (bearer !== undefined) return this.check(context, bearer, tokens);
    const secret = this.secretOf(context);
    return secret === null ? null : this.sessions.roleOf(secret);
  }

  /** Adds log-in and log-out, and guards everything that is added after it. */
  readonly routes = (app: Hono): void => {
    for (const path of ['/api/*', ...this.options.guarded])
      app.use(path, async (context: Context, next) => {
        const refused = await this.refuse(context);
        if (refused !== null) return refused;
        await next();
        return undefined;
      });
    app.post('/api/login', (context) => this.login(context));
    app.post('/api/logout', (context) => {
      const secret = this.secretOf(context);
      if (secret !== null) this.sessions.end(secret);
      this.setCookie(context, '', 0);
      return context.json({});
    });
  };

  private async refuse(context: Context): Promise<Response | null> {
    const changes = context.req.method !== 'GET' && context.req.method !== 'HEAD';
    if (OPEN.includes(context.req.path)) return null;
    const role = await this.roleOf(context);
    if (role === 'flood') return tooMany(context);
    if (role === null) {
      context.header('WWW-Authenticate', 'Bearer');
      return context.json({ code: 'token_needed', text: 'A token is needed: log in again.' }, 401);
    }
    if (!changes) return null;
    if (role === 'viewer')
      return context.json({ code: 'read_only', text: 'This token is read-only: it cannot change anything.' }, 403);
    if (!this.changes.take(performance.now()))
      return context.json({ code: 'too_many', text: 'Too many commands in a short time. Try again in a minute.' }, 429);
    return null;
  }

  private async login(context: Context): Promise<Response> {
    const { tokens } = this.options;
    if (tokens === null) return context.json({});
    this.refresh();
    const body = await readJson(context);
    const token = typeof body?.['token'] === 'string' ? body['token'].trim() : '';
    const role = await this.check(context, token, tokens);
    if (role === 'flood') return tooMany(context);
    if (role === null)
      return context.json({ code: 'wrong_token', text: 'This is not the token of this site. Copy all of it.' }, 403);
    this.setCookie(context, this.sessions.begin(role), COOKIE_SECONDS);
    return context.json({ role });
  }

  private async check(context: Context, token: string, tokens: Tokens): Promise<Role | 'flood' | null> {
    const known = tokens.recognised(token);
    if (known !== null) return known;
    const address = getConnInfo(context).remote.address ?? '';
    // Who floods us with wrong tokens does not know the id of a right one, and so locks nobody out.
    if (!tokens.isNamed(token)) return this.wrong.admits(address) ? null : 'flood';
    if (!this.hashes.admits(address)) return 'flood';
    const role = await tokens.verify(token);
    if (role !== null) this.hashes.right(address);
    return role;
  }

  private refresh(): void {
    if (this.options.tokens?.refresh() !== true) return;
    this.sessions.endAll();
    this.options.onRevoked();
  }

  private secretOf(context: Context): string | null {
    const { cookie } = this.options;
    const pairs = (context.req.header('cookie') ?? '').split(';').map((pair) => pair.trim().split('='));
    return pairs.find(([name]) => name === cookie)?.[1] ?? null;
  }

  /** Without a path: a browser sends it to `api/` below the path of the page only, also behind a proxy with a sub-path. */
  private setCookie(context: Context, value: string, seconds: number): void {
    const secure = context.req.header('x-forwarded-proto') === 'https' ? '; Secure' : '';
    context.header(
      'Set-Cookie',
      `${this.options.cookie}=${value}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`,
    );
  }
}

const tooMany = (context: Context): Response =>
  context.json({ code: 'too_many', text: 'Too many wrong tokens. Try again in a minute.' }, 429);
