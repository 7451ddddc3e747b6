import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { propose } from '../../app/discover/proposal.ts';
import { siteYaml } from '../../app/discover/site-yaml.ts';
import { credentialOf, instanceOf, SERVICE } from '../../app/doctor/installed.ts';
import { unwritable } from '../../app/out-file.ts';
import { AppError } from '../../errors.ts';
import { slugify } from '../../stream/names/slug.ts';
import { openAsker, type Asker } from '../terminal/ask.ts';
import { brokerUrl, namedBroker, type NamedBroker } from '../broker-options.ts';
import type { BrokerCommandOptions } from '../commands/broker-words.ts';
import {
  aboutLines,
  hear,
  refuseExisting,
  refuseNothing,
  siteName,
  startOf,
  timezoneOf,
  writeSite,
} from './discover.ts';
import { discoverReport } from '../terminal/discover-report.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine } from '../terminal/format.ts';

export interface InitCommandOptions extends BrokerCommandOptions {
  readonly out: string;
  readonly force: boolean;
  readonly site?: string;
  readonly timezone?: string;
  readonly discover: boolean;
  readonly for: string;
  readonly topic?: readonly string[];
  readonly groups: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

interface Answers {
  readonly broker: NamedBroker;
  /** Typed in, to be stored. */
  readonly password: string | null;
  readonly site: string;
  readonly timezone: string;
  readonly discover: boolean;
}

/** The name of the password in secrets.yaml. */
const SECRET = 'mqtt_password';
const WITH_ADDRESS = 'zankyo init ADDRESS, for example zankyo init 192.168.1.10';

/** `zankyo init [BROKER]`: writes a new site file, from questions or from options alone. */
export async function init(address: string | undefined, options: InitCommandOptions): Promise<number> {
  const { out, force } = options;
  refuseExisting(out, force);
  const answers = await answersTo(address, options);
  const { broker, site, timezone, password } = answers;
  if (password !== null) refuseOtherSecret(out, password);
  const found = answers.discover ? await discovered(answers, options) : null;
  const head = { site, timezone, ...broker.head };
  const yaml = siteYaml(head, found?.proposal ?? null, {
    about: found?.about ?? ['Written by zankyo init. Change the inputs, then run zankyo check on this file.'],
    groups: options.groups,
    credential: credentialOf(out, SERVICE),
  });
  if (password !== null) storeSecret(out, password);
  writeSite(out, yaml, force);
  const series = found?.proposal.series ?? 0;
  if (options.json) console.log(jsonLine({ schema: 1, file: out, site, broker: broker.url, series }));
  else {
    if (password !== null)
      console.error(`${credentialOf(out, SERVICE) ?? secretsOf(out)}: has the password, mode 0600.`);
    console.error(`${out}: written${found === null ? '; its input is an example' : ''}.`);
    const start = startOf(out);
    console.error(
      found === null
        ? `Next: change the inputs in ${out}, or zankyo discover -c ${out}; then ${start}`
        : `Next: ${start}`,
    );
  }
  return EXIT.ok;
}

/** One of several sites of this machine has the name of its file, as two services of one name disconnect each other. */
const siteOf = (out: string): string => slugify(instanceOf(out, SERVICE) ?? '') || 'home';

/**
 * Asks for everything that no option has answered. With --yes, or with an address and without a terminal, the defaults are the answers; without
 * both, standard input has the answers, a line each.
 */
async function answersTo(address: string | undefined, options: InitCommandOptions): Promise<Answers> {
  const asks = !options.yes && (process.stdin.isTTY || address === undefined);
  const byDefault = { site: options.site ?? siteOf(options.out), timezone: timezoneOf(options.timezone) };
  if (!asks) {
    if (address === undefined) throw new AppError('usage', `which broker? ${WITH_ADDRESS}`);
    const broker = namedBroker(address, options);
    return { broker, password: null, discover: options.discover, ...byDefault, site: siteName(byDefault.site) };
  }
  const asker = openAsker();
  try {
    const url =
      address ??
      (await asker.ask('Address of the broker', 'mqtt://localhost', (text) => problemOf(() => brokerUrl(text))));
    const { username, password } = await credentials(asker, options);
    const site =
      options.site ?? (await asker.ask('Name of the site', byDefault.site, (text) => problemOf(() => siteName(text))));
    const timezone =
      options.timezone ??
      (await asker.ask('Time zone', byDefault.timezone, (text) => problemOf(() => timezoneOf(text))));
    const discover =
      options.discover &&
      (await asker.askYesNo(`Listen to the broker for ${options.for}, and propose the inputs?`, true));
    const named = namedBroker(url, { ...options, username });
    const secret = credentialOf(options.out, SERVICE) === null ? { password: { tag: `!secret ${SECRET}` } } : {};
    const broker = password === null ? named : { ...named, password, head: { ...named.head, ...secret } };
    return { broker, password, site: siteName(site), timezone, discover };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const text = 'the questions were not answered; nothing is written';
    throw new AppError('usage', process.stdin.isTTY ? text : `${text}. Without questions: ${WITH_ADDRESS}`, {
      cause: error,
    });
  } finally {
    asker.close();
  }
}

async function credentials(
  asker: Asker,
  options: InitCommandOptions,
): Promise<{ username: string | undefined; password: string | null }> {
  if (options.username !== undefined || options.cert !== undefined)
    return { username: options.username, password: null };
  const username = await asker.ask('User name at the broker (empty: none)', '');
  if (username === '') return { username: undefined, password: null };
  if (options.passwordFile !== undefined) return { username, password: null };
  const password = await asker.askSecret('Password (not shown)');
  return { username, password: password === '' ? null : password };
}

async function discovered({ broker, timezone }: Answers, options: InitCommandOptions) {
  const listened = await hear(broker, { ...options, timezone });
  const proposal = propose(listened.survey);
  if (!options.json) console.error(`${discoverReport(broker.url, listened, proposal)}\n`);
  refuseNothing(listened, proposal);
  return { proposal, about: aboutLines(broker.url, listened, proposal) };
}

function problemOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

const secretsOf = (site: string): string => join(dirname(site), 'secrets.yaml');

/** Throws `usage` where another password is stored already. */
function refuseOtherSecret(site: string, password: string): void {
  const path = credentialOf(site, SERVICE) ?? secretsOf(site);
  if (!existsSync(path)) return;
  const text = readFileSync(path, 'utf8');
  const known = path === secretsOf(site) ? (parse(text) as Readonly<Record<string, unknown>> | null)?.[SECRET] : text;
  if (known !== undefined && known !== password)
    throw new AppError(
      'usage',
      `${path} has another password: change it there, or write the site file into another directory`,
    );
}

/** The password alone for systemd; else a line of secrets.yaml. Mode 0600. */
function storeSecret(site: string, password: string): void {
  const credential = credentialOf(site, SERVICE);
  try {
    if (credential === null) addSecret(secretsOf(site), password);
    else {
      mkdirSync(dirname(credential), { recursive: true, mode: 0o700 });
      writeFileSync(credential, password, { mode: 0o600 });
    }
  } catch (cause) {
    throw unwritable(credential ?? secretsOf(site), cause);
  }
}

function addSecret(path: string, password: string): void {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (new RegExp(`^${SECRET}:`, 'm').test(before)) return;
  const line = stringify(
    { [SECRET]: password },
    { defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN', lineWidth: 0 },
  );
  writeFileSync(path, (before === '' || before.endsWith('\n') ? before : `${before}\n`) + line, { mode: 0o600 });
}
