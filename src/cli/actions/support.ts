import { packed, supportBundle } from '../../app/support/bundle.ts';
import { sizeText } from '../../app/doctor/finding.ts';
import { refuseUnwritable, writeOut } from '../../app/out-file.ts';
import { openAsker } from '../terminal/ask.ts';
import { EXIT } from '../exit-codes.ts';
import { plainLines } from '../terminal/plain.ts';
import { loadServiceSite } from '../service-site.ts';

export interface SupportOptions {
  readonly config: string;
  readonly out?: string;
  readonly hashNames: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly version: string;
}

/** `zankyo support-bundle`: shows what a bundle would contain, and writes it when the user agrees. It sends nothing. */
export async function supportCommand({
  config,
  hashNames,
  yes,
  json,
  version,
  ...rest
}: SupportOptions): Promise<number> {
  const site = loadServiceSite(config);
  const now = Date.now();
  const out = rest.out ?? `zankyo-support-${new Date(now).toISOString().slice(0, 10)}.json.gz`;
  if (!json) refuseUnwritable(out);
  const bundle = await supportBundle(site, { version, config, hashNames, now });
  if (json) {
    console.log(plainLines(bundle.text.trimEnd()));
    return EXIT.ok;
  }
  console.log('The bundle would contain:');
  for (const { name, about, bytes } of bundle.parts)
    console.log(`  ${name.padEnd(10)}  ${sizeText(bytes).padStart(9)}  ${about}`);
  if (!yes) {
    if (!process.stdin.isTTY) {
      console.log(plainLines(bundle.text.trimEnd()));
      console.error('Nothing was written: --yes writes the file, and nothing is ever sent.');
      return EXIT.ok;
    }
    const asker = openAsker();
    const shown = await asker.askYesNo('Show all of it?', true);
    if (shown) console.log(plainLines(bundle.text.trimEnd()));
    const agreed = await asker.askYesNo(`Write it to ${out}?`, false);
    asker.close();
    if (!agreed) return EXIT.ok;
  }
  const bytes = packed(bundle);
  writeOut(out, bytes);
  console.log(`${out}: ${sizeText(bytes.byteLength)}. It was not sent to anybody. To read it: zcat ${out}`);
  return EXIT.ok;
}
