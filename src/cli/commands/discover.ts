import { withBrokerOptions } from './broker-words.ts';
import type { DiscoverCommandOptions } from '../actions/discover.ts';
import { GROUPS, type Register } from './registration.ts';

export const registerDiscover: Register = (program, { exits }) => {
  withBrokerOptions(
    program
      .command('discover')
      .helpGroup(GROUPS.begin)
      .description('listen to a broker, and propose a site file for the sensors that it found')
      .argument('[broker]', 'its address: 192.168.1.10, mqtt://broker.home:1883, mqtts://, ws:// or wss://')
      .option('-c, --config <file>', 'take the broker from this site file')
      .option('--for <duration>', 'how long to listen; Ctrl-C ends it early', '60s')
      .option('--topic <filters...>', 'only topics that one of these filters matches (default: all)')
      .option('-o, --out <file>', 'write the site file here (default: standard output)')
      .option('--force', 'replace the file', false)
      .option('--site <name>', 'name of the site', 'home')
      .option('--timezone <zone>', 'time zone of the site (default: that of this machine)')
      .option('--groups', 'write the proposed groups as part of the site, not as a comment', false),
  )
    .option('--json', 'print one JSON object: the topics and the proposal', false)
    .action(async (broker: string | undefined, options: DiscoverCommandOptions) => {
      const { discover } = await import('../actions/discover.ts');
      exits(await discover(broker, options));
    });
};
