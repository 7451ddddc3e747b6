import { z } from 'zod';
import { DURATION, parseDuration } from '../../config/duration.ts';
import { DAY_MS } from '../../math/time.ts';
import { parseTime } from '../../stream/event-time.ts';
import { MAX_REQUEST_BYTES, refuse, type Refused } from './refusals.ts';

/*
 * A command as JSON, the same over MQTT, on the command line and later in a dashboard. docs/commands.md explains each of them;
 * config/schemas/ is generated from here.
 */

/** Longest time for which alerts can be muted, or learning stopped. */
const MAX_FOR_MS = 30 * DAY_MS;

/** Text that is shown elsewhere: no control characters, and nothing that a page could take for markup. */
const PLAIN = /^[^<>\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u;

const plainText = (most: number) => {
  const error = `expected text of at most ${most} characters without < and > and control characters`;
  return z.string({ error }).max(most, { error }).regex(PLAIN, { error });
};
const slug = () => {
  const error = 'expected the name of a series or group, as in its topic';
  return z
    .string({ error })
    .max(64, { error })
    .regex(/^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/, { error });
};
/** Ids of requests; `idOf` makes one where none is given. */
const id = () => {
  const error = 'expected 1 to 64 of the characters A-Z a-z 0-9 . _ : -';
  return z.string({ error }).regex(/^[\w.:-]{1,64}$/, { error });
};
const event = () => {
  const error = 'expected the id of an alarm or a habit, such as boiler-pmk6bp31c';
  return z.string({ error }).regex(/^[a-z0-9][a-z0-9_-]{0,63}-[pdsh]-?[0-9a-z]{1,12}$/, { error });
};
const duration = () => {
  const error = 'expected a duration from 1s to 30d, such as 2h or 1d12h';
  return z
    .string({ error })
    .regex(DURATION, { error })
    .transform(parseDuration)
    .refine((ms) => ms >= 1000 && ms <= MAX_FOR_MS, { error });
};
const sensitivity = () => {
  const error = 'expected a number from 0.1 to 10, or null for that of the site file';
  return z.number({ error }).min(0.1, { error }).max(10, { error });
};
const time = () => {
  const error = 'expected an ISO 8601 time with its offset, such as 2026-11-26T08:00:00Z';
  return z.string({ error }).transform((text, context) => {
    const at = /^\d{4}-/.test(text) ? parseTime(text, null) : NaN;
    if (typeof at === 'number' && !Number.isNaN(at)) return at;
    context.addIssue(error);
    return z.NEVER;
  });
};

const MAX_PATTERNS = 30;
const pattern = () => {
  const error = 'expected names of series or groups, with * for any characters';
  return z.string({ error }).regex(/^[a-z0-9_*-]{1,64}$/, { error });
};

const common = {
  schema: z.literal(1).optional().describe('Version of this form.'),
  id: id()
    .optional()
    .describe('Id of the request, repeated in the reply. A second request with it gets the same answer.'),
  site: slug().optional().describe('Name of the site; another name is refused.'),
  series: slug().optional().describe('Series or group; over MQTT it is in the topic, except for the whole site.'),
  by: plainText(64).optional().describe('Who asks, for the record; it is not checked.'),
  note: plainText(500).optional().describe('Why, for the record.'),
};
const eventOf = event().optional().describe('Id of an alarm or a habit; default: the last alarm of the series.');

const command = <Name extends string, Shape extends z.core.$ZodLooseShape>(name: Name, shape: Shape) =>
  z.strictObject({ command: z.literal(name), ...common, ...shape });

export const commandSchema = z.discriminatedUnion(
  'command',
  [
    command('normal', { event: eventOf }),
    command('fault', { event: eventOf }),
    command('missed', {
      from: time().describe('Start of the fault that was not reported.'),
      until: time().optional().describe('Its end; default: now.'),
    }),
    command('mute', { for: duration().describe('For how long no alert is published.') }),
    command('unmute', {}),
    command('freeze', {
      for: duration().optional().describe('For how long nothing is learned; default: until resume.'),
    }),
    command('resume', {}),
    command('accept', {}),
    command('reset', {}),
    command('forget', { since: time().describe('The stream goes back to a state that was saved before this time.') }),
    command('sensitivity', {
      value: sensitivity().nullable().describe('From 0.1 to 10; null: that of the site file.'),
    }),
    command('reload', {}),
    command('export', {
      streams: z
        .array(pattern())
        .min(1)
        .max(MAX_PATTERNS)
        .optional()
        .describe('Names of series and groups, * for any characters; default: all.'),
    }),
    command('import', {
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .describe('Of the file, which comes in parts on another topic.'),
      replace: z.boolean().optional().describe('Whether it may replace what was learned after the warm-up.'),
    }),
    command('undo', { of: id().describe('Id of the request to undo.') }),
  ],
  {
    error:
      'expected one of normal, fault, missed, mute, unmute, freeze, resume, accept, reset, forget, sensitivity, reload, export, import, undo',
  },
);

export type Command = z.output<typeof commandSchema>;

export interface Parsed {
  readonly command: Command;
  /** As it came, without the id, with its keys in order: two requests with one id must agree in it. */
  readonly text: string;
}

/** What is known of a request that is refused. */
export interface Unparsed extends Refused {
  readonly id: string | null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a request. `series`: that of its topic; null for the topic of the site. Never throws. */
export function parseRequest(payload: Uint8Array, site: string, series: string | null): Parsed | Unparsed {
  if (payload.length > MAX_REQUEST_BYTES) return { ...refuse('too_large'), id: null };
  let data: unknown;
  try {
    data = JSON.parse(utf8.decode(payload));
  } catch {
    return { ...refuse('not_json'), id: null };
  }
  const given = data as { readonly id?: unknown } | null;
  const named = id().safeParse(given?.id);
  const known = named.success ? named.data : null;
  const read = commandSchema.safeParse(data);
  if (!read.success) return { ...refuse('not_a_command', sentenceOf(read.error)), id: known };
  const asked = { ...read.data, series: read.data.series ?? series ?? undefined };
  if (asked.site !== undefined && asked.site !== site) return { ...refuse('other_site'), id: known };
  if (series !== null && asked.series !== series) return { ...refuse('series_mismatch'), id: known };
  const sorted = Object.entries({ ...(data as object), id: undefined, series: asked.series }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return { command: asked as Command, text: JSON.stringify(Object.fromEntries(sorted)) };
}

/** The first mistake, without any text of the request. */
function sentenceOf({ issues: [issue] }: z.ZodError): string {
  if (issue.code === 'unrecognized_keys') return 'A key does not belong to this command.';
  const [key] = issue.path;
  const { message } = issue;
  return typeof key === 'string' && key !== 'command' ? `${key}: ${message}.` : `${message.replace(/^e/, 'E')}.`;
}
