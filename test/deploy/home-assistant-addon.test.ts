import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const addon = join(root, 'deploy/home-assistant-addon');
const text = (path: string): string => readFileSync(path, 'utf8');

interface AddonConfig {
  readonly version: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly schema: Readonly<Record<string, string | readonly string[]>>;
}
const config = parse(text(join(addon, 'config.yaml'))) as AddonConfig;

const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const valid = ajv.compile(JSON.parse(text(join(import.meta.dirname, 'home-assistant-addon.schema.json'))) as object);

describe('the add-on for Home Assistant', () => {
  test('config.yaml is as Home Assistant documents it', () => {
    valid(config);
    expect(valid.errors).toBeNull();
  });

  test.each([
    ['an unknown key', { ingres: true }],
    ['an unknown service', { services: ['mqtt:wants'] }],
    ['an unknown architecture', { arch: ['arm64'] }],
    ['an unknown type of an option', { schema: { topics: 'string' } }],
  ])('the schema refuses %s', (_, change) => {
    expect(valid({ ...config, ...change })).toBe(false);
  });

  test('has the version of the program', () => {
    expect(config.version).toBe((JSON.parse(text(join(root, 'package.json'))) as { version: string }).version);
  });

  test('every option with a default is one of the schema; those without are optional', () => {
    for (const name of Object.keys(config.options)) expect(Object.keys(config.schema)).toContain(name);
    for (const [name, type] of Object.entries(config.schema))
      if (!(name in config.options)) expect([name, String(type).endsWith('?')]).toEqual([name, true]);
  });

  test.each(readdirSync(join(addon, 'translations')))('%s names and explains every option', (file) => {
    const { configuration } = parse(text(join(addon, 'translations', file))) as {
      configuration: Readonly<Record<string, { name: string; description: string }>>;
    };
    expect(Object.keys(configuration)).toEqual(Object.keys(config.schema));
    for (const option of Object.values(configuration)) expect(Object.keys(option)).toEqual(['name', 'description']);
  });
});

describe('the images', () => {
  const containerfile = text(join(root, 'deploy/container/Containerfile'));
  const dockerfile = text(join(addon, 'Dockerfile'));
  const last = (file: string): string => file.slice(file.lastIndexOf('\nFROM '));

  test('stand on the same Debian, and have neither compiler nor npm', () => {
    for (const file of [containerfile, dockerfile]) {
      expect(last(file)).toMatch(/^\nFROM docker\.io\/library\/debian:trixie-slim\n/);
      expect(last(file)).not.toMatch(/\b(npm|g\+\+|make|python3|build-essential)\b/);
      expect(last(file)).toContain('useradd --uid 10001 --gid 10001');
    }
  });

  test('the container does not run as root, and asks the program itself for its health', () => {
    expect(last(containerfile)).toMatch(/^USER 10001:10001$/m);
    expect(last(containerfile)).toMatch(
      /^HEALTHCHECK .* CMD \["zankyo", "health", "-c", "\/etc\/zankyo\/site\.yaml"\]$/m,
    );
  });
});
