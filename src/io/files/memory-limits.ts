import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Limits of the memory of this process, bytes; null where there is none. */
export interface MemoryLimits {
  /** Above it the kernel slows the process: MemoryHigh= of systemd. */
  readonly high: number | null;
  /** Above it the kernel kills the process: MemoryMax= of systemd, --memory of a container. */
  readonly max: number | null;
}

/** Version 1 has no word for "no limit"; it has the largest number of pages. */
const NO_LIMIT = 2 ** 60;

/**
 * The limits of the control group of this process and of those around it, the lowest of each. In version 2 of control groups there are both,
 * in version 1 there is `max`. A system without control groups has none. `root`: where /proc and /sys are.
 */
export function memoryLimits(root = '/'): MemoryLimits {
  const groups = textOf(join(root, 'proc/self/cgroup')) ?? '';
  let high: number | null = null;
  let max: number | null = null;
  for (const line of groups.split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === '') continue;
    if (controllers === '') {
      const mount = join(root, 'sys/fs/cgroup');
      high = lower(high, lowest(mount, path, 'memory.high'));
      max = lower(max, lowest(mount, path, 'memory.max'));
    } else if (controllers.split(',').includes('memory'))
      max = lower(max, lowest(join(root, 'sys/fs/cgroup/memory'), path, 'memory.limit_in_bytes'));
  }
  return { high, max };
}

/** In a container the path may be that of the host, of which only the root is to be seen. */
function lowest(mount: string, path: string, file: string): number | null {
  let found: number | null = null;
  for (let at = path; ; at = dirname(at)) {
    found = lower(found, bytesIn(textOf(join(mount, at, file))));
    if (at === '/') return found;
  }
}

const lower = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));

function bytesIn(text: string | null): number | null {
  const bytes = text === null || text.trim() === '' ? NaN : Number(text);
  return bytes >= 0 && bytes < NO_LIMIT ? bytes : null;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
