import { writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { differenceOf, withoutRestart } from '../../src/app/reload/difference.ts';
import { FileWatch } from '../../src/app/reload/file-watch.ts';
import { Reloader, type ReloaderOptions } from '../../src/app/reload/reloader.ts';
import type { Site } from '../../src/config/schema/site.ts';
import { AppError } from '../../src/errors.ts';
import { Random } from '../../src/math/random.ts';
import { directoryWith } from '../config/site.ts';
import { Office } from './commands/office.ts';
import { siteOf, Tape, World } from './world.ts';

const MINUTE_MS = 60_000;
const T = Date.UTC(2026, 0, 5);

describe('another pipeline goes on', () => {
  const of = (rest: object = {}): Site => siteOf({ tuning: { hidden_size: 4, warmup: 100 }, ...rest });
  const feed = (world: World, from: number, until: number, random: Random): void => {
    for (let minute = from; minute < until; minute++)
      world.send('s/a', String(20 + random.normal()), { receivedAt: T + minute * MINUTE_MS });
  };
  /** Ends a pipeline as a reload does, and starts one of another site behind it. */
  const reload = (world: World, tape: Tape, site: Site): World => {
    const at = world.control.now();
    const kept = world.control.keep(site);
    world.control.save(at, kept);
    const { seq } = tape;
    world.control.handOver();
    world.stop();
    return new World(site, { ledger: tape }, world.snapshots.values(), null, undefined, { at, seq, kept });
  };

  test('and ends with the bits of one that was never replaced; the journal has each reading once', () => {
    const random = new Random(1);
    const tape = new Tape();
    const first = new World(of(), { ledger: tape });
    feed(first, 0, 150, random);
    const second = reload(first, tape, of());
    feed(second, 150, 300, random);
    const whole = new World(of(), { ledger: new Tape() });
    feed(whole, 0, 300, new Random(1));
    expect([...first.answers, ...second.answers]).toEqual(whole.answers);
    for (const world of [second, whole]) world.stop();
    expect(second.snapshots.get('a')!.bytes).toEqual(whole.snapshots.get('a')!.bytes);
    expect(tape.entries().filter(({ entry }) => entry.kind === 'message')).toHaveLength(300);
  });

  test('a stream of which nothing has changed is neither saved nor built; one that has changed is, and both go on', () => {
    const two = (sensitivity: number): Site =>
      of({
        inputs: [
          { topic: 's/+', name: '{1}' },
          { topic: 't/b', name: 'b', tuning: { sensitivity } },
        ],
      });
    const random = new Random(1);
    const feedBoth = (world: World, from: number, until: number): void => {
      for (let minute = from; minute < until; minute++)
        for (const topic of ['s/a', 't/b'])
          world.send(topic, String(20 + random.normal()), { receivedAt: T + minute * MINUTE_MS });
    };
    const tape = new Tape();
    const first = new World(two(1), { ledger: tape });
    feedBoth(first, 0, 150);
    const { length } = first.saves;
    const monitors = new Map(
      first.answers.map(({ stream }) => [stream, first.control.keep(two(2)).monitors.get(stream)]),
    );
    expect([monitors.get('a')?.stream, monitors.get('b')]).toEqual(['a', undefined]);
    const second = reload(first, tape, two(2));
    expect(first.saves.slice(length).flatMap((saved) => saved.map(({ stream }) => stream))).toEqual(['b']);
    feedBoth(second, 150, 160);
    expect(second.states.filter(({ slug }) => slug === 'a').at(-1)).toMatchObject({ phase: 'ready', sensitivity: 1 });
    expect(second.states.filter(({ slug }) => slug === 'b').at(-1)).toMatchObject({ phase: 'ready', sensitivity: 2 });
    expect(first.control.keep(two(1), 'other holidays').monitors.size).toBe(0);
  });

  test('is killed soon afterwards: the journal since the last snapshot gives the same bits', () => {
    const random = new Random(1);
    const tape = new Tape();
    const first = new World(of(), { ledger: tape });
    feed(first, 0, 150, random);
    const second = reload(first, tape, of());
    feed(second, 150, 152, random);
    // Not stopped: only what was saved by then is there.
    const third = new World(of(), { ledger: tape }, [...first.snapshots.values(), ...second.snapshots.values()]);
    feed(third, 152, 300, random);
    const whole = new World(of(), { ledger: new Tape() });
    feed(whole, 0, 300, new Random(1));
    for (const world of [third, whole]) world.stop();
    expect(third.snapshots.get('a')!.bytes).toEqual(whole.snapshots.get('a')!.bytes);
  });

  test('that is not told of the present connection takes no silence for downtime', () => {
    const tape = new Tape();
    const first = new World(of(), { ledger: tape });
    feed(first, 0, 150, new Random(1));
    const second = reload(first, tape, of());
    for (let minute = 150; minute < 180; minute++) second.clock$.next(T + minute * MINUTE_MS);
    expect(second.events.map(({ phase, anomaly }) => [phase, anomaly.kind])).toContainEqual(['opened', 'sensor']);
  });

  test('knows since when: the time before the next connection is the downtime', () => {
    const tape = new Tape();
    const first = new World(of(), { ledger: tape });
    feed(first, 0, 10, new Random(1));
    reload(first, tape, of()).wake$.next(T + 15 * MINUTE_MS);
    expect(tape.entries().at(-1)?.entry).toMatchObject({ kind: 'downtime', downtimeMs: 6 * MINUTE_MS });
  });

  test('with another network goes on with all that is known of the series, and that is said before', () => {
    const tape = new Tape();
    const first = new World(of(), { ledger: tape });
    feed(first, 0, 150, new Random(1));
    const other = of({ tuning: { hidden_size: 8, warmup: 100 } });
    expect(first.control.streams.withOtherNetwork(of({ tuning: { hidden_size: 4, warmup: 50 } }))).toEqual([]);
    expect(first.control.streams.withOtherNetwork(other)).toEqual(['a']);
    const second = reload(first, tape, other);
    feed(second, 150, 160, new Random(1));
    expect(second.states.at(-1)).toMatchObject({ phase: 'ready', warmup: 1 });
  });
});

test('what was handed over is not saved once more: it would be older than the row that it names', () => {
  const world = new World(siteOf({ tuning: { network: false } }));
  world.send('s/a', '1', { receivedAt: T });
  world.control.save(T, world.control.keep(siteOf({ tuning: { hidden_size: 4 } })));
  const { length } = world.saves;
  world.control.handOver();
  world.stop();
  expect(world.saves).toHaveLength(length);
});

test('the command is for the whole site, and for a service with a site file', () => {
  const office = new Office().readings(1);
  expect(office.command({ command: 'reload' }).code).toBe('no_site_file');
  expect(office.command({ command: 'reload', series: 'a' }).code).toBe('site_only');
});

describe('the difference of two sites', () => {
  const base = siteOf();

  test('is named by option; an input by its topic', () => {
    const other = siteOf({
      inputs: [
        { topic: 's/+', name: '{1}', unit: 'bar' },
        { topic: 't/+', name: '{1}-t' },
      ],
      tuning: { alarms_per_week: 3 },
      groups: { pump: { series: ['a', 'b'] } },
    });
    expect(differenceOf(base, other)).toEqual({
      changed: ['groups.pump.series', 'inputs[s/+]', 'inputs[t/+] (new)', 'tuning.alarms_per_week'],
      restart: [],
    });
    expect(differenceOf(other, base).changed).toContain('inputs[t/+] (removed)');
    expect(differenceOf(base, siteOf())).toEqual({ changed: [], restart: [] });
  });

  test('has no values, and what needs a restart apart', () => {
    const other = siteOf({
      site: 'other',
      database: 'b.db',
      mqtt: { url: 'mqtt://elsewhere', password: 'hunter2', tls: { reject_unauthorized: false } },
      log: { format: 'json', level: 'warn' },
    });
    const difference = differenceOf(base, other);
    expect(difference.restart).toEqual([
      'database',
      'log.format',
      'mqtt.password',
      'mqtt.tls.reject_unauthorized',
      'mqtt.url',
      'site',
    ]);
    expect(difference.changed).toEqual(['log.level']);
    expect(JSON.stringify(difference)).not.toContain('hunter2');
    expect(differenceOf(base, withoutRestart(base, other))).toEqual({ changed: ['log.level'], restart: [] });
  });
});

describe('a reload', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const of = (rest: Partial<ReloaderOptions> = {}) => {
    const applied: Site[] = [];
    const lines: string[] = [];
    const counts = { done: 0, failed: 0 };
    const next = siteOf({ tuning: { cool_down: '2h' } });
    const reloader = new Reloader({
      load: () => ({
        site: next,
        warnings: ['site.yaml:1:1: careful'],
        passwordSource: null,
        files: [],
        text: () => '',
      }),
      present: () => siteOf(),
      withOtherNetwork: () => [],
      apply: (site) => {
        applied.push(site);
        return true;
      },
      counts,
      log: (level, _, message) => lines.push(`${level} ${message}`),
      ...rest,
    });
    return { reloader, applied, lines, counts, next };
  };

  test('is carried out after the turn in which it was asked for, and only the last one of a turn', async () => {
    const { reloader, applied, lines, counts, next } = of();
    expect(reloader.request('command')).toEqual({ ok: true, text: 'Changed: tuning.cool_down.' });
    reloader.request('SIGHUP');
    expect(applied).toEqual([]);
    await settled();
    expect([applied, counts]).toEqual([[next], { done: 1, failed: 0 }]);
    expect(lines).toEqual(['warn site.yaml:1:1: careful', 'warn site.yaml:1:1: careful', 'info site file reloaded']);
  });

  test('of a file with mistakes is refused with the first three, logged and counted', async () => {
    const mistakes = Array.from({ length: 5 }, (_, i) => `site.yaml:${i}:1: wrong`);
    const { reloader, applied, lines, counts } = of({
      load: () => {
        throw new AppError('config_invalid', mistakes.join('\n'));
      },
    });
    expect(reloader.request('file')).toEqual({
      ok: false,
      text: 'The site file before stays in force: site.yaml:0:1: wrong; site.yaml:1:1: wrong; site.yaml:2:1: wrong and 2 more',
    });
    await settled();
    expect([applied, counts]).toEqual([[], { done: 0, failed: 1 }]);
    expect(lines).toEqual([
      'error the site file was not reloaded, the one before stays in force: site.yaml:0:1: wrong',
    ]);
  });

  test('waits for a database that cannot be written', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const answers = [false, false, true];
      const { reloader, counts } = of({ apply: () => answers.shift()! });
      reloader.request('SIGHUP');
      await settled();
      expect([counts.done, answers.length]).toEqual([0, 2]);
      vi.advanceTimersByTime(2_000);
      expect([counts.done, answers.length]).toEqual([1, 0]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a watched file', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('that was written or replaced is reported once, when it has been the same for one interval', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const directory = directoryWith({ 'site.yaml': 'a' });
    const path = join(directory, 'site.yaml');
    let changes = 0;
    const watch = new FileWatch([path, join(directory, 'secrets.yaml')], 1000, () => changes++);
    const after = (ticks: number): number => {
      vi.advanceTimersByTime(1000 * ticks);
      return changes;
    };
    expect(after(3)).toBe(0);
    writeFileSync(path, 'ab');
    expect([after(1), after(1), after(3)]).toEqual([0, 1, 1]);
    writeFileSync(join(directory, 'new'), 'xyz');
    renameSync(join(directory, 'new'), path);
    expect([after(1), after(1)]).toEqual([1, 2]);
    writeFileSync(join(directory, 'secrets.yaml'), 'password: x');
    expect([after(1), after(1)]).toEqual([2, 3]);
    watch.stop();
    writeFileSync(path, 'abc');
    expect(after(5)).toBe(3);
  });
});
