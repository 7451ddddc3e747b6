import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The secrets that systemd would give to a service, in a directory as it makes one. */
export interface Credentials {
  /** Null where there are none. */
  readonly directory: string | null;
  /** Which password file could not be read, and why; null when there is none. */
  readonly unreadable: string | null;
  /** A text with the places of the secrets instead of those in the directory. */
  readonly named: (text: string) => string;
  readonly remove: () => void;
}

const PASSWORD = 'mqtt-password';
/** End of the name of a file that LoadCredentialEncrypted= names; without it the file has the name of the secret. */
const ENCRYPTED = '.cred';
const isSecret = (name: string): boolean => name === PASSWORD || name.startsWith('notify-');
/** On tmpfs, so that a decrypted secret is never on a disk; only root can decrypt one. */
const RUN = '/run';

/**
 * Collects the secrets of a service: the files in `secrets`, which LoadCredential= and LoadCredentialEncrypted= name, then those in
 * systemd's stores that ImportCredential= takes, whose names begin with `prefix`. Files whose names end with .cred, and those of stores
 * whose names end with .encrypted, are decrypted by systemd-creds.
 */
export function collectCredentials(secrets: string, stores: readonly string[], prefix: string): Credentials {
  const found = new Map<string, string>();
  const add = (name: string, path: string): void => {
    if (isSecret(name) && !found.has(name)) found.set(name, path);
  };
  for (const file of namesIn(secrets)) add(basename(file, ENCRYPTED), join(secrets, file));
  for (const store of stores)
    for (const file of namesIn(store)) if (file.startsWith(prefix)) add(file.slice(prefix.length), join(store, file));
  if (found.size === 0) return { directory: null, unreadable: null, named: (text) => text, remove: () => undefined };
  const directory = mkdtempSync(join(isRoot() ? RUN : tmpdir(), 'zankyo-secrets-'));
  let unreadable: string | null = null;
  for (const [name, path] of found)
    if (!provide(name, path, join(directory, name)) && name === PASSWORD) unreadable = whyNot(path);
  return {
    directory,
    unreadable,
    named: (text) => [...found].reduce((all, [name, path]) => all.replaceAll(join(directory, name), path), text),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const isEncrypted = (path: string): boolean => path.endsWith(ENCRYPTED) || dirname(path).endsWith('.encrypted');
const isRoot = (): boolean => process.geteuid?.() === 0;

const whyNot = (path: string): string =>
  isEncrypted(path) && isRoot()
    ? `${path} was not read: systemd-creds cannot decrypt it on this machine.`
    : `${path} was not read: this user may not; run doctor with sudo.`;

/** False where this user may not read the secret. */
function provide(name: string, path: string, place: string): boolean {
  try {
    if (isEncrypted(path)) {
      const decrypted = execFileSync('systemd-creds', ['decrypt', `--name=${name}`, path, '-'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      writeFileSync(place, decrypted, { mode: 0o600 });
      return true;
    }
    closeSync(openSync(path, 'r'));
    symlinkSync(path, place);
    return true;
  } catch {
    return false;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
