import { createHmac, randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Site } from '../../config/schema/site.ts';
import { secretsOf } from '../dashboard/log-ring.ts';

const HIDDEN = '***';
/** Options whose value is a secret, names a person, or may contain one, wherever they stand. */
const SECRET_OPTIONS = new Set([
  ...['password', 'token', 'replies', 'headers', 'body', 'username', 'userInfo'],
  ...['from', 'to', 'chat', 'room'],
]);
/** A shorter text would hide half of the words of the bundle. */
const MIN_SECRET = 4;
/** A shorter part of a path is a word, such as "services". */
const MIN_TOKEN = 10;
/** Words of the program, which are no names of a person's things. */
const MIN_NAME = 3;

/** The site file in force, without secrets: they are `***`. Of the addresses of notifications only the protocol stays. */
export function redactedSite(site: Site): unknown {
  const notify = Object.fromEntries(
    Object.entries(site.notify).map(([name, target]) => [
      name,
      { ...hidden(target), ...(target.url === undefined ? {} : { url: `${target.url.split(':', 1)[0]}://${HIDDEN}` }) },
    ]),
  );
  return { ...site, mqtt: hidden(site.mqtt), notify };
}

/** Behind the host, without the slash. */
const pathOf = (url: string): string => /^[a-z]+:\/\/[^/]*\/(.*)$/.exec(url)?.[1] ?? '';

const hidden = (options: object): object =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, SECRET_OPTIONS.has(key) && !isEmpty(value) ? HIDDEN : value]),
  );

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** A payload of which only the form stays: each digit is 0, each letter x. */
export const formOf = (payload: Uint8Array, bytes: number): string =>
  Buffer.from(payload.subarray(0, bytes)).toString('utf8').replace(/\p{L}/gu, 'x').replace(/\p{N}/gu, '0');

/** Hides the texts of a site that nobody else may see, wherever they stand; also as part of a JSON text or a URL. */
export function withoutSecrets(text: string, site: Site): string {
  const { username } = site.mqtt;
  const people = Object.values(site.notify).flatMap(({ username, from, to = [], chat, room, url }) => [
    ...[username, from, chat, room],
    ...to,
    // The path of an address is a token; its parts too, in case only one is repeated.
    ...(url === undefined
      ? []
      : [
          url,
          pathOf(url),
          ...pathOf(url)
            .split('/')
            .filter((part) => part.length >= MIN_TOKEN),
        ]),
  ]);
  const secrets = [...secretsOf(site), username, ...people].filter(
    (secret): secret is string => secret !== undefined && secret.length >= MIN_SECRET,
  );
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  let shown = text;
  for (const form of [...new Set(forms)].toSorted((a, b) => b.length - a.length))
    shown = shown.replaceAll(form, HIDDEN);
  // Times of the log and paths name the user of a workstation.
  const { homedir } = userInfo();
  return homedir.length > 1 && homedir !== '/root' ? shown.replaceAll(homedir, '~') : shown;
}

/**
 * Replaces the names of a site by hashes: its own, of topics, series, groups, labels and targets. Equal names have equal hashes within
 * one bundle and others in the next one, because the key is random.
 */
export function withoutNames(text: string, names: Iterable<string>, key = randomBytes(16)): string {
  // A topic level by level, so that the same level is the same everywhere.
  const parts = [...names]
    .flatMap((name) => name.split('/'))
    .filter((name) => name.length >= MIN_NAME && !/[+#{}]/.test(name));
  const all = [...new Set(parts)].toSorted((a, b) => b.length - a.length);
  if (all.length === 0) return text;
  const quoted = all.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const anyName = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${quoted.join('|')})(?![\\p{L}\\p{N}_])`, 'gu');
  return text.replace(anyName, (name) => `n-${createHmac('sha256', key).update(name).digest('hex').slice(0, 8)}`);
}

/** The names in a site file that a person has chosen. */
export const namesOf = (site: Site): readonly string[] => [
  site.site,
  ...Object.keys(site.groups),
  ...Object.keys(site.notify),
  ...site.inputs.flatMap(({ topic, fields }) => [
    topic,
    ...fields.flatMap(({ name, label, path }) => [name, path, ...(label === undefined ? [] : [label])]),
  ]),
];
