import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { pathText } from './problems.ts';
import { overrideSchema, type TuningOverride } from './schema/tuning.ts';
import { problemsOf } from './wording.ts';

const schema = z.strictObject({ tuning: overrideSchema });

/**
 * Options of `tuning` as words, `option=value` each, named and written as in a site file. Throws `usage` with every mistake
 * at once, a line each.
 */
export function tuningFrom(words: readonly string[]): TuningOverride {
  const data = { tuning: Object.fromEntries(words.map(pair)) };
  const read = schema.safeParse(data);
  if (read.success) return read.data.tuning;
  const lines = problemsOf(read.error, data).map(({ path, text }) => `${pathText(path)}: ${text}`);
  throw new AppError('usage', lines.join('\n'));
}

function pair(word: string): [string, unknown] {
  const match = /^(\w+)=(.+)$/.exec(word);
  if (match === null) throw new AppError('usage', `${word}: expected option=value, such as sensitivity=1.5`);
  const [, option, value] = match;
  try {
    return [option, parse(value)];
  } catch (cause) {
    throw new AppError('usage', `${word}: ${value} cannot be read as YAML`, { cause });
  }
}
