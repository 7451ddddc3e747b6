import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseDuration } from '../../src/config/duration.ts';
import { loadSite, type LoadedSite } from '../../src/config/load.ts';
import { couldName } from '../../src/config/names.ts';
import { AppError } from '../../src/errors.ts';
import { Decoder } from '../../src/stream/decoder.ts';
import { slugify } from '../../src/stream/names/slug.ts';
import { damaged, fuzz, hostileJson, textOf, unlessRefused } from '../fuzz.ts';
import { directoryWith } from './site.ts';

const root = resolve(import.meta.dirname, '../..');
const examples = ['minimal', 'full', 'home', 'pump-station'].map((name) =>
  readFileSync(join(root, `config/${name}.yaml`), 'utf8'),
);
const SECRETS = 'mqtt_password: hunter2-secret\n';
const ENV = { PW: 'hunter2-env' };

/** Loads texts as a site file, one after the other; null for what was refused in the way that an operator can act on. */
function loader(): (yaml: string | Uint8Array) => LoadedSite | null {
  const directory = directoryWith({ 'secrets.yaml': SECRETS });
  const path = join(directory, 'site.yaml');
  return (yaml) => {
    writeFileSync(path, yaml, { mode: 0o600 });
    try {
      return loadSite(path, ENV);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(['config_invalid', 'config_unreadable']).toContain(error.code);
      for (const line of error.message.split('\n')) expect(line).toMatch(/^\S+\/site\.yaml(?::\d+:\d+)?: ./);
      if (error.code === 'config_invalid') expect(error.message).toMatch(/^\S+\/site\.yaml:\d+:\d+: ./);
      expect(error.message).not.toContain('hunter2');
      return null;
    }
  };
}

/** What was accepted works: nothing throws later that could have been said at the start. */
const works = ({ site }: LoadedSite): void => {
  new Decoder(site.inputs, { maxSeries: site.maxSeries, reserved: Object.keys(site.groups) });
};

