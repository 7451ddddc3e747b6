import { readFileSync } from 'node:fs';

/**
 * Bytes that this process has caused to be written to disks, as Linux counts them (`write_bytes` in proc_pid_io(5)); null on a
 * system that does not.
 */
export const writtenBytes = (): number | null => {
  try {
    const found = /^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
};
