import { z } from 'zod';
import { isRefused, type Refused } from './refusals.ts';

/** The answer to a request, published on the reply topic and stored with the command. */
export const replySchema = z.strictObject({
  schema: z.literal(1).describe('Version of this form.'),
  id: z.string().nullable().describe('Id of the request; null where it had none that could be read.'),
  command: z.string().nullable().describe('The command; null where the request was not one.'),
  series: z.string().nullable().describe('The series or group; null for the whole site.'),
  status: z.enum(['done', 'refused']),
  code: z.string().nullable().describe('Why it was refused; null where it is done.'),
  text: z.string().describe('One sentence: the action, or the reason of the refusal.'),
  undo: z.boolean().describe('Whether undo with this id takes it back.'),
  at: z.string().describe('When it was carried out or refused, ISO 8601 in UTC.'),
});

export type Reply = z.output<typeof replySchema>;

/** The answer to a request that was carried out or refused at `at`, epoch ms. */
export function replyTo(
  { id, command, series, at }: Pick<Reply, 'id' | 'command' | 'series'> & { readonly at: number },
  result: { readonly text: string; readonly undo: unknown } | Refused,
): Reply {
  const refused = isRefused(result) ? result : null;
  return {
    schema: 1,
    id,
    command,
    series,
    status: refused === null ? 'done' : 'refused',
    code: refused?.code ?? null,
    text: result.text,
    undo: !isRefused(result) && Boolean(result.undo),
    at: new Date(at).toISOString(),
  };
}
