import { pino, type DestinationStream, type Logger } from 'pino';
import colors from 'picocolors';
import type { Site } from '../../config/schema/site.ts';
import type { Log } from '../../log.ts';
import { isJournal, PRIORITY, withPriority } from './journal.ts';
import { plain, plainLines } from './plain.ts';

export type LogFormat = Site['log']['format'];

/** Time, level, message, then the other fields. */
export type Format = (line: string) => string;

interface Parsed {
  /** A number of pino's. */
  readonly level: number;
  /** ISO 8601. */
  readonly time: string;
  readonly msg: string;
  readonly err?: { readonly stack?: string };
}

type Level = keyof typeof PRIORITY;
const LEVELS: Readonly<Record<number, Level>> = {
  10: 'debug',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

const parse = (line: string): { readonly head: Parsed; readonly fields: readonly string[]; readonly stack: string } => {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Parsed;
  return {
    head: { level, time, msg: plain(msg) },
    fields: Object.entries(rest).map(([key, value]) => plain(`${key}=${valueText(value)}`)),
    stack: err?.stack === undefined ? '' : `\n${plainLines(err.stack)}`,
  };
};

/** Words and numbers unchanged, other values as JSON. */
const valueText = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);

const two = (n: number): string => String(n).padStart(2, '0');
const localTime = (time: string): string => {
  const t = new Date(time);
  const date = [t.getFullYear(), two(t.getMonth() + 1), two(t.getDate())].join('-');
  return `${date} ${[t.getHours(), t.getMinutes(), t.getSeconds()].map(two).join(':')}`;
};

/** For a terminal: local time, level, message, fields. */
export const pretty =
  ({ dim, green, yellow, red }: Pick<typeof colors, 'dim' | 'green' | 'yellow' | 'red'> = colors): Format =>
  (line) => {
    const tint = { debug: dim, info: green, warn: yellow, error: red, fatal: red };
    const { head, fields, stack } = parse(line);
    const level = LEVELS[head.level];
    const rest = fields.length === 0 ? '' : dim(`  ${fields.join(' ')}`);
    return `${dim(localTime(head.time))} ${tint[level](level.padEnd(5))} ${head.msg}${rest}${stack}\n`;
  };

/** For the journal, which has a time and a priority of its own for each line. */
export const journal: Format = (line) => {
  const { head, fields, stack } = parse(line);
  return `${withPriority([head.msg, ...fields].join(' ') + stack, PRIORITY[LEVELS[head.level]])}\n`;
};

/** One object per line; characters that a terminal would act on are escaped. */
export const json: Format = plainLines;

/** Where a log goes to. */
export interface Stderr {
  readonly isTTY: boolean;
  readonly isJournal: boolean;
}

/** `auto` is pretty on a terminal, journal where stderr is the journal, and JSON elsewhere. */
export function formatFor(format: LogFormat, { isTTY, isJournal }: Stderr): Format {
  const chosen = format === 'auto' ? (isTTY ? 'pretty' : isJournal ? 'journal' : 'json') : format;
  if (chosen !== 'pretty') return { json, journal }[chosen];
  return pretty(colors.createColors(isTTY && process.env['NO_COLOR'] === undefined));
}

/** Events with fields, all of them to stderr. */
export function openLog(level: string, format: LogFormat = 'auto'): Logger {
  const stderr = pino.destination({ fd: 2, sync: true });
  // A terminal that was closed takes no more lines; that must not end a process which is about to save.
  stderr.on('error', () => undefined);
  const write = formatFor(format, { isTTY: process.stderr.isTTY, isJournal: isJournal() });
  const destination: DestinationStream = {
    write: (line) => {
      stderr.write(write(line));
    },
  };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

export const logTo =
  (log: Logger): Log =>
  (level, fields, message) => {
    log[level](fields, message);
  };
