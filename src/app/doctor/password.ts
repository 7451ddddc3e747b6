import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { LoadedSite } from '../../config/load.ts';
import { PASSWORD } from './credentials.ts';
import { ok, warning, type Finding } from './finding.ts';
import type { Assumed } from './installed.ts';
import { closedTo, ownerOnly } from './installed-unit.ts';

const place = { part: 'site', about: 'password' } as const;

/** Where the broker's password comes from, and whether the service gets it from there; then the other secrets that it does not get. */
export function* passwordFindings(config: string, loaded: LoadedSite, assumed: Assumed | null): Generator<Finding> {
  const { passwordSource, site } = loaded;
  const source = passwordSource === null ? null : (assumed?.credentials.named(passwordSource) ?? passwordSource);
  const isCredential = source !== passwordSource;
  const isUnused = assumed?.credentials.unused.some(({ name }) => name === PASSWORD) ?? false;
  const isNeeded = site.mqtt.username !== undefined && !isUnused;
  const unread = assumed?.credentials.unreadable ?? (isNeeded ? closedStore(assumed) : null);
  if (source !== null) {
    const doubt = isCredential ? null : doubtAbout(config, source, assumed);
    yield doubt === null ? ok(place, `From ${source}.`, { source }) : warning(place, doubt, { source });
  } else if (unread !== null) yield warning(place, unread, { source });
  else if (!isUnused) yield ok(place, 'None is configured; the broker has to accept clients without one.', { source });
  yield* unusedSecrets(assumed, source !== null);
}

const closedStore = (assumed: Assumed | null): string | null => {
  const closed = assumed?.credentials.closed ?? null;
  return closed === null ? null : `${closed} may have it and was not read: this user may not; run doctor with sudo.`;
};

/** A warning with the remedy for each secret in a usual place that the unit does not take from there. */
export function* unusedSecrets(assumed: Assumed | null, hasPassword: boolean): Generator<Finding> {
  const { unit, credentials } = assumed ?? {};
  if (unit === null || unit === undefined) return;
  for (const { name, path, encrypted } of credentials?.unused ?? []) {
    if (name === PASSWORD && hasPassword) continue;
    const line = `LoadCredential${encrypted ? 'Encrypted' : ''}=${name}:${path}`;
    yield warning(
      place,
      `${path} is not given to the service, because no line of the unit ${unit.name} names it: run sudo systemctl edit ${unit.name}, add the two lines [Service] and ${line}, then run sudo systemctl restart ${unit.name}.`,
      { path, unit: unit.name },
    );
  }
}

/** Why the service cannot read a file that this user can read; null where it can, or where that is not certain. */
function doubtAbout(config: string, source: string, assumed: Assumed | null): string | null {
  const isTag = source.startsWith('!secret ');
  const file = isTag ? join(dirname(resolve(config)), 'secrets.yaml') : source;
  const closed = assumed === null || !isAbsolute(file) ? null : closedTo(assumed.unit, file);
  if (assumed === null || closed === null) return null;
  const option = isTag ? 'mqtt.password' : 'mqtt.password_file';
  return `${ownerOnly(closed)} Remove ${option} from the site file, and write the password alone to ${assumed.passwordFile}, mode 0600.`;
}
