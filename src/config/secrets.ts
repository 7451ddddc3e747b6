import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlias, isMap, isScalar, type Scalar } from 'yaml';
import { AppError } from '../errors.ts';
import type { Problem } from './problems.ts';
import { didYouMean } from './suggest.ts';
import { forEachValue, readYaml, type YamlFile } from './yaml-file.ts';

export interface Resolved {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Values from outside the file, which must not be repeated in a message. */
  readonly values: ReadonlySet<string>;
  /** Each tag as it stood in the document, as `!secret name`. */
  readonly tags: ReadonlyMap<Scalar, string>;
}

/** Puts the values in the places of `!secret name` and `!env NAME`, in the document itself. `secrets.yaml` is in `directory`. */
export function resolveTags(file: YamlFile, env: NodeJS.ProcessEnv, directory: string): Resolved {
  const problems: Problem[] = [];
  const values = new Set<string>();
  const tags = new Map<Scalar, string>();
  const secrets = secretStore(join(directory, 'secrets.yaml'));
  const find = (tag: string, name: string): Found => {
    if (tag === '!secret') return secrets.find(name);
    if (tag === '!env') return fromEnv(name, env);
    return { problem: `unknown tag ${tag}; expected !secret or !env${didYouMean(tag, ['!secret', '!env'])}` };
  };
  forEachValue(file, (node, path) => {
    if (isAlias(node) || !node.tag?.startsWith('!')) return;
    const found = isScalar(node) ? find(node.tag, written(node)) : { problem: `expected a name after ${node.tag}` };
    if ('problem' in found) problems.push({ path, text: found.problem });
    else values.add(found.value);
    if (!isScalar(node)) return;
    tags.set(node, `${node.tag} ${String(node.value)}`);
    node.value = 'value' in found ? found.value : null;
  });
  return { problems, warnings: secrets.warnings(), values, tags };
}

type Found = { readonly value: string } | { readonly problem: string };

function fromEnv(name: string, env: NodeJS.ProcessEnv): Found {
  if (name === '') return { problem: 'expected the name of an environment variable after !env' };
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === undefined || value === '' ? { problem: `environment variable ${name} is not set` } : { value };
}

/** `secrets.yaml`, read when the first secret is asked for. */
function secretStore(path: string) {
  let content: ReadonlyMap<string, Found> | AppError | null = null;
  const find = (name: string): Found => {
    if (name === '') return { problem: `expected the name of a secret in ${path} after !secret` };
    content ??= readSecrets(path);
    if (content instanceof AppError) return { problem: `!secret ${name}: ${content.message}` };
    return (
      content.get(name) ?? {
        problem: `no secret ${JSON.stringify(name)} in ${path}${didYouMean(name, [...content.keys()])}`,
      }
    );
  };
  const warnings = (): string[] => (content === null ? [] : worldReadable(path));
  return { find, warnings };
}

/** Names and values, all text as written: a PIN keeps its leading zero. */
function readSecrets(path: string): ReadonlyMap<string, Found> | AppError {
  try {
    const { contents } = readYaml(path).document;
    if (!isMap(contents)) return new AppError('secret_missing', `${path}: expected lines of the form name: value`);
    return new Map(contents.items.map(({ key, value }) => [String(key), secretOf(String(key), value, path)]));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function secretOf(name: string, node: unknown, path: string): Found {
  const value = isScalar(node) ? written(node) : '';
  return value === '' ? { problem: `expected text as secret ${JSON.stringify(name)} in ${path}` } : { value };
}

const written = (scalar: Scalar): string => (typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? ''));

/** The warning that others on this machine can read a file with a secret in it; empty when they cannot, or there is none. */
export function worldReadable(path: string): string[] {
  return (modeOf(path) & 0o004) === 0
    ? []
    : [`${path}: all users of this machine can read this file and the secrets in it; run chmod o-r on it`];
}

/** 0 where the mode cannot be read: the code that needs the file reports why. */
function modeOf(path: string): number {
  try {
    return statSync(path).mode;
  } catch {
    return 0;
  }
}
