import { sizeText } from '../../app/doctor/finding.ts';
import { backup } from '../../io/sqlite/upkeep/backup.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine } from '../terminal/format.ts';
import { loadServiceSite } from '../service-site.ts';

export interface BackupOptions {
  readonly config: string;
  readonly out: string;
  readonly json: boolean;
}

/** `zankyo backup`: writes a copy that can replace the database; the service may be running. */
export async function backupCommand({ config, out, json }: BackupOptions): Promise<number> {
  const site = loadServiceSite(config);
  const bytes = await backup(site.database, out);
  if (json) console.log(jsonLine({ schema: 1, file: out, database: site.database, size: bytes }));
  else console.log(`${out}: ${site.database} as it is now, ${sizeText(bytes)}, checked.`);
  return EXIT.ok;
}
