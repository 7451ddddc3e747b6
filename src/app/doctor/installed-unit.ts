import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesIn } from './files.ts';

/** A unit as systemd would start it. */
export interface InstalledUnit {
  /** Without its ending: zankyo@pumps. */
  readonly name: string;
  /** The unit file, then its drop-ins. */
  readonly text: string;
  readonly systemdVersion: number;
}

/** A secret that systemd gives to a service, and its file. */
export interface SecretFile {
  readonly name: string;
  readonly path: string;
  readonly encrypted: boolean;
}

const TIMEOUT_MS = 5_000;
/** Before it, ImportCredential= has no new name after a colon (or, before 254, is unknown), and the line is ignored. */
const RENAMES_SINCE = 257;

/** Null where no systemd runs, or it has no such unit. Any user may ask. */
export function readUnit(name: string): InstalledUnit | null {
  const systemctl = (...args: readonly string[]): string =>
    execFileSync('systemctl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
  try {
    const systemdVersion = Number(/\d+/.exec(systemctl('--version'))?.[0]);
    return { name, text: systemctl('cat', name), systemdVersion };
  } catch {
    return null;
  }
}

/**
 * The secrets that a unit takes from files, those with precedence first: the files that LoadCredential= and LoadCredentialEncrypted=
 * name, then those in the stores that match a line ImportCredential= (systemd.exec).
 */
export function secretsOfUnit(unit: InstalledUnit, stores: readonly string[]): readonly SecretFile[] {
  const loaded = new Map<string, SecretFile>();
  for (const [setting, value] of settingsOf(unit, ['LoadCredential', 'LoadCredentialEncrypted'])) {
    const [name, file = name] = divided(value);
    const encrypted = setting === 'LoadCredentialEncrypted';
    const places = stores.map((store) => join(store, file)).filter((path) => encrypted || !isEncrypted(path));
    const path = file.startsWith('/') ? file : places.find((place) => existsSync(place));
    if (path !== undefined) loaded.set(name, { name, path, encrypted: encrypted || isEncrypted(path) });
  }
  const imported = settingsOf(unit, ['ImportCredential']).flatMap(([, value]) => {
    const [pattern, rename] = divided(value);
    if (rename !== undefined && !(unit.systemdVersion >= RENAMES_SINCE)) return [];
    const start = pattern.replace(/\*$/, '');
    const matches = (file: string): boolean => (start === pattern ? file === pattern : file.startsWith(start));
    return filesIn(stores)
      .filter(({ file }) => matches(file))
      .map(({ file, path }) => ({
        ...{ name: rename === undefined ? file : rename + file.slice(start.length), path },
        encrypted: isEncrypted(path),
      }));
  });
  return [...loaded.values(), ...imported];
}

/**
 * Why the user of a unit, whom systemd makes at its start, cannot read a file: the path that only root, or only this user, may read or
 * enter. Null where it can, or where that is not certain.
 */
export function closedTo(unit: InstalledUnit | null, file: string): string | null {
  if (unit === null || settingsOf(unit, ['DynamicUser']).at(-1)?.[1] !== 'yes') return null;
  for (let path = file, others = 0o044; ; path = dirname(path), others = 0o011) {
    const { uid, mode } = statSync(path);
    if ((uid === 0 || uid === process.geteuid?.()) && (mode & others) === 0) return path;
    if (path === dirname(path)) return null;
  }
}

/** What follows from a path that `closedTo` returns. */
export const ownerOnly = (path: string): string =>
  `${path} can be read by its owner only, and the service has a user of its own: it would end with 78.`;

/** Files of systemd's stores whose names end with .encrypted are encrypted. */
export const isEncrypted = (path: string): boolean => dirname(path).endsWith('.encrypted');

/** The values of settings that are lists, in order: an empty value removes those before it (systemd.syntax). */
function settingsOf(
  { name, text }: InstalledUnit,
  settings: readonly string[],
): readonly (readonly [string, string])[] {
  const instance = name.split('@')[1] ?? '';
  const found: (readonly [string, string])[] = [];
  for (const line of text.split('\n')) {
    const [, setting, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? ['', '', ''];
    if (!settings.includes(setting)) continue;
    if (value === '') found.length = 0;
    else found.push([setting, value.replaceAll('%i', instance)]);
  }
  return found;
}

/** Before and after the first colon. */
function divided(value: string): readonly [string, string?] {
  const colon = value.indexOf(':');
  return colon === -1 ? [value] : [value.slice(0, colon), value.slice(colon + 1)];
}
