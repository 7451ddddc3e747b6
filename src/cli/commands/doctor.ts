import { GROUPS, type Register } from './registration.ts';

export const registerDoctor: Register = (program, { version, exits }) => {
  program
    .command('doctor')
    .helpGroup(GROUPS.service)
    .description('check this machine, the networks and a site file, and measure the speed')
    .option('-c, --config <file>', 'a site file to check as well')
    .option('--json', 'as one JSON object', false)
    .action(async (options: { config?: string; json: boolean }) => {
      const { doctor } = await import('../actions/doctor.ts');
      exits(await doctor({ ...options, version }));
    });
};