describe('a site file', () => {
  test('of any text is accepted, or refused with place and reason', () => {
    const yaml = fc.oneof(
      fc.string({ unit: 'binary' }),
      textOf('ab:-[]{}&*!|>%#\n\n  "\'?,<~', 40),
      fc.uint8Array({ maxLength: 60 }),
    );
    const load = loader();
    fc.assert(
      fc.property(yaml, (text) => {
        load(text);
      }),
      fuzz(300),
    );
  });

  test('with small damages is accepted and works, or is refused with place and reason', () => {
    const load = loader();
    let [accepted, refused] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(...examples.map((yaml) => damaged(Buffer.from(yaml)))), (yaml) => {
        const loaded = load(yaml);
        if (loaded === null) refused++;
        else {
          works(loaded);
          accepted++;
        }
      }),
      fuzz(150),
    );
    expect(Math.min(accepted, refused)).toBeGreaterThan(0); // both happen
  });

  test('whose options are nearly right is accepted and works, or is refused with place and reason', () => {
    const load = loader();
    let accepted = 0;
    /** Mostly one of these, which fit, or at least may; now and then anything. */
    const mostly = (...values: unknown[]): fc.Arbitrary<unknown> =>
      fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: hostileJson });
    const some = (options: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
      fc.record(options, { requiredKeys: [] });
    const file = mostly('a.pem', 'x\0y', 'x'.repeat(5000), 'site.yaml/x', '/', '~/x', '__proto__');
    const field = some({
      path: mostly('', 'v', 'a.b[0]', '["{1}"]', '__proto__', 'constructor.name'),
      name: mostly('{1}', '{topic}', '{1}-{path}', 'a', 'constructor', '{2}', 'é', `${'{1}a'.repeat(30)}b`),
      range: mostly([0, 1], [-1e300, 1e300], null),
      missing_values: mostly([], [0, -9999], [1e308]),
      counter: mostly('hour', 'day'),
      tuning: some({ cell: mostly('lstm', 'rnn'), horizon: mostly(1, 8), silent_after: mostly('never', '5m') }),
    });
    const topic = mostly('a', 'b', 'a/+', '+/+', 'a/{b}', '{1}/{topic}', 'a/$&', '$SYS/#', '#', 'x/*');
    const input = fc
      .tuple(topic, field, fc.array(field, { maxLength: 2 }), mostly(null, '', 'rows', '[0]'), mostly(null, 'ts', '0'))
      .map(([topic, beside, fields, each, time]) => ({
        ...{ topic, each, time },
        ...(fields.length > 0 ? { fields } : beside),
      }));
    const site = fc.record(
      {
        site: mostly('home', 'constructor'),
        mqtt: some({
          client_id: mostly('x', '<site><site>'),
          password: mostly('x', ' '),
          tls: fc.record({ cert: file, key: file }),
        }).map((given) => ({ url: 'mqtts://broker', ...given })),
        inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
        groups: fc.dictionary(
          fc.constantFrom('g', 'constructor', '__proto__'),
          fc.record({ series: mostly(['a', 'b'], ['a'.repeat(64), 'constructor']) }),
          { maxKeys: 1 },
        ),
        database: file,
        timezone: mostly('Europe/Berlin', 'UTC', null),
        max_series: mostly(1, 100_000),
      },
      { requiredKeys: ['site', 'inputs', 'mqtt'] },
    );
    fc.assert(
      fc.property(site, (given) => {
        const loaded = load(stringify(given));
        if (loaded === null) return;
        works(loaded);
        accepted++;
      }),
      fuzz(250),
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

test('a tag with any name, anywhere, is resolved or refused, and what it stands for is not repeated', () => {
  const load = loader();
  const name = fc.oneof(
    fc.constantFrom('PW', 'mqtt_password', '__proto__', 'constructor', 'toString', ''),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.constantFrom('!env', '!secret', '!env2', '!', '!!binary'),
      name,
      fc.constantFrom('site', 'database', 'mqtt.password', 'mqtt.client_id', 'inputs'),
      (tag, name, place) => {
        const written = `${tag} ${JSON.stringify(name)}`;
        const at = (here: string, otherwise: string): string => (here === place ? written : otherwise);
        const known = (tag === '!env' && name === 'PW') || (tag === '!secret' && name === 'mqtt_password');
        const loaded = load(
          [
            `site: ${at('site', 'home')}`,
            `database: ${at('database', 'x.db')}`,
            'mqtt:',
            '  url: mqtt://localhost',
            `  password: ${at('mqtt.password', 'x')}`,
            `  client_id: ${at('mqtt.client_id', 'x')}`,
            `inputs: ${at('inputs', '[{topic: a}]')}`,
          ].join('\n'),
        );
        if (!known && tag !== '!!binary' && tag !== '!') expect(loaded).toBeNull();
      },
    ),
    fuzz(100),
  );
});

test('a duration is the sum of its parts, or a RangeError', () => {
  const units = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
  const parts = fc.record(
    { w: fc.nat(999_999), d: fc.nat(999_999), h: fc.nat(999_999), m: fc.nat(999_999), s: fc.nat(999_999) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(parts, (given) => {
      fc.pre(Object.keys(given).length > 0);
      const inOrder = (Object.keys(units) as (keyof typeof units)[]).filter((unit) => given[unit] !== undefined);
      const sum = inOrder.reduce((ms, unit) => ms + given[unit]! * units[unit], 0);
      expect(parseDuration(inOrder.map((unit) => `${given[unit]}${unit}`).join(''))).toBe(sum);
    }),
    fuzz(500),
  );
  fc.assert(
    fc.property(textOf('0123456789wdhms .-+e', 10), (text) => {
      const ms = unlessRefused(() => parseDuration(text));
      if (ms === undefined) return;
      expect(text).toMatch(/^[0-9wdhms]+$/);
      expect(Number.isSafeInteger(ms) && ms >= 0).toBe(true);
    }),
    fuzz(2000),
  );
});

test('a name could be what it becomes', () => {
  const literal = textOf('ab-_ é', 4);
  fc.assert(
    fc.property(
      fc.array(literal, { minLength: 1, maxLength: 5 }),
      fc.array(literal, { minLength: 4, maxLength: 4 }),
      (parts, filled) => {
        const template = parts.map((part, i) => (i === 0 ? part : `{${i}}${part}`)).join('');
        const name = slugify(parts.map((part, i) => (i === 0 ? part : `${filled[i - 1]}${part}`)).join(''));
        expect(couldName(template, name), `${template} as ${name}`).toBe(true);
      },
    ),
    fuzz(1000),
  );
});
