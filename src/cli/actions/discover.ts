import { existsSync, writeFileSync } from 'node:fs';
import { credentialOf, SERVICE, unitOf } from '../../app/doctor/installed.ts';
import { listen, type Listened } from '../../app/discover/listen.ts';
import { propose, type Proposal } from '../../app/discover/proposal.ts';
import { siteYaml } from '../../app/discover/site-yaml.ts';
import { NO_BIRTH } from '../../app/discover/survey.ts';
import { refuseUnwritable, unwritable } from '../../app/out-file.ts';
import { parseDuration } from '../../config/duration.ts';
import { loadSite } from '../../config/load.ts';
import { AppError } from '../../errors.ts';
import { slugify } from '../../stream/names/slug.ts';
import { compileTimeZone } from '../../stream/time/time-zone.ts';
import { compileFilter } from '../../stream/names/topic-filter.ts';
import { brokerOf, namedBroker, type NamedBroker } from '../broker-options.ts';
import type { BrokerCommandOptions } from '../commands/broker-words.ts';
import { discoverReport, heardFor } from '../terminal/discover-report.ts';
import { EXIT } from '../exit-codes.ts';
import { count, jsonLine } from '../terminal/format.ts';
import { openProgress } from '../terminal/progress.ts';

export interface DiscoverCommandOptions extends BrokerCommandOptions {
  readonly config?: string;
  readonly for: string;
  readonly topic?: readonly string[];
  readonly out?: string;
  readonly force: boolean;
  readonly site: string;
  readonly timezone?: string;
  readonly groups: boolean;
  readonly json: boolean;
}

/** `zankyo discover [BROKER]`: listens to all topics of a broker and writes a site file for the numbers that it has heard. */
export async function discover(address: string | undefined, options: DiscoverCommandOptions): Promise<number> {
  const { out, force, json } = options;
  const broker = brokerFor(address, options);
  const site = siteName(options.site);
  const timezone = timezoneOf(options.timezone);
  if (out !== undefined) refuseExisting(out, force);
  const listened = await hear(broker, { ...options, timezone });
  const proposal = propose(listened.survey);
  if (json) console.log(jsonLine(asJson(broker, listened, proposal)));
  else console.error(discoverReport(broker.url, listened, proposal));
  refuseNothing(listened, proposal);
  const yaml = siteYaml({ site, timezone, ...broker.head }, proposal, {
    about: aboutLines(broker.url, listened, proposal),
    groups: options.groups,
    credential: out === undefined ? null : credentialOf(out, SERVICE),
  });
  if (out === undefined) {
    if (!json) console.log(yaml.trimEnd());
    return EXIT.ok;
  }
  writeSite(out, yaml, force);
  console.error(`\n${out}: written. Next: ${startOf(out)}`);
  return EXIT.ok;
}

function brokerFor(address: string | undefined, options: DiscoverCommandOptions): NamedBroker {
  if (address !== undefined) return namedBroker(address, options);
  if (options.config !== undefined) return brokerOf(options.config);
  throw new AppError('usage', 'which broker? zankyo discover ADDRESS, for example zankyo discover 192.168.1.10');
}

/** Listens with a progress bar, until the time is over, nothing new comes, or Ctrl-C. */
export async function hear(
  broker: NamedBroker,
  { for: duration, topic = ['#'], timezone }: { for: string; topic?: readonly string[]; timezone: string },
): Promise<Listened> {
  const forMs = durationOf(duration);
  for (const each of topic) refuseBadFilter(each);
  const enough = new AbortController();
  const stop = (): void => {
    enough.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const progress = openProgress(forMs);
  try {
    const { url, username, password, tls } = broker;
    return await listen({
      ...{ url, username, password, tls, timezone, forMs },
      filters: topic,
      enough: enough.signal,
      onProgress: (survey, passedMs) => {
        progress.update(
          passedMs,
          `${count(survey.messages, 'message')}, ${count(survey.topics.length, 'topic')}; Ctrl-C ends`,
        );
      },
    });
  } finally {
    progress.clear();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Throws `nothing_discovered` where there is nothing to write. */
export function refuseNothing({ survey, listenedMs }: Listened, { inputs }: Proposal): void {
  if (inputs.length > 0) return;
  const time = heardFor(listenedMs);
  const heard = survey.messages + survey.retained;
  const unborn = survey.skipped.some(({ reason }) => reason === NO_BIRTH);
  const none = `none of ${count(heard, 'message')} has a number that is a signal`;
  throw new AppError(
    'nothing_discovered',
    heard === 0
      ? `no message arrived in ${time}: does a device publish to this broker, and may this user read its topics? --for 10m listens longer`
      : unborn
        ? `${none}: Sparkplug data have no names without a birth, and none came. Restart the edge nodes, or have them send their births again, while this listens; or run a site file with the topic spBv1.0/# and sparkplug: { rebirth: true }, which asks for the births`
        : `${none}; --for 10m listens longer`,
  );
}

export const aboutLines = (url: string, { survey, listenedMs }: Listened, { series, groups }: Proposal): string[] => [
  `Written by zankyo discover on ${new Date().toISOString().slice(0, 10)}: ${count(series, 'series', 'series')} from ${count(survey.messages, 'message')} of ${url} in ${heardFor(listenedMs)}.`,
  'Names, units and ranges come from the formats (docs/formats.md). The comments are the signals and values that were seen: check the units.',
  'Put topics of no interest into exclude. An input of its own for one number gives it another name, unit or tuning.',
  `docs/configuration.md explains each option${groups.length > 0 ? '; groups are proposed below' : ''}.`,
];

function asJson({ url }: NamedBroker, { survey, listenedMs }: Listened, proposal: Proposal): unknown {
  const { messages, retained, beyond } = survey;
  return { schema: 1, broker: url, listenedMs, messages, retained, messagesBeyond: beyond, ...proposal };
}

/** Throws `usage` where a file is there that must not be replaced, or where the directory cannot be written. */
export function refuseExisting(out: string, force: boolean): void {
  refuseUnwritable(out);
  if (existsSync(out) && !force)
    throw new AppError('usage', `${out} exists already: give another --out, or --force to replace it`);
}

/**
 * Writes the file and loads it as the service does. The service runs as another user and must be able to read it; a password is never
 * in it.
 */
export function writeSite(out: string, yaml: string, force: boolean): void {
  try {
    writeFileSync(out, yaml, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    throw unwritable(out, cause);
  }
  for (const warning of loadSite(out).warnings) console.error(warning);
}

/** The command that starts the service of a site file. */
export function startOf(config: string): string {
  const unit = unitOf(config, SERVICE);
  return unit === null ? `zankyo run -c ${config}` : `sudo systemctl enable --now ${unit}`;
}

export function siteName(text: string): string {
  const slug = slugify(text);
  if (slug === text) return slug;
  throw new AppError(
    'usage',
    `--site ${text}: expected lower-case letters, digits, "_" and "-"${slug === '' ? '' : `, such as ${slug}`}`,
  );
}

/** The zone of this machine, where none is given. */
export function timezoneOf(given: string | undefined): string {
  const zone = given ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    compileTimeZone(zone);
  } catch (cause) {
    throw new AppError('usage', `--timezone ${zone}: expected an IANA time zone such as Europe/Berlin`, { cause });
  }
  return zone;
}

function refuseBadFilter(filter: string): void {
  try {
    compileFilter(filter);
  } catch (cause) {
    throw new AppError('usage', `--topic ${filter}: expected a topic filter such as sensors/#`, { cause });
  }
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new AppError('usage', `--for ${text}: expected a duration such as 60s or 10m`, { cause });
  }
}
