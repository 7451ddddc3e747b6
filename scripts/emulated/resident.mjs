/** Resident memory of a process, also of an emulated one without its emulator. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';

/**
 * Bytes. Of an emulated process: qemu's own program, its heap and its translated code (the only pages without a file that this CPU may
 * execute, for qemu gives the guest's code no such right) are left out.
 */
export function residentBytes(pid, emulator) {
  let sum = 0;
  let counts = false;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+ *(.*)$/.exec(line);
    if (mapping) {
      const [, rights, file] = mapping;
      const isEmulator =
        file === '[heap]' || file.endsWith(`/qemu-${emulator}`) || (rights.includes('x') && file === '');
      counts = emulator === null || !isEmulator;
    } else if (counts) sum += 1024 * Number(/^Rss: +(\d+) kB/.exec(line)?.[1] ?? 0);
  }
  return sum;
}

/** Calls `work` and looks meanwhile at the processes under `root` whose arguments have `words` side by side. Resolves with both. */
export async function withPeak(work, { root, words, emulator = null, everyMs }) {
  let peak = 0;
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      try {
        if (readlinkSync(`/proc/${pid}/root`) !== root) continue;
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        if (line.includes(words)) peak = Math.max(peak, residentBytes(pid, emulator));
      } catch {
        // It has ended meanwhile.
      }
  };
  const timer = setInterval(look, everyMs);
  try {
    return { result: await work(), peak };
  } finally {
    clearInterval(timer);
  }
}
