import { z } from 'zod';

const error = 'expected the names of series or groups';
const name = () => z.string({ error }).regex(/^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/, { error });
const patterns = () => {
  const text = 'streams: expected 1 to 30 names, with * for any characters';
  return z
    .array(z.string({ error: text }).regex(/^[a-z0-9_*-]{1,64}$/, { error: text }), { error: text })
    .min(1, { error: text })
    .max(30, { error: text })
    .default(['*']);
};
const by = () => {
  const text = 'by: expected a name of at most 64 characters without < and >: it is stored with the request';
  return z
    .string({ error: text })
    .trim()
    .min(1, { error: text })
    .max(64, { error: text })
    .regex(/^[^<>\p{Cc}]*$/u, { error: text });
};
const mapping = () => {
  const text = 'map: expected a stream, or site/stream, for streams of the site';
  return z
    .record(name(), z.string().regex(/^(?:[a-z0-9_-]{1,64}\/)?[a-z0-9_-]{1,64}$/, { error: text }), { error: text })
    .refine((map) => Object.keys(map).length <= 256, { error: text })
    .default({});
};

/** `POST api/site/:site/learned`. */
export const transferSchema = z.discriminatedUnion(
  'do',
  [
    z.strictObject({ do: z.literal('fetch'), by: by(), streams: patterns() }),
    z.strictObject({
      do: z.literal('send'),
      by: by(),
      streams: patterns(),
      from: name().nullable().default(null),
      map: mapping(),
      replace: z.boolean().default(false),
    }),
  ],
  { error: 'do: expected fetch or send' },
);

export type TransferRequest = z.output<typeof transferSchema>;
