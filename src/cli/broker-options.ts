import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SiteHead } from '../app/discover/site-yaml.ts';
import { assumedBy, SERVICE } from '../app/doctor/installed.ts';
import { loadSite } from '../config/load.ts';
import { AppError } from '../errors.ts';
import type { BrokerTls } from '../io/mqtt/broker.ts';
import { PASSWORD_VARIABLE, type BrokerCommandOptions } from './commands/broker-words.ts';

/** A broker to connect to, and how a site file names it. */
export interface NamedBroker {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: BrokerTls | undefined;
  readonly head: Pick<SiteHead, 'url' | 'username' | 'password' | 'tls'>;
}

/** `192.168.1.10` and `broker.home:1884` are addresses as well. Throws `usage`. */
export function brokerUrl(address: string): string {
  const url = /^[a-z]+:\/\//i.test(address) ? address : `mqtt://${address}`;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^(mqtts?|wss?):$/.test(parsed.protocol) || parsed.hostname === '')
    throw new AppError('usage', 'which broker? Give its address, such as 192.168.1.10 or mqtts://broker.home:8883');
  if (parsed.username !== '' || parsed.password !== '')
    throw new AppError(
      'usage',
      `no password in the address, where other users of this machine see it: give --username, and the password in $${PASSWORD_VARIABLE} or with --password-file`,
    );
  return url.replace(/\/$/, '');
}

/** The broker of an address and options. Throws `usage`. */
export function namedBroker(address: string, options: BrokerCommandOptions): NamedBroker {
  const url = brokerUrl(address);
  const { username, passwordFile, ca, cert, key, serverName } = options;
  const variable = process.env[PASSWORD_VARIABLE];
  const password = passwordFile === undefined ? variable : readPassword(passwordFile);
  const files = Object.entries({ ca, cert, key }).flatMap(([name, file]) =>
    file === undefined ? [] : [[name, resolve(file)] as const],
  );
  const tls = Object.fromEntries(files);
  return {
    url,
    username,
    password: password === '' ? undefined : password,
    tls: { ...tls, serverName },
    head: {
      url,
      username: username ?? null,
      password:
        passwordFile !== undefined
          ? { file: resolve(passwordFile) }
          : variable === undefined || variable === ''
            ? null
            : { tag: `!env ${PASSWORD_VARIABLE}` },
      tls: { ...tls, ...(serverName === undefined ? {} : { server_name: serverName }) },
    },
  };
}

/** The broker of a site file; for that of an installed service with the password which systemd gives to the service. */
export function brokerOf(config: string): NamedBroker {
  const assumed = assumedBy(config, SERVICE, process.env);
  try {
    const { url, username, password, tls } = loadSite(config, { ...process.env, ...assumed?.env }).site.mqtt;
    return { url, username, password, tls, head: { url, username: username ?? null, password: null, tls: {} } };
  } finally {
    assumed?.credentials.remove();
  }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new AppError('usage', `--password-file ${file}: cannot be read`, { cause });
  }
}
