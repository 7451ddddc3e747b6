import { z } from 'zod';
import { plainText, slug, streamPatterns } from '../../../io/mqtt/request-fields.ts';

/** Most streams that a request gives another name. */
const MAX_RENAMED = 256;

const by = () => {
  const error = 'expected a name, which is stored with the request';
  return plainText(64).trim().min(1, { error });
};
const streams = () => streamPatterns().default(['*']);
const map = () => {
  const error = `expected at most ${MAX_RENAMED} streams of the site, each with the stream, or site/stream, that it begins with`;
  const source = z.string({ error }).regex(/^(?:[a-z0-9_-]{1,64}\/)?[a-z0-9_-]{1,64}$/, { error });
  return z
    .record(slug(), source, { error })
    .refine((renamed) => Object.keys(renamed).length <= MAX_RENAMED, { error })
    .default({});
};

/** `POST api/site/:site/learned`. */
export const transferSchema = z.discriminatedUnion(
  'do',
  [
    z.strictObject({ do: z.literal('fetch'), by: by(), streams: streams() }),
    z.strictObject({
      do: z.literal('send'),
      by: by(),
      streams: streams(),
      from: slug().nullable().default(null),
      map: map(),
      replace: z.boolean().default(false),
    }),
  ],
  { error: 'expected fetch or send in "do"' },
);

export type TransferRequest = z.output<typeof transferSchema>;
