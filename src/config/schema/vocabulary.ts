import { z } from 'zod';
import { SLUG } from '../../stream/names/slug.ts';
import { compilePath } from '../../stream/values/json-path.ts';
import { compileTimeZone } from '../../stream/time/time-zone.ts';
import { compileTemplate, TEMPLATE_FIELDS } from '../../stream/names/template.ts';
import { compileFilter } from '../../stream/names/topic-filter.ts';
import { camelKeys } from '../camel-keys.ts';
import { DURATION, parseDuration } from '../duration.ts';

/*
 * The kinds of values a site file is made of. Every error text is the part of a sentence that begins with
 * "expected"; `wording.ts` adds what was found instead.
 */

/** A section of the file: its own options and no others, camelCase once read. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape).transform((given) => camelKeys(given));

/** An option with a default, given as it would stand in the file. */
export const option = <Type extends z.ZodType>(type: Type, byDefault: z.input<Type>, sentence: string) =>
  z.prefault(type.describe(sentence), byDefault);

/** An option that may be left out and has no default. */
export const optional = <Type extends z.ZodType>(type: Type, sentence: string) => z.optional(type.describe(sentence));

type Overriding<Shape> = {
  [Key in keyof Shape]: Shape[Key] extends z.ZodPrefault<infer Type> ? z.ZodOptional<Type> : never;
};

/** The same options without defaults: the caller decides about an option that is left out. */
export const overriding = <Shape extends Record<string, z.ZodPrefault>>(shape: Shape): Overriding<Shape> =>
  Object.fromEntries(
    Object.entries(shape).map(([key, type]) => [key, z.optional(type.unwrap())]),
  ) as unknown as Overriding<Shape>;

/** Text of one form. `title` names the form in the option table and in editors. */
const form = (pattern: RegExp, title: string, expected: string) =>
  z.string({ error: expected }).regex(pattern, { error: expected }).meta({ title });

/** Text that the floor below can compile: the check is the compiler itself. */
const compiled = (compile: (text: string) => unknown, title: string, expected: string) =>
  z
    .string({ error: expected })
    .refine((text) => succeeds(() => compile(text)), { error: expected })
    .meta({ title });

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export const text = () => z.string({ error: 'expected text' }).min(1, { error: 'expected text' });

/** Text for people, on one line. */
export const label = (most = 64) =>
  form(
    new RegExp(`^(?! )[^\\p{Cc}\\p{Zl}\\p{Zp}]{1,${most}}(?<! )$`, 'u'),
    'text',
    `expected text of 1 to ${most} characters on one line`,
  );

export const filePath = () => text().meta({ title: 'file path' });

export const whole = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

