import type { Context } from 'hono';

/** The body of a request as an object; null for anything else. Its size is limited by the server. */
export const readJson = async (context: Context): Promise<Readonly<Record<string, unknown>> | null> => {
  try {
    const value: unknown = await context.req.json();
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};
