import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Until it is connected and listens. */
const START_MS = 3000;

/**
 * The built service with a site, as an object, in a process of its own: with the options of Node and the variables in the unit, as an
 * installed service has them. `flags`: these options, as one text.
 */
export async function startService(directory, site) {
  const file = join(directory, 'site.yaml');
  writeFileSync(file, JSON.stringify(site));
  const unit = readFileSync(new URL('../../deploy/zankyo.service', import.meta.url), 'utf8');
  const flags = /^ExecStart=\S+ (.*?) ?\/opt\//m.exec(unit)[1].split(' ').filter(Boolean);
  const variables = Object.fromEntries([...unit.matchAll(/^Environment=(\w+)=(\S+)$/gm)].map(([, ...pair]) => pair));
  const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [...flags, main, 'run', '-c', file], {
    stdio: 'inherit',
    env: { ...process.env, ...variables },
  });
  const exited = once(child, 'exit');
  await sleep(START_MS);
  /** A file of the process in /proc. */
  const proc = (name) => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
  return {
    flags: flags.join(' '),
    proc,
    /** Bytes in memory. */
    resident: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(proc('status'))[1]) * 1024,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
