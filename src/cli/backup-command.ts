import { sizeText } from '../app/doctor/finding.ts';
import { backup } from '../io/sqlite/backup.ts';
import { EXIT } from './exit-codes.ts';
import { loadServiceSite } from './service-site.ts';

/** `zankyo backup`: writes a copy that can replace the database; the service may be running. */
export async function backupCommand({ config, out }: { config: string; out: string }): Promise<number> {
  const site = loadServiceSite(config);
  const bytes = await backup(site.database, out);
  console.log(`${out}: ${site.database} as it is now, ${sizeText(bytes)}, checked.`);
  return EXIT.ok;
}
