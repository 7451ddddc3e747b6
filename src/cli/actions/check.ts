import { brokerOptions } from '../../app/broker-options.ts';
import { loadSite } from '../../config/load.ts';
import { tryBroker } from '../../io/mqtt/broker.ts';
import { EXIT } from '../exit-codes.ts';
import { count, jsonLine } from '../terminal/format.ts';
import { isJournal, PRIORITY, withPriority } from '../terminal/journal.ts';
import { plain } from '../terminal/plain.ts';

export interface CheckOptions {
  readonly connect: boolean;
  readonly print: boolean;
  readonly json: boolean;
}

/**
 * `zankyo check`: reports all mistakes of a site file; with `connect` it also connects to the broker, with `print` it writes the options
 * of the file and its bases.
 */
export async function check(config: string, { connect, print, json }: CheckOptions): Promise<number> {
  const { site, warnings, text } = loadSite(config);
  // systemctl reload runs it, with the journal as its stderr.
  const priority = isJournal() ? (text: string) => withPriority(text, PRIORITY.warn) : (text: string) => text;
  if (!json) for (const warning of warnings) console.error(priority(plain(warning)));
  const doubt = connect ? await tryBroker(brokerOptions(site, () => undefined, Date.now)) : null;
  if (doubt !== null && !json) console.error(doubt);
  const inputs = site.inputs.reduce((sum, input) => sum + input.fields.length, 0);
  const groups = Object.keys(site.groups).length;
  if (json) {
    const broker = connect ? { broker: 'reached', doubt } : {};
    console.log(jsonLine({ schema: 1, config, valid: true, site: site.site, inputs, groups, warnings, ...broker }));
    return EXIT.ok;
  }
  if (print) process.stdout.write(text());
  const say = print ? console.error : console.log;
  say(
    `${config}: valid. Site ${site.site}, ${count(inputs, 'input')}, ${count(groups, 'group')}${connect ? ', broker reached' : ''}.`,
  );
  return EXIT.ok;
}
