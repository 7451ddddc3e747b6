import type { z } from 'zod';
import { pathText, valueAt, type Path, type Problem } from './problems.ts';
import { optionsAt } from './reference.ts';
import { didYouMean } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** The values of these are never repeated: each is a password, or may contain one. '' is the file itself, if it is one text or a list. */
const CONFIDENTIAL = new Set(['', 'mqtt', 'mqtt.password', 'mqtt.url', 'postgres.password', 'postgres.url']);
const isConfidential = (path: Path): boolean =>
  CONFIDENTIAL.has(pathText(path)) ||
  (path[0] === 'notify' && !['type', 'events', 'severity', 'per'].includes(String(path[2])));

/** The issues of the schema as problems for the operator. `data` is the file as plain data, `options` those of a section of its schema. */
export function problemsOf(error: z.ZodError, data: unknown, options: typeof optionsAt = optionsAt): Problem[] {
  return error.issues.flatMap(innermost).flatMap((issue) => {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownOption([...path, key], key, options(path)));
    if (issue.code === 'invalid_key') {
      return [{ path, on: 'key', text: `${expectation(issue.issues[0])}; got ${shown(path.at(-1))}` }];
    }
    const value = valueAt(data, path);
    if (value === undefined) return [{ path, on: 'key', text: `required: ${expectation(issue)}` }];
    if (isConfidential(path)) return [{ path, text: expectation(issue) }];
    return [{ path, text: `${expectation(issue)}; got ${shown(value)}${suggestion(issue, value)}` }];
  });
}

/** Where a value may be of several kinds: the issues of the kind that it is nearest to, those deepest in it. */
function innermost(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union' || issue.message.startsWith('expected ')) return [issue];
  const depth = (issues: readonly Issue[]): number => Math.max(...issues.map(({ path }) => path.length));
  const kinds = issue.errors.toSorted((a, b) => depth(b) - depth(a));
  // At the value itself the last kind has the words for all of them.
  const nearest = depth(kinds[0]) > 0 ? kinds[0] : issue.errors[issue.errors.length - 1];
  return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Names the option that is probably correct, also one of a section below, as `sensitivity` in `tuning`. */
function unknownOption(path: Path, key: string, options: ReturnType<typeof optionsAt>): Problem {
  const deeper = Object.entries(options).find(([, inner]) => Object.hasOwn(inner.properties ?? {}, key));
  const hint = deeper ? `; did you mean "${deeper[0]}.${key}"?` : didYouMean(key, Object.keys(options));
  return { path, on: 'key', text: `unknown option ${shown(key)}${hint}` };
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a section with options',
  record: 'a section with names of your choice',
  array: 'a list',
  boolean: 'true or false',
};

function expectation(issue: Issue): string {
  if (issue.message.startsWith('expected ')) return issue.message;
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type') return `expected ${KINDS[issue.expected] ?? issue.expected}`;
  return issue.message;
}

const suggestion = (issue: Issue, value: unknown): string =>
  issue.code === 'invalid_value' && typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : '';

/** Text always in quotes, so that a secret in it can be found and masked. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length <= 4 ? `[${value.map(shown).join(', ')}]` : 'a long list';
  if (typeof value === 'object') return 'a section';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
