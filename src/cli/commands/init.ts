import { Option } from 'commander';
import type { InitCommandOptions } from '../actions/init.ts';
import { withBrokerOptions } from './broker-words.ts';
import { GROUPS, type Register } from './registration.ts';

export const registerInit: Register = (program, { exits }) => {
  withBrokerOptions(
    program
      .command('init')
      .helpGroup(GROUPS.begin)
      .description('write a new site file, from questions or from these options')
      .argument('[broker]', 'address of the broker: 192.168.1.10, mqtt://broker.home:1883, mqtts://, ws:// or wss://')
      .option('-o, --out <file>', 'the site file', 'site.yaml')
      .option('--force', 'replace an existing file', false)
      .option(
        '--site <name>',
        'name of the site (default: home, or the name of the file where it is one of several in /etc/zankyo)',
      )
      .option('--timezone <zone>', 'time zone of the site (default: that of this machine)')
      .addOption(new Option('--no-discover', 'do not listen to the broker; write an example as the input'))
      .option('--for <duration>', 'how long to listen; Ctrl-C ends it early', '60s')
      .option('--topic <filters...>', 'only topics that one of these filters matches (default: all)')
      .option('--groups', 'write the proposed groups as part of the site, not as a comment', false)
      .option('-y, --yes', 'ask nothing, also on a terminal', false),
  )
    .option('--json', 'print one JSON object at the end', false)
    .action(async (broker: string | undefined, options: InitCommandOptions) => {
      const { init } = await import('../actions/init.ts');
      exits(await init(broker, options));
    });
};
