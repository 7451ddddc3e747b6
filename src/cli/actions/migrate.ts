import { copyFileSync, renameSync, statSync, writeFileSync, chownSync, rmSync } from 'node:fs';
import colors from 'picocolors';
import { unwritable } from '../../app/out-file.ts';
import { loadSiteText } from '../../config/load.ts';
import { lineDiff } from '../../config/line-diff.ts';
import { SITE_MIGRATIONS, SITE_VERSION, migrateText, type MigratedText } from '../../config/versions.ts';
import { parseYaml, readText } from '../../config/yaml-file.ts';
import { AppError } from '../../errors.ts';
import { openAsker } from '../terminal/ask.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine } from '../terminal/format.ts';
import { plain } from '../terminal/plain.ts';

export interface MigrateOptions {
  readonly config: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** `zankyo migrate`: shows how the form of a site file changes, and rewrites it; the old one is kept beside it. */
export async function migrate(
  { config, yes, json }: MigrateOptions,
  migrations = SITE_MIGRATIONS,
  now: () => Date = () => new Date(),
): Promise<number> {
  const text = readText(config);
  parseYaml(text, config); // reports a file that is no YAML
  const found = migrateText(text, migrations);
  if (found === null) {
    loadSiteText(text, config); // a file of a newer version, or with a mistake, is not up to date
    if (json)
      console.log(jsonLine({ schema: 1, config, from: SITE_VERSION, to: SITE_VERSION, changes: [], backup: null }));
    else console.log(`${config}: version ${SITE_VERSION}, nothing to do.`);
    return EXIT.ok;
  }
  const { from, to, changes } = found;
  if (!json) show(config, text, found);
  if (!yes) {
    if (!process.stdin.isTTY || json) {
      console.error(`Nothing was changed: zankyo migrate --yes ${plain(config)} rewrites the file.`);
      return EXIT.ok;
    }
    const asker = openAsker();
    const agreed = await asker.askYesNo(`Rewrite ${plain(config)}?`, false);
    asker.close();
    if (!agreed) return EXIT.ok;
  }
  const backup = rewrite(config, found.text, from, now());
  if (json) console.log(jsonLine({ schema: 1, config, from, to, changes, backup }));
  else console.log(`${config}: version ${to}. The old file is ${backup}.`);
  return EXIT.ok;
}

function show(config: string, text: string, { from, to, changes, text: after }: MigratedText): void {
  console.log(`${config}: version ${from} becomes ${to}.`);
  for (const change of changes) console.log(`- ${change}`);
  console.log('');
  const tint: Readonly<Record<string, (line: string) => string>> = { '+': colors.green, '-': colors.red };
  for (const line of lineDiff(text, after)) console.log((tint[line[0]] ?? String)(plain(line)));
}

/** Copies the file, then puts the new text in its place in one step, with the same owner and mode. Returns the path of the copy. */
function rewrite(config: string, text: string, from: number, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const backup = `${config}.version-${from}-${stamp}`;
  const partial = `${config}.partial`;
  try {
    const { mode, uid, gid } = statSync(config);
    copyFileSync(config, backup);
    writeFileSync(partial, text, { mode });
    if (process.getuid?.() === 0) for (const path of [backup, partial]) chownSync(path, uid, gid);
    renameSync(partial, config);
    return backup;
  } catch (cause) {
    rmSync(partial, { force: true });
    throw cause instanceof AppError ? cause : unwritable(config, cause, 'migrate');
  }
}
