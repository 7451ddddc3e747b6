import { parseDuration } from '../config/duration.ts';
import { AppError } from '../errors.ts';

/**
 * A time on the command line: a duration back from `now`, such as 2d, or an ISO 8601 time. Options of one command have the same `now`.
 * Throws an `AppError` `usage`.
 */
export function timeOf(text: string, option: string, now = Date.now()): number {
  const at = /^\d{4}-/.test(text) ? Date.parse(text) : now - durationOf(text);
  if (Number.isNaN(at))
    throw new AppError('usage', `${option} ${text}: expected a duration such as 2d or a time such as 2026-11-23`);
  return at;
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    return NaN;
  }
}
