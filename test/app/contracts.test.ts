import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import prettier from 'prettier';
import { describe, expect, test } from 'vitest';
import { contractJsonSchema, type ContractName } from '../../src/app/contracts.ts';
import { parseRequest } from '../../src/app/commands/request.ts';
import type { AnomalyEvent } from '../../src/detect/episode/anomaly.ts';
import type { Habit } from '../../src/detect/episode/habit.ts';
import type { IncidentEvent } from '../../src/detect/episode/incidents.ts';
import { eventJson, habitJson, healthJson, incidentJson, stateJson } from '../../src/io/mqtt/alerts.ts';
import { PROBLEM_CODES, type Health } from '../../src/stream/health.ts';
import type { SeriesState } from '../../src/stream/ports/ports.ts';
import { compile, CONTRACT_NAMES as names } from '../contracts.ts';

const root = join(import.meta.dirname, '../..');

const closed = Object.fromEntries(names.map((name) => [name, compile(name, true)])) as Record<
  ContractName,
  ValidateFunction
>;
const isValid = (name: ContractName, data: unknown): boolean => {
  if (!closed[name](data))
    throw new Error(`${name}: ${JSON.stringify(closed[name].errors)} in ${JSON.stringify(data)}`);
  return true;
};

describe('config/schemas', () => {
  test.each(names)('%s.schema.json is the schema', async (name) => {
    const options = await prettier.resolveConfig(join(root, 'config/schemas/state.schema.json'));
    const written = await prettier.format(JSON.stringify(contractJsonSchema(name)), { ...options, parser: 'json' });
    await expect(written).toMatchFileSnapshot(`../../config/schemas/${name}.schema.json`);
  });

  test('has no other file', () => {
    expect(readdirSync(join(root, 'config/schemas')).toSorted()).toEqual(
      names.map((name) => `${name}.schema.json`).toSorted(),
    );
  });

  test('the docs link to each', () => {
    const pages = ['alerts', 'commands', 'notifications']
      .map((page) => readFileSync(join(root, `docs/${page}.md`), 'utf8'))
      .join('\n');
    expect(names.filter((name) => !pages.includes(`](../config/schemas/${name}.schema.json)`))).toEqual([]);
  });
});

describe('docs/alerts.md', () => {
  const page = readFileSync(join(root, 'docs/alerts.md'), 'utf8');
  const section = (heading: string): string =>
    page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const keysOf = (schema: object): string[] => {
    const { properties, oneOf, anyOf } = schema as Record<'oneOf' | 'anyOf', object[] | undefined> & {
      properties?: object;
    };
    return [...Object.keys(properties ?? {}), ...(oneOf ?? anyOf ?? []).flatMap(keysOf)];
  };

  test.each([
    ['State', 'state', ''],
    ['Health', 'health', ''],
    ['Event', 'event', section('Habit') + section('Mode')],
    ['Incident', 'incident', ''],
  ] as const)('%s has a row for each field', (heading, name, more) => {
    const rows = `${section(heading)}${more}`.match(/^\| `.*?\|/gm)?.join('\n') ?? '';
    const keys = keysOf(contractJsonSchema(name)).filter((key) => key !== 'schema');
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key) => !rows.includes(`\`${key}\``))).toEqual([]);
  });
});

