import { fstatSync } from 'node:fs';

/** Priorities of syslog, which systemd takes from the beginning of a line: "<6>" (sd-daemon(3)). */
export const PRIORITY = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7 } as const;

/**
 * Whether stderr is connected to the journal: systemd puts device and inode of the stream that it connected into
 * JOURNAL_STREAM, and a redirection changes them (systemd.exec(5)).
 */
export function isJournal({ JOURNAL_STREAM }: NodeJS.ProcessEnv = process.env, fd = 2): boolean {
  if (JOURNAL_STREAM === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    return false; // stderr is closed
  }
}

/** The journal stores each line by itself, so that each needs its priority. */
export const withPriority = (text: string, priority: number): string =>
  text
    .split('\n')
    .map((line) => `<${priority}>${line}`)
    .join('\n');
