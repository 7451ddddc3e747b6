import type { MiddlewareHandler } from 'hono';

/** Methods that change nothing. */
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses a request that changes something and comes from a page of another origin. A browser says where it comes from by
 * `Sec-Fetch-Site` (W3C Fetch Metadata), which a page cannot set, or, over plain HTTP to another machine, by `Origin` alone. The body must
 * be JSON, which a form of another page cannot send. A program that is no browser sends neither header.
 * `names`: of a proxy in front of this server, in small letters.
 */
export const sameOrigin =
  (names: ReadonlySet<string>): MiddlewareHandler =>
  async (context, next) => {
    const { req } = context;
    if (SAFE.includes(req.method)) {
      await next();
      return undefined;
    }
    if (!isSame(req.header('sec-fetch-site'), req.header('origin'), req.header('host') ?? '', names))
      return context.json({ code: 'cross_site', text: 'The request came from a page of another site.' }, 403);
    if (!/^application\/json\b/i.test(req.header('content-type') ?? ''))
      return context.json({ code: 'not_json', text: 'Expected Content-Type: application/json.' }, 415);
    await next();
    return undefined;
  };

const isSame = (
  site: string | undefined,
  origin: string | undefined,
  host: string,
  names: ReadonlySet<string>,
): boolean => {
  if (site !== undefined) return site === 'same-origin';
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false; // "null", of a sandboxed page
  const { host: from, hostname } = new URL(origin);
  return from === host || names.has(hostname);
};
