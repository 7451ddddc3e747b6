import { brokerOptions } from '../app/broker-options.ts';
import { loadSite } from '../config/load.ts';
import { tryBroker } from '../io/mqtt/broker.ts';
import { EXIT } from './exit-codes.ts';
import { count, jsonLine } from './format.ts';
import { isJournal, PRIORITY, withPriority } from './journal.ts';
import { plain } from './plain.ts';

/** `zankyo check`: reports all mistakes of a site file; with `connect` it also connects to the broker. */
export async function check(config: string, { connect, json }: { connect: boolean; json: boolean }): Promise<number> {
  const { site, warnings } = loadSite(config);
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
  console.log(
    `${config}: valid. Site ${site.site}, ${count(inputs, 'input')}, ${count(groups, 'group')}${connect ? ', broker reached' : ''}.`,
  );
  return EXIT.ok;
}