describe('what is published', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const at = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
  const text = fc.string({ unit: 'grapheme' });
  const slug = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const shares = fc.dictionary(text, share);
  const nullable = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
  const onOff = fc.constantFrom('ON', 'OFF');
  const count = fc.nat();
  const severity = fc.constantFrom('minor', 'major', 'critical');
  const phase = fc.constantFrom('opened', 'updated', 'closed');

  const state: fc.Arbitrary<SeriesState> = fc.record({
    slug,
    label: nullable(text),
    at,
    phase: fc.constantFrom('learning', 'ready', 'silent'),
    warmup: share,
    readyInMs: nullable(fc.nat()),
    unseen: fc.subarray(['day', 'week']),
    heldUntil: nullable(at),
    coolDownUntil: nullable(at),
    sameEventUntil: nullable(at),
    value: nullable(number),
    expected: nullable(number),
    lower: nullable(number),
    upper: nullable(number),
    score: nullable(number),
    anomaly: onOff,
    drift: onOff,
    frozen: onOff,
    frozenUntil: nullable(at),
    sensitivity: number,
    muted: onOff,
    maintenance: onOff,
    maintenanceUntil: nullable(at),
    margin: nullable(number),
    mode: nullable(text),
    unit: text,
  });
  const health: fc.Arbitrary<Health> = fc.record({
    at,
    version: text,
    uptimeMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
    memory: fc.record({ rss: count, heap: count }),
    broker: fc.constantFrom('connecting', 'connected', 'offline'),
    connections: count,
    learning: fc.constantFrom('full', 'reduced', 'off'),
    readings: count,
    untrained: count,
    rejected: fc.dictionary(text, count),
    streams: fc.record({ learning: count, ready: count, silent: count }),
    alarms: fc.record({ process: count, drift: count, sensor: count }),
    commands: fc.record({ done: count, refused: count }),
    queues: fc.record({ mqtt: count, database: count, notify: count }),
    droppedEvents: count,
    droppedWrites: count,
    problems: fc.array(
      fc.record({ code: fc.constantFrom(...PROBLEM_CODES), subject: nullable(text), text, since: at }),
    ),
  });
  const event: fc.Arbitrary<AnomalyEvent> = fc.record(
    {
      phase,
      at,
      heldUntil: at,
      coolDownUntil: at,
      levelChange: fc.nat(9),
      anomaly: fc.record(
        {
          id: slug,
          stream: slug,
          series: slug,
          label: text,
          kind: fc.constantFrom('process', 'sensor', 'drift'),
          severity,
          startAt: at,
          openedAt: at,
          peakAt: at,
          endAt: nullable(at),
          endedBy: nullable(fc.constantFrom('calm', 'accepted', 'reset', 'forgotten', 'removed')),
          score: number,
          confidence: nullable(share),
          value: nullable(number),
          expected: nullable(number),
          lower: nullable(number),
          upper: nullable(number),
          gap: fc.tuple(number, number),
          unit: text,
          contributions: shares,
          evidence: shares,
          reason: text,
          incident: nullable(slug),
        },
        {
          requiredKeys: [
            'id',
            'stream',
            'series',
            'kind',
            'severity',
            'startAt',
            'openedAt',
            'peakAt',
            'endAt',
            'endedBy',
            'score',
            'confidence',
            'value',
            'expected',
            'lower',
            'upper',
            'unit',
            'contributions',
            'evidence',
            'reason',
            'incident',
          ],
        },
      ),
    },
    { requiredKeys: ['phase', 'at', 'anomaly'] },
  );
  const incident: fc.Arbitrary<IncidentEvent> = fc.record({
    phase,
    at,
    incident: fc.record({
      id: slug,
      startAt: at,
      endAt: nullable(at),
      severity,
      episodes: count,
      open: count,
      series: fc.array(slug),
      reason: text,
    }),
  });
  const habit: fc.Arbitrary<Habit> = fc.record(
    {
      id: slug,
      stream: slug,
      series: slug,
      label: text,
      unit: text,
      at,
      since: at,
      lastAt: at,
      from: fc.double(), // not a number where it is not known
      to: fc.double(),
      lengthMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      perWeek: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      reason: text,
    },
    {
      requiredKeys: [
        'id',
        'stream',
        'series',
        'unit',
        'at',
        'since',
        'lastAt',
        'from',
        'to',
        'lengthMs',
        'perWeek',
        'reason',
      ],
    },
  );

  const holds = <T>(name: ContractName, values: fc.Arbitrary<T>, write: (value: T) => string): void => {
    fc.assert(fc.property(values, (value) => isValid(name, JSON.parse(write(value)))));
  };

  test('of any state fits its schema', () => {
    holds('state', state, stateJson);
  });
  test('of any health fits its schema', () => {
    holds('health', health, healthJson);
  });
  test('of any episode or habit fits that of events', () => {
    holds('event', event, eventJson);
    holds('event', habit, habitJson);
  });
  test('of any incident fits its schema', () => {
    holds('incident', incident, incidentJson);
  });

  test('with a field that no schema has is an error in the tests, and none to a consumer', () => {
    const data = { ...(JSON.parse(stateJson(fc.sample(state, 1)[0])) as object), new_field: 1 };
    expect([compile('state', true)(data), compile('state', false)(data)]).toEqual([false, true]);
    expect(compile('state', false)({ ...data, phase: 'stale' })).toBe(false);
    expect(compile('state', false)({ ...data, schema: 2 })).toBe(false);
  });
});

describe('a command', () => {
  const anything = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
  const often = (...values: unknown[]) => fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values) }, anything);
  const common = {
    schema: often(1),
    id: often('phone-17'),
    series: often('hall'),
    by: often('Ada'),
    note: often('new valve', 'valve <b>'),
  };
  const time = often('2026-01-05T01:00:00+01:00', '2026-01-05T02:00Z');
  const event = often('hall-pmk6bp31c', 'sump-hmk1');
  const own: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
    normal: { event },
    fault: { event },
    missed: { from: time, until: time },
    mute: { for: often('2h', '1d12h') },
    unmute: {},
    freeze: {},
    resume: {},
    accept: {},
    reset: {},
    forget: { since: time },
    sensitivity: { value: often(0.5, null) },
    reload: {},
    undo: { of: often('phone-17') },
  };
  const requests = (name: string) =>
    fc.record({ command: fc.constant(name), ...common, ...own[name] }, { requiredKeys: ['command'] });

  test.each(Object.keys(own))('%s that is carried out fits the schema', (name) => {
    let carriedOut = 0;
    fc.assert(
      fc.property(requests(name), (data) => {
        const read = parseRequest(new TextEncoder().encode(JSON.stringify(data)), 'home', null);
        if ('code' in read) return true;
        carriedOut++;
        return isValid('command', data);
      }),
      { numRuns: 300 },
    );
    expect(carriedOut).toBeGreaterThan(5);
  });

  test('with a key that does not belong to it does not fit', () => {
    expect(closed.command({ command: 'freeze', force: true })).toBe(false);
    expect(closed.command({ command: 'resume', for: '2h' })).toBe(false);
  });
});
