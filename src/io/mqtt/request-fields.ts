import { z } from 'zod';
import { SLUG } from '../../stream/names/slug.ts';

/*
 * Fields of a request over MQTT or HTTP, to a site or to a hub. Every error text is the part of a sentence that begins with "expected".
 */

/** Most patterns of a request. */
const MAX_PATTERNS = 30;

export const slug = () => {
  const error = 'expected the name of a series or group, as in its topic';
  return z.string({ error }).regex(SLUG, { error });
};

/** Text that is shown elsewhere: no control characters, and nothing that a page could take for markup. */
export const plainText = (most: number) => {
  const error = `expected text of at most ${most} characters without < and > and control characters`;
  return z
    .string({ error })
    .max(most, { error })
    .regex(/^[^<>\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u, { error });
};

/** Id of a request, which its answer repeats. */
export const requestId = () => {
  const error = 'expected 1 to 64 of the characters A-Z a-z 0-9 . _ : -';
  return z.string({ error }).regex(/^[\w.:-]{1,64}$/, { error });
};

/** Id of an alarm, a habit or an incident. */
export const EVENT_ID = /^[a-z0-9][a-z0-9_-]{0,63}-[pdsh]-?[0-9a-z]{1,12}$/;

export const eventId = () => {
  const error = 'expected the id of an alarm or a habit, such as boiler-pmk6bp31c';
  return z.string({ error }).regex(EVENT_ID, { error });
};

export const streamPatterns = () => {
  const error = `expected 1 to ${MAX_PATTERNS} names of series or groups, with * for any characters`;
  const pattern = z.string({ error }).regex(/^[a-z0-9_*-]{1,64}$/, { error });
  return z.array(pattern, { error }).min(1, { error }).max(MAX_PATTERNS, { error });
};

export const sha256Hex = () => z.string().regex(/^[0-9a-f]{64}$/);

/** The first mistake in a request as a sentence, without any text of the request. `discriminator`: the key that says which request it is. */
export function firstMistake({ issues: [issue] }: z.ZodError, discriminator: string): string {
  if (issue.code === 'unrecognized_keys') return 'A key does not belong to this request.';
  const [key] = issue.path;
  const { message } = issue;
  return typeof key === 'string' && key !== discriminator ? `${key}: ${message}.` : `${message.replace(/^e/, 'E')}.`;
}