export const real = (min: number, max: number) => {
  const error = `expected a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
};

export const positive = (max: number) => {
  const error = `expected a number above 0, at most ${max}`;
  return z.number({ error }).gt(0, { error }).max(max, { error });
};

/** Milliseconds. Bounds, where a timer or a protocol field sets them, are written as in the file. */
export const duration = (min = '0s', max = '999999w') => {
  const bounds = max === '999999w' ? '' : ` from ${min} to ${max}`;
  const expected = `expected a duration${bounds} such as "30s", "5m" or "1h30m"`;
  return form(DURATION, 'duration', expected)
    .refine((given) => !DURATION.test(given) || inBounds(parseDuration(given), min, max), { error: expected })
    .transform(parseDuration);
};

const inBounds = (ms: number, min: string, max: string): boolean =>
  ms >= parseDuration(min) && ms <= parseDuration(max);

/** A duration, or one of two words for those who would rather not measure. */
export const durationOrWord = () => {
  const error = 'expected auto, never or a duration such as "30s", "5m" or "1h30m"';
  return z
    .union([z.literal('auto'), z.literal('never'), duration()], { error })
    .meta({ title: 'auto, never or duration' });
};

/** Milliseconds, at least `min`, or off. */
export const durationOrNever = (min: string) => {
  const error = `expected never or a duration of at least ${min} such as "30m" or "2d"`;
  return z.union([z.literal('never'), duration(min)], { error }).meta({ title: 'never or duration' });
};

/** Milliseconds, at least `min`, or no end. */
export const durationOrForever = (min: string) => {
  const error = `expected forever or a duration of at least ${min} such as "90d" or "52w"`;
  return z.union([z.literal('forever'), duration(min)], { error }).meta({ title: 'forever or duration' });
};

export const countOrWord = (min: number) => {
  const error = `expected auto, never or a whole number of at least ${min}`;
  return z
    .union([z.literal('auto'), z.literal('never'), z.int({ error }).min(min, { error })], { error })
    .meta({ title: 'auto, never or whole number' });
};

export const slug = () =>
  form(
    SLUG,
    'slug',
    'expected a slug: at most 64 lower-case letters, digits, "_" and "-", with a letter or digit at both ends',
  );

export const timezone = () =>
  compiled(compileTimeZone, 'time zone', 'expected an IANA time zone such as Europe/Berlin');

/** Credentials inside the URL would end up in logs and process lists; they have options of their own. */
export const brokerUrl = () => {
  const error = 'expected mqtt://, mqtts://, ws:// or wss://, then the host, with no username or password in it';
  const plain = /^(mqtts?|wss?):\/\/[^\s/@]+(\/\S*)?$/;
  return form(plain, 'URL', error).refine((url) => URL.canParse(url), { error });
};

/** As for brokers, no credentials. */
export const natsUrl = () => {
  const error = 'expected nats://, tls://, ws:// or wss://, then host and port, with no username or password in it';
  return form(/^(nats|tls|wss?):\/\/[^\s/@]+\/?$/, 'URL', error);
};

/** Where a server listens; an IPv6 address in brackets. */
export const listenAddress = () => {
  const expected = 'expected an address and a port such as 127.0.0.1:8787 or [::1]:8787';
  return form(/^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'address:port', expected).refine(
    (text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535,
    { error: expected },
  );
};

export const hostName = () => form(/^[A-Za-z0-9.-]+$/, 'host name', 'expected a host name without a port');

/** Credentials inside the URL would end up in logs. The host has no placeholder: it decides who gets the message. */
export const targetUrl = () => {
  const error = 'expected http://, https://, smtp:// or smtps://, then the host, with no username or password in it';
  const plain = /^(https?|smtps?):\/\/[^\s/@{}]+(\/\S*)?$/;
  return z
    .string({ error })
    .refine((url) => succeeds(() => compileTemplate(url)), { error: PLACEHOLDERS })
    .refine(
      (url) => {
        const filled = url.replace(/\{\{[^{}]*\}\}/g, 'x');
        return plain.test(filled) && URL.canParse(filled) && /^[a-z]+:\/\/[^{}/]+(\/|$)/.test(url);
      },
      { error },
    )
    .meta({ title: 'URL' });
};

const PLACEHOLDERS = `expected only placeholders of ${TEMPLATE_FIELDS.map((name) => `{{ ${name} }}`).join(', ')}`;

/** Text with placeholders. */
export const template = () => compiled(compileTemplate, 'template', PLACEHOLDERS);

/** One line, so that no value adds a header. */
export const headerTemplate = () =>
  z
    .string({ error: 'expected text on one line' })
    .regex(/^[\x20-\x7e]*$/, { error: 'expected text of ASCII characters on one line' })
    .refine((text) => succeeds(() => compileTemplate(text)), { error: PLACEHOLDERS })
    .meta({ title: 'template' });

export const headerName = () => form(/^[A-Za-z0-9-]{1,64}$/, 'header', 'expected the name of a header');

export const mailAddress = () =>
  form(/^[^\s<>@,;:"()[\]\\]+@[A-Za-z0-9.-]+$/, 'mail address', 'expected one mail address such as ada@example.org');

export const chatId = () => {
  const error = 'expected the id of a chat, such as -1001234567890, or @name';
  return z
    .union([z.int({ error }), z.string({ error }).regex(/^(?:-?\d{1,20}|@\w{1,64})$/, { error })], { error })
    .transform(String)
    .meta({ title: 'chat id' });
};

export const ntfyTopic = () =>
  form(
    /^[-_A-Za-z0-9]{16,64}$/,
    'topic',
    'expected 16 to 64 letters, digits, "-" and "_", as hard to guess as a password',
  );

/** A shared subscription would deliver only a part of the readings. */
export const topicFilter = () =>
  compiled(
    (filter) => compileFilter(filter.startsWith('$share/') ? '' : filter),
    'topic filter',
    'expected a topic filter in which "+" stands alone in its level and "#" alone in the last, without $share',
  );

export const topicPrefix = () =>
  form(
    /^[^+#/$\0][^+#/\0]*(?:\/[^+#/\0]+)*$/,
    'topic',
    'expected one or more topic levels without "+", "#" or a "/" at either end',
  );

/** Empty for the payload itself. */
export const jsonPath = () =>
  compiled(
    compilePath,
    'JSON path',
    'expected a JSON path such as temperature, ENERGY.Power, [0].v or ["temperature:0"].tC',
  );

export const nameTemplate = () =>
  form(
    /^(?:[^{}]|\{(?:[1-9]\d*|topic|path)\})+$/,
    'name template',
    'expected a name, which may contain {1}, {2}, {topic} and {path}',
  );

/** Physical limits; null for none. */
export const range = () => {
  const error = 'expected [min, max] with min below max';
  const limit = z.number({ error });
  return z
    .tuple([limit, limit], { error })
    .refine(([min, max]) => min < max, { error })
    .nullable()
    .meta({ title: '[min, max]' });
};
