import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

const LAST = cpus().length - 1;
const POSSIBLE = LAST > 0 && spawnSync('taskset', ['-c', String(LAST), 'true']).status === 0;

/** The last core is reserved for the receiver; the first one usually serves the interrupts. */
export const RECEIVER = String(LAST);
export const OTHERS = `0-${LAST - 1}`;
export const where = POSSIBLE
  ? `every receiver on core ${RECEIVER}, broker and publisher on ${OTHERS}`
  : 'receiver, broker and publisher on any core: there is no taskset, or one core only';

/** The command that runs a program on these cores, where that is possible. */
export const pinned = (command, args, cores) =>
  POSSIBLE ? ['taskset', ['-c', cores, command, ...args]] : [command, args];
