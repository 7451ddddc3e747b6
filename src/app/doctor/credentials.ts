import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { filesIn, isThere } from './files.ts';
import { isEncrypted, secretsOfUnit, type InstalledUnit, type SecretFile } from './installed-unit.ts';

/** The secrets that systemd would give to a service, in a directory as it makes one. */
export interface Credentials {
  /** Null where there are none. */
  readonly directory: string | null;
  /** Which password file could not be read, and why; null when there is none. */
  readonly unreadable: string | null;
  /** A store that may have the password, and that this user may not enter; null when there is none. */
  readonly closed: string | null;
  /** Files with a secret that the service does not have, because its unit does not name them. */
  readonly unused: readonly SecretFile[];
  /** A text with the places of the secrets instead of those in the directory. */
  readonly named: (text: string) => string;
  readonly remove: () => void;
}

export const PASSWORD = 'mqtt-password';
/** Usual end of the name of a file that LoadCredentialEncrypted= names; without it the file has the name of the secret. */
const ENCRYPTED = '.cred';
/** On tmpfs, so that a decrypted secret is never on a disk; only root can decrypt one. */
const RUN = '/run';

/**
 * Collects the secrets of a service. Their usual places are the directory `secrets` and, with names that begin with `prefix`, systemd's
 * stores. An installed unit says which of them, or others, it takes. systemd-creds decrypts those that are encrypted.
 */
export function collectCredentials(
  secrets: string,
  stores: readonly string[],
  prefix: string,
  unit: InstalledUnit | null,
): Credentials {
  const usual = firstOfEach([
    ...filesIn([secrets]).map(({ file, path }) => {
      return { name: basename(file, ENCRYPTED), path, encrypted: file.endsWith(ENCRYPTED) };
    }),
    ...filesIn(stores)
      .filter(({ file }) => file.startsWith(prefix))
      .map(({ file, path }) => ({ name: file.slice(prefix.length), path, encrypted: isEncrypted(path) })),
  ]);
  const found = unit === null ? usual : firstOfEach(secretsOfUnit(unit, stores));
  const unused = [...usual.values()].filter(({ name }) => !found.has(name));
  const closed = found.has(PASSWORD) ? null : (stores.find(isClosed) ?? null);
  if (found.size === 0)
    return { directory: null, unreadable: null, closed, unused, named: (text) => text, remove: () => undefined };
  const directory = mkdtempSync(join(isRoot() ? RUN : tmpdir(), 'zankyo-secrets-'));
  let unreadable: string | null = null;
  for (const secret of found.values()) {
    const failed = failureOf(secret, join(directory, secret.name));
    if (secret.name === PASSWORD) unreadable = failed;
  }
  return {
    directory,
    unreadable,
    closed,
    unused,
    named: (text) => [...found].reduce((all, [name, { path }]) => all.replaceAll(join(directory, name), path), text),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The secrets that the program knows, by name. */
function firstOfEach(files: readonly SecretFile[]): ReadonlyMap<string, SecretFile> {
  const found = new Map<string, SecretFile>();
  for (const file of files)
    if ((file.name === PASSWORD || file.name.startsWith('notify-')) && !found.has(file.name))
      found.set(file.name, file);
  return found;
}

const isRoot = (): boolean => process.geteuid?.() === 0;
function isClosed(directory: string): boolean {
  try {
    readdirSync(directory);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** Puts a secret in its place. Returns why it could not; null when it is there. */
function failureOf({ name, path, encrypted }: SecretFile, place: string): string | null {
  if (!isThere(path)) return `${path} does not exist, and the service does not start without it.`;
  try {
    closeSync(openSync(path, 'r'));
    if (encrypted) writeFileSync(place, decrypted(name, path), { mode: 0o600 });
    else symlinkSync(path, place);
    return null;
  } catch {
    return encrypted && isRoot()
      ? `${path} was not read: systemd-creds cannot decrypt it on this machine.`
      : `${path} was not read: this user may not; run doctor with sudo.`;
  }
}

const decrypted = (name: string, path: string): Buffer =>
  execFileSync('systemd-creds', ['decrypt', `--name=${name}`, path, '-'], { stdio: ['ignore', 'pipe', 'ignore'] });
