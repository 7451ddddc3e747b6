import type { SupportOptions } from '../actions/support.ts';
import { GROUPS, type Register } from './registration.ts';

export const registerSupport: Register = (program, { version, exits }) => {
  program
    .command('support-bundle')
    .helpGroup(GROUPS.service)
    .description('write the facts about a site that a developer needs, without secrets, to one file; nothing is sent')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('-o, --out <file>', 'the file to write (default: zankyo-support-DATE.json.gz)')
    .option('--hash-names', 'replace the names of site, topics, series, groups and targets by hashes', false)
    .option('-y, --yes', 'write it without a question', false)
    .option('--json', 'print the contents as JSON, and write nothing', false)
    .action(async (options: Omit<SupportOptions, 'version'>) => {
      const { supportCommand } = await import('../actions/support.ts');
      exits(await supportCommand({ ...options, version }));
    });
};
