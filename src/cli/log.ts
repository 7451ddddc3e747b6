import { pino, type DestinationStream, type Logger } from 'pino';
import colors from 'picocolors';
import type { Log } from '../log.ts';
import { plain, plainLines } from './plain.ts';

const LEVELS: Readonly<Record<number, string>> = {
  10: colors.dim('trace'),
  20: colors.dim('debug'),
  30: colors.green('info '),
  40: colors.yellow('warn '),
  50: colors.red('error'),
  60: colors.red('fatal'),
};

/** A log line for eyes: time, level, message, then the other fields. */
export const readable = (line: string): string => {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as {
    level: number;
    time: number;
    msg: string;
    err?: { stack?: string };
    [field: string]: unknown;
  };
  const rest = Object.entries(fields).map(([key, value]) => colors.dim(` ${plain(`${key}=${JSON.stringify(value)}`)}`));
  const stack = err?.stack === undefined ? '' : `\n${plainLines(err.stack)}`;
  return `${new Date(time).toISOString().slice(11, 19)} ${LEVELS[level]} ${plain(msg)}${rest.join('')}${stack}\n`;
};

/** Events with fields: JSON lines for the journal, readable lines on a terminal. Everything goes to stderr. */
export function openLog(level: string): Logger {
  const stderr = pino.destination({ fd: 2, sync: true });
  const { isTTY } = process.stderr;
  const destination: DestinationStream = {
    write: (line) => {
      stderr.write(isTTY ? readable(line) : plainLines(line));
    },
  };
  return pino({ level, base: null }, destination);
}

export const noteTo =
  (log: Logger): Log =>
  (level, fields, message) => {
    log[level](fields, message);
  };
