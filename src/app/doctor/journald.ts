import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockDeviceOf } from '../../io/files/block-device.ts';
import { warning, type Finding } from './finding.ts';

/** Drop-ins of the later directories replace those of the same name in the earlier ones; see journald.conf(5). */
const DIRECTORIES = ['usr/lib/systemd', 'usr/local/lib/systemd', 'run/systemd', 'etc/systemd'];
const JOURNAL = '/var/log/journal';

/** Advice where journald writes its log to a card; nothing on every other machine. `root`: for tests. */
export function* examineJournal(root = '/'): Generator<Finding> {
  const storage = storageOf(root);
  if (storage === 'volatile' || storage === 'none' || !existsSync(join(root, JOURNAL))) return;
  const device = blockDeviceOf(JOURNAL, root);
  if (device?.card !== true) return;
  yield warning(
    { part: 'machine', about: 'journal' },
    `journald writes the logs of all services to the card (${JOURNAL} on ${device.name}). To keep them in memory, write these three lines to /etc/systemd/journald.conf.d/card.conf and run "sudo systemctl restart systemd-journald": [Journal], Storage=volatile, RuntimeMaxUse=50M. A reboot then deletes the logs.`,
    { device: device.name, storage },
  );
}

/** The option `Storage=` in force; `auto` is the default. */
function storageOf(root: string): string {
  const dropIns = new Map<string, string>();
  for (const directory of DIRECTORIES)
    for (const name of filesIn(join(root, directory, 'journald.conf.d')))
      dropIns.set(name, join(root, directory, 'journald.conf.d', name));
  const main = DIRECTORIES.map((directory) => join(root, directory, 'journald.conf')).findLast((path) =>
    existsSync(path),
  );
  const files = [main ?? '', ...[...dropIns].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)];
  let storage = 'auto';
  for (const file of files)
    for (const [, value] of textOf(file).matchAll(/^[ \t]*Storage[ \t]*=[ \t]*(\w*)[ \t]*$/gm))
      storage = value === '' ? 'auto' : value.toLowerCase();
  return storage;
}

const filesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.conf'));
  } catch {
    return [];
  }
};

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
