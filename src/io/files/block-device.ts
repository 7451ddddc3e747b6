import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The disk under a file. */
export interface BlockDevice {
  /** As in /sys/block: mmcblk0, sda, nvme0n1. */
  readonly name: string;
  /** Whether it is an SD card or an eMMC. */
  readonly card: boolean;
  /** Its size; null where it cannot be read. */
  readonly bytes: number | null;
  /** Written to it by all programs since the machine started; null where it cannot be read. */
  readonly writtenBytes: number | null;
}

const SECTOR = 512;
/** Sectors written, of the fields of `stat` (Documentation/block/stat.rst of Linux). */
const SECTORS_WRITTEN = 6;

/**
 * The disk on which `path` lies, an absolute path that exists; null where there is none, as on a tmpfs, or it cannot be found, as under
 * an overlay. `root`: for tests.
 */
export function blockDeviceOf(path: string, root = '/'): BlockDevice | null {
  try {
    const numbers = deviceNumbers(path, readFileSync(join(root, 'proc/self/mountinfo'), 'utf8'));
    if (numbers === null) return null;
    const found = realpathSync(join(root, 'sys/dev/block', numbers));
    // A partition lies in the directory of its disk.
    const directory = tryRead(join(found, 'partition')) === null ? found : dirname(found);
    const name = basename(directory);
    const sectors = tryRead(join(directory, 'size'));
    const stat = tryRead(join(directory, 'stat'));
    return {
      name,
      card: name.startsWith('mmcblk'),
      bytes: sectors === null ? null : SECTOR * Number(sectors),
      writtenBytes: stat === null ? null : SECTOR * Number(stat.trim().split(/\s+/)[SECTORS_WRITTEN]),
    };
  } catch {
    return null;
  }
}

/** `179:2`: of the mount with the longest path above `path`, the last one of several. See proc_pid_mountinfo(5). */
function deviceNumbers(path: string, mountinfo: string): string | null {
  let longest = -1;
  let numbers: string | null = null;
  for (const line of mountinfo.split('\n')) {
    const [, , device, , escaped] = line.split(' ') as (string | undefined)[];
    if (device === undefined || escaped === undefined) continue;
    const mount = escaped.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const above = mount === '/' || path === mount || path.startsWith(`${mount}/`);
    if (!above || mount.length < longest) continue;
    longest = mount.length;
    numbers = device;
  }
  return numbers;
}

function tryRead(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
