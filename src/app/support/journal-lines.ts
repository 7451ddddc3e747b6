import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LINES = 300;
const MS = 5_000;
const MAX_BYTES = 1024 * 1024;

/** The last lines of the service in the journal of systemd; null where there is none, or this user may not read it. */
export async function journalLines(): Promise<readonly string[] | null> {
  const query = ['--unit=zankyo*', `--lines=${LINES}`, '--output=short-iso', '--no-pager', '--quiet', '--no-hostname'];
  try {
    const { stdout } = await promisify(execFile)('journalctl', query, { timeout: MS, maxBuffer: MAX_BYTES });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.length === 0 ? null : lines;
  } catch {
    return null;
  }
}
