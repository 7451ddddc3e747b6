import { spawnSync } from 'node:child_process';

/** Standard output of a program. Throws with its whole output when it cannot be started or fails. */
export const run = (command, args, options = {}) => {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (error?.code === 'ENOENT') throw new Error(`${command} not found: ${INSTALL[command] ?? packageOf(command)}`);
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
};

const INSTALL = {
  'node-gyp': 'run this through npm ("npm run deb"), which has it',
  'dpkg-deb': 'this needs a Debian system',
};
const packageOf = (command) =>
  `sudo apt-get install ${command.includes('g++') || command.includes('gcc') ? command : 'build-essential'}`;
