import { z } from 'zod';
import { DURATION, parseDuration } from '../../config/duration.ts';
import {
  eventId,
  firstMistake,
  plainText,
  requestId,
  sha256Hex,
  slug,
  streamPatterns,
} from '../../io/mqtt/request-fields.ts';
import { DAY_MS } from '../../math/time.ts';
import { parseTime } from '../../stream/time/event-time.ts';
import { MAX_REQUEST_BYTES, refuse, type Refused } from './refusals.ts';

/*
 * A command as JSON, the same over MQTT, on the command line and later in a dashboard. docs/commands.md explains each of them;
 * config/schemas/ is generated from here.
 */

/** Longest time for which alerts can be muted, or learning stopped. */
const MAX_FOR_MS = 30 * DAY_MS;

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

const common = {
  schema: z.literal(1).optional().describe('Version of this form.'),
  id: requestId()
    .optional()
    .describe('Id of the request, repeated in the reply. A second request with it gets the same answer.'),
  site: slug().optional().describe('Name of the site; another name is refused.'),
  series: slug().optional().describe('Series or group; over MQTT it is in the topic, except for the whole site.'),
  by: plainText(64).optional().describe('Who asks, for the record; it is not checked.'),
  note: plainText(500).optional().describe('Why, for the record.'),
};
const eventOf = eventId().optional().describe('Id of an alarm or a habit; default: the last alarm of the series.');

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
      streams: streamPatterns().optional().describe('Names of series and groups, * for any characters; default: all.'),
    }),
    command('import', {
      sha256: sha256Hex().describe('Of the file, which comes in parts on another topic.'),
      replace: z.boolean().optional().describe('Whether it may replace what was learned after the warm-up.'),
    }),
    command('undo', { of: requestId().describe('Id of the request to undo.') }),
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

/** A request that is refused, with its id where it could be read. */
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
  const named = requestId().safeParse(given?.id);
  const known = named.success ? named.data : null;
  const read = commandSchema.safeParse(data);
  if (!read.success) return { ...refuse('not_a_command', firstMistake(read.error, 'command')), id: known };
  const asked = { ...read.data, series: read.data.series ?? series ?? undefined };
  if (asked.site !== undefined && asked.site !== site) return { ...refuse('other_site'), id: known };
  if (series !== null && asked.series !== series) return { ...refuse('series_mismatch'), id: known };
  const sorted = Object.entries({ ...(data as object), id: undefined, series: asked.series }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return { command: asked as Command, text: JSON.stringify(Object.fromEntries(sorted)) };
}
