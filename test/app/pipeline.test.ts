import { describe, expect, test } from 'vitest';
import type { Site } from '../../src/config/schema/site.ts';
import type { EpisodeRecord } from '../../src/detect/episode/incidents.ts';
import { Random } from '../../src/math/random.ts';
import { PASSING_LEDGER } from '../../src/stream/ports/passing-ledger.ts';
import type { LedgerPort, Snapshot, SnapshotPort } from '../../src/stream/ports/ports.ts';
import { roomTemperature, MINUTE_MS, START_AT } from '../room-temperature.ts';
import { siteOf, Tape, World } from './world.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const T = START_AT;

/** Outside its range a reading is an anomaly from the first one on: events without a warm-up. */
const ranged = siteOf({ inputs: [{ topic: 's/+', name: '{1}', unit: '°C', range: [0, 100] }] });

describe('a message that carries a reading', () => {
  test('is scored by its stream, and its state is published', () => {
    const world = new World(siteOf({ inputs: [{ topic: 's/a', name: 'a', unit: 'bar' }] }));
    world.send('s/a', '3.5', { receivedAt: T });
    expect(world.answers).toEqual([
      { stream: 'a', series: 'a', at: T, value: 3.5, score: expect.any(Number) as number },
    ]);
    expect(world.states).toEqual([
      {
        slug: 'a',
        label: null,
        at: T,
        phase: 'learning',
        warmup: 1 / 400,
        readyInMs: null, // one reading has no interval
        unseen: ['day', 'week'],
        heldUntil: null,
        coolDownUntil: null,
        sameEventUntil: null,
        value: 3.5,
        expected: null,
        lower: null,
        upper: null,
        score: expect.any(Number) as number,
        anomaly: 'OFF',
        drift: 'OFF',
        frozen: 'OFF',
        frozenUntil: null,
        sensitivity: 1,
        muted: 'OFF',
        maintenance: 'OFF',
        maintenanceUntil: null,
        margin: 0, // nothing compared yet
        mode: null,
        unit: 'bar',
      },
    ]);
    expect(world.events).toEqual([]);
    expect(world.notes).toEqual([{ level: 'info', fields: { series: 'a', topic: 's/a' }, message: 'new series' }]);
  });

  test('and an anomaly is in the database before its alert is published', () => {
    const world = new World(ranged);
    world.send('s/a', '20', { receivedAt: T });
    world.send('s/a', '150', { receivedAt: T + MINUTE_MS });
    world.send('s/a', '20', { receivedAt: T + 2 * MINUTE_MS });
    const [opened, closed] = world.events;
    const { id } = opened.anomaly;
    expect(world.journal).toEqual([`row ${id}, open`, 'alert opened a', `row ${id}, calm`, 'alert closed a']);
    expect(opened.anomaly).toMatchObject({ kind: 'sensor', value: 150, endAt: null, unit: '°C' });
    expect(opened.anomaly.reason).toMatch(
      /^a reads 150 °C, outside its valid range of 0 to 100 °C \(since .* UTC, 100 % sure\)\.$/,
    );
    expect(closed.anomaly.id).toBe(id);
    const { anomaly, at } = closed;
    expect([...world.rows.values()]).toEqual([{ anomaly, at, receivedAt: T + 2 * MINUTE_MS }]);
  });

  test('and the sentence has the wall clock of the site, with its offset, also on the day on which it is set back', () => {
    const world = new World({ ...ranged, timezone: 'Europe/Berlin' });
    const since = (at: number): string => {
      world.send('s/a', '150', { receivedAt: at });
      world.send('s/a', '20', { receivedAt: at + MINUTE_MS });
      return /\(since (.*), /.exec(world.events.at(-1)!.anomaly.reason)![1];
    };
    expect(since(Date.UTC(2026, 0, 9, 3, 35))).toBe('2026-01-09 04:35 +01:00');
    // 02:30 comes twice.
    expect(since(Date.UTC(2026, 9, 25, 0, 30))).toBe('2026-10-25 02:30 +02:00');
    expect(since(Date.UTC(2026, 9, 25, 1, 30))).toBe('2026-10-25 02:30 +01:00');
  });

  test('of a series with a label is published with this label, under the topic of its slug', () => {
    const inputs = [
      { topic: 's/a', name: 'a', label: 'Boiler flow', range: [0, 100] },
      { topic: 's/b', name: 'b' },
    ];
    const world = new World(siteOf({ inputs, groups: { pair: { series: ['a', 'b'] } } }));
    world.send('s/a', '150', { receivedAt: T });
    world.send('s/b', '1', { receivedAt: T });
    const [{ anomaly }] = world.events;
    expect(anomaly.reason).toMatch(/^Boiler flow reads 150, outside its valid range/);
    expect([anomaly.series, anomaly.label]).toEqual(['a', 'Boiler flow']);
    expect(Object.fromEntries(world.states.map(({ slug, label }) => [slug, label]))).toEqual({
      a: 'Boiler flow',
      b: null,
      pair: null,
    });
  });

  test('and a row has the time of arrival of its event, which may be much later', () => {
    const site = siteOf({ inputs: [{ topic: 's/+', name: '{1}', path: 'v', time: 'at', range: [0, 100] }] });
    const world = new World(site);
    world.send('s/a', { v: 150, at: new Date(T).toISOString() }, { receivedAt: T + MINUTE_MS });
    expect([...world.rows.values()]).toMatchObject([{ at: T, receivedAt: T + MINUTE_MS }]);
  });

  test('two inputs, and each topic of a wildcard, are streams of their own', () => {
    const site = siteOf({
      inputs: [
        { topic: 'room/+/climate', name: '{1}-temperature', path: 't' },
        { topic: 'meter', name: 'power' },
      ],
    });
    const world = new World(site);
    world.send('room/hall/climate', { t: 19 }, { receivedAt: T });
    world.send('room/attic/climate', { t: 12 }, { receivedAt: T });
    world.send('meter', '230', { receivedAt: T });
    world.send('room/hall/climate', { t: 19.1 }, { receivedAt: T + MINUTE_MS });
    expect(world.answers.map(({ stream, value }) => [stream, value])).toEqual([
      ['hall-temperature', 19],
      ['attic-temperature', 12],
      ['power', 230],
      ['hall-temperature', 19.1],
    ]);
    expect(new Set(world.states.map(({ slug }) => slug))).toEqual(
      new Set(['hall-temperature', 'attic-temperature', 'power']),
    );
  });
});

describe('a group of three', () => {
  const site = siteOf({ groups: { trio: { series: ['a', 'b', 'c'] } }, tuning: { warmup: 90 } });
  const random = new Random(1);
  const minute = (world: World, i: number, names: readonly string[]): void => {
    for (const [d, name] of names.entries())
      world.send(`s/${name}`, String(20 + d + random.normal()), { receivedAt: T + i * MINUTE_MS });
  };

  test('is scored once per round, and publishes a state of each series and one of the group', () => {
    const world = new World(site);
    minute(world, 0, ['a', 'b', 'c']);
    expect(world.answers.map(({ series, score }) => [series, score !== null])).toEqual([
      ['a', false],
      ['b', false],
      ['c', true],
    ]);
    expect(new Set(world.states.map(({ slug }) => slug))).toEqual(new Set(['a', 'b', 'c', 'trio']));
  });

  test('continues when one series becomes silent, and reports which', () => {
    const world = new World(site);
    for (let i = 0; i < 100; i++) minute(world, i, ['a', 'b', 'c']);
    const before = world.answers.length;
    for (let i = 100; i < 130; i++) minute(world, i, ['a', 'b']);
    expect(world.events.map(({ phase, anomaly }) => [phase, anomaly.kind, anomaly.series])).toContainEqual([
      'opened',
      'sensor',
      'c',
    ]);
    const newest = (slug: string) => world.states.findLast((state) => state.slug === slug)!;
    expect(newest('c')).toMatchObject({ phase: 'silent', anomaly: 'ON' });
    expect(newest('a')).toMatchObject({ phase: 'ready', anomaly: 'OFF' });
    // Once it is no longer waited for, every round of the other two is scored at once.
    const rounds = world.answers.slice(before).slice(-10);
    expect(rounds.map(({ series, score }) => [series, score !== null])).toEqual(
      Array.from({ length: 5 }, () => [
        ['a', false],
        ['b', true],
      ]).flat(),
    );
  });
});

describe('messages that must not be scored', () => {
  const timed = siteOf({ inputs: [{ topic: 's/+', name: '{1}', path: 'v', time: 'at' }] });
  const iso = (at: number): string => new Date(at).toISOString();

  test('retained, duplicate, late, malformed: none is answered, all are counted', () => {
    const world = new World(timed);
    const now = { receivedAt: T + 10 * MINUTE_MS };
    world.send('s/a', { v: 1, at: iso(T) }, { ...now, retained: true });
    expect(world.answers).toEqual([]);
    world.send('s/a', { v: 1, at: iso(T) }, now);
    world.send('s/a', { v: 1, at: iso(T) }, now);
    world.send('s/a', { v: 2, at: iso(T - MINUTE_MS) }, now);
    world.send('s/a', '{"v": 3', now);
    world.send('s/a', { v: 'warm', at: iso(T + MINUTE_MS) }, now);
    world.send('elsewhere', '1', now);
    world.send('s/a', { v: 4, at: iso(T + MINUTE_MS) }, now);
    expect(world.answers.map(({ value }) => value)).toEqual([1, 4]);
    world.stop();
    // Only malformed messages get a warning and a row in the quarantine.
    expect(world.flushes.flat().map(({ reason }) => reason)).toEqual(['not_json', 'not_a_number']);
    expect(world.said('warn')).toHaveLength(2);
    expect(world.refused).toEqual({ retained: 1, duplicate: 1, late: 1, not_json: 1, not_a_number: 1, no_input: 1 });
  });

  /** A ledger that writes only on request. */
  function waitingLedger() {
    const waiting: [what: () => void, then: (() => void) | undefined][] = [];
    const write: LedgerPort['write'] = (what, then) => waiting.push([what, then]);
    const commit = (): void => {
      const writings = waiting.splice(0);
      for (const [what] of writings) what();
      for (const [, then] of writings) then?.();
    };
    return { ledger: { ...PASSING_LEDGER, write }, commit };
  }

  test('malformed messages are logged once per reason, and stored in one batch with the next transaction', () => {
    const { ledger, commit } = waitingLedger();
    const world = new World(timed, { ledger });
    world.send('s/a', { v: 1, at: iso(T) }, { receivedAt: T });
    for (let i = 0; i < 3; i++) world.send('s/a', '{', { receivedAt: T + i * SECOND_MS });
    world.send('s/b', { v: null }, { receivedAt: T + 4 * SECOND_MS });
    expect(world.flushes).toEqual([]);
    commit();
    expect(world.flushes.map((batch) => batch.map(({ reason }) => reason))).toEqual([
      ['not_json', 'not_json', 'not_json', 'unavailable'],
    ]);
    expect(world.said('warn')).toHaveLength(2);
    commit();
    expect(world.flushes).toHaveLength(1);
    world.send('s/a', '{', { receivedAt: T + 5 * SECOND_MS });
    commit();
    expect(world.flushes.slice(1).map((batch) => batch.map(({ reason }) => reason))).toEqual([['not_json']]);
  });

  test('a flood between two transactions is counted, and 256 of it are kept', () => {
    const { ledger, commit } = waitingLedger();
    const world = new World(timed, { ledger });
    for (let i = 0; i < 1000; i++) world.send('s/a', `{${i}`, { receivedAt: T });
    world.stop();
    commit();
    expect(world.flushes.map(({ length }) => length)).toEqual([256]);
    expect(world.refused).toEqual({ not_json: 1000 });
    expect(world.said('warn')).toHaveLength(1);
  });

  test('a reading with an unreadable time gets its time of arrival; it is noted, not quarantined', () => {
    const world = new World(timed);
    world.send('s/a', { v: 1, at: 'yesterday' }, { receivedAt: T });
    world.stop();
    expect(world.answers.map(({ at }) => at)).toEqual([T]);
    expect(world.refused).toEqual({ not_a_time: 1 });
    expect(world.flushes).toEqual([]);
  });

  test('a restored stream detects a duplicate in the first message after a restart', () => {
    const before = new World(timed);
    before.send('s/a', { v: 1, at: iso(T) }, { receivedAt: T });
    before.stop();
    const after = new World(timed, {}, before.snapshots.values());
    const now = { receivedAt: T + MINUTE_MS };
    after.send('s/a', { v: 1, at: iso(T) }, now);
    after.send('s/a', { v: 2, at: iso(T + SECOND_MS) }, now);
    after.send('s/a', { v: 2, at: iso(T + SECOND_MS) }, now);
    expect(after.answers.map(({ value }) => value)).toEqual([2]);
    after.stop();
    expect(after.refused).toEqual({ duplicate: 2 });
  });
});

describe('states', () => {
  const sent = (world: World): readonly number[] => world.states.map(({ at }) => (at - T) / SECOND_MS);

  test('at most once in state_every', () => {
    const world = new World(siteOf({ publish: { state_every: '10s' } }));
    for (let i = 0; i <= 25; i++) world.send('s/a', String(i % 7), { receivedAt: T + i * SECOND_MS });
    expect(sent(world)).toEqual([0, 10, 20]);
  });

  test('at once when the warm-up is over', () => {
    const world = new World(siteOf({ publish: { state_every: '1h' }, tuning: { warmup: 20 } }));
    for (let i = 0; i < 30; i++) world.send('s/a', String(i % 7), { receivedAt: T + i * SECOND_MS });
    expect(world.states.map(({ phase, warmup }) => [phase, warmup])).toEqual([
      ['learning', 1 / 20],
      ['ready', 1],
    ]);
    expect(sent(world)).toEqual([0, 19]);
  });

  test('at once when something is wrong, and when it is over', () => {
    const site: Site = { ...ranged, publish: { stateEvery: HOUR_MS } };
    const world = new World(site);
    [20, 21, 150, 151, 20, 21].forEach((value, i) => {
      world.send('s/a', String(value), { receivedAt: T + i * SECOND_MS });
    });
    expect(world.states.map(({ anomaly }) => anomaly)).toEqual(['OFF', 'ON', 'OFF']);
    expect(sent(world)).toEqual([0, 2, 4]);
  });

  test('also after the clock was set back', () => {
    const world = new World(siteOf({ publish: { state_every: '10s' } }));
    world.send('s/a', '1', { receivedAt: T });
    for (let i = 0; i <= 12; i++) world.send('s/a', '2', { receivedAt: T - HOUR_MS + i * SECOND_MS });
    expect(sent(world)).toEqual([0, -3600, -3590]);
  });

  test('a silent sensor is published on a tick, without a message', () => {
    const world = new World(siteOf({ tuning: { warmup: 60, silent_after: '5m' } }));
    for (let i = 0; i < 100; i++) world.send('s/a', String(Math.sin(i)), { receivedAt: T + i * SECOND_MS });
    const last = T + 99 * SECOND_MS;
    for (let at = last; at <= last + 6 * MINUTE_MS; at += 5 * SECOND_MS) world.clock$.next(at);
    expect(world.events.map(({ phase, anomaly }) => [phase, anomaly.reason])).toEqual([
      ['opened', expect.stringMatching(/^a has been silent for 5.1 min; it usually reports every 1 s \(since /)],
    ]);
    expect(world.states.at(-1)).toMatchObject({ phase: 'silent', anomaly: 'ON' });
  });
});

describe('snapshots', () => {
  test('of new streams at the next heartbeat; then of each stream in turn, once in `every`, in time of arrival', () => {
    const world = new World(siteOf({ snapshots: { every: '80s' } }));
    for (let i = 0; i <= 160; i++)
      for (const name of ['a', 'b']) world.send(`s/${name}`, String(i % 5), { receivedAt: T + i * SECOND_MS });
    expect(world.saves.map((saved) => saved.map(({ stream, at }) => [stream, (at - T) / SECOND_MS]))).toEqual([
      [
        ['a', 5],
        ['b', 5],
      ],
      [['b', 40]],
      [['a', 80]],
      [['b', 120]],
      [['a', 160]],
    ]);
  });

  test('and at the end, by completion, error or unsubscribing', () => {
    const stopped = new World(siteOf());
    stopped.send('s/a', '1', { receivedAt: T });
    stopped.stop();
    expect(stopped.saves.map((saved) => saved.map(({ stream }) => stream))).toEqual([['a']]);

    const finished = new World(siteOf());
    finished.send('s/a', '1', { receivedAt: T });
    finished.messages$.complete();
    finished.clock$.complete();
    expect(finished.completed).toBe(false);
    finished.wake$.complete();
    expect(finished.completed).toBe(true);
    expect(finished.saves).toHaveLength(1);
  });

  test('without any message nothing is saved, not even of a group', () => {
    const world = new World(siteOf({ groups: { pair: { series: ['a', 'b'] } } }));
    world.stop();
    expect(world.saves).toEqual([]);
  });

  test('a run that was stopped and restored publishes the same as an uninterrupted one', () => {
    const site = siteOf({ tuning: { warmup: 300 } });
    const course = roomTemperature(900, { from: 600, until: 640 });
    const feed = (world: World, from: number, until: number): void => {
      for (const { at, value } of course.slice(from, until)) world.send('s/a', String(value), { receivedAt: at });
    };
    const whole = new World(site);
    feed(whole, 0, 900);
    expect(whole.events.map(({ phase }) => phase)).toContain('opened');
    // In the warm-up, in calm, in the open episode, and after it.
    for (const middle of [150, 450, 620, 800]) {
      const first = new World(site);
      feed(first, 0, middle);
      first.stop();
      const second = new World(site, { anomalyLog: first.logAfter() }, first.snapshots.values());
      feed(second, middle, 900);
      expect([...first.events, ...second.events], `stopped after ${middle}`).toEqual(whole.events);
      expect([...first.answers, ...second.answers]).toEqual(whole.answers);
      expect(second.notes.filter(({ message }) => message.includes('state'))).toEqual([
        {
          level: 'info',
          fields: expect.objectContaining({ stream: 'a', samples: middle }) as object,
          message: 'learned state restored',
        },
      ]);
    }
  });

  test('the log gives the warm-up after the journal, not that of the snapshot', () => {
    const ledger = new Tape();
    const first = new World(siteOf(), { ledger });
    const feed = (from: number, until: number): void => {
      for (let i = from; i < until; i++) first.send('s/a', String(i % 7), { receivedAt: T + i * SECOND_MS });
    };
    feed(0, 100);
    const saved = first.snapshots.get('a') ?? first.saves.flat().at(-1)!;
    expect(saved.seq).toBeLessThan(100);
    feed(100, 500);
    // It is killed without a stop: there is the snapshot of its first minutes, and the journal.
    const second = new World(siteOf(), { ledger }, [saved]);
    expect(second.notes).toEqual([
      { level: 'info', fields: { stream: 'a', samples: 500, warmup: 1 }, message: 'learned state restored' },
    ]);
  });

  const store = (load: SnapshotPort['load']): SnapshotPort => ({
    streams: () => [],
    load,
    save: () => undefined,
    replace: () => undefined,
    oldest: () => null,
    before: () => [],
    forgetSince: () => undefined,
  });

  const saved = (): Snapshot => {
    const world = new World(siteOf());
    for (let i = 0; i < 10; i++) world.send('s/a', String(i), { receivedAt: T + i * SECOND_MS });
    world.stop();
    return world.snapshots.get('a')!;
  };

  test('a sensor that stopped during the downtime is reported as silent', () => {
    const site = siteOf({ tuning: { warmup: 60 } });
    const ledger = new Tape();
    const before = new World(site, { ledger });
    for (let i = 0; i < 100; i++) before.send('s/a', String(i % 7), { receivedAt: T + i * SECOND_MS });
    before.stop();
    const after = new World(site, { ledger }, before.snapshots.values());
    const back = T + 24 * 60 * MINUTE_MS;
    after.wake$.next(back);
    after.clock$.next(back);
    expect(after.events).toEqual([]);
    after.clock$.next(back + 2 * MINUTE_MS);
    expect(after.events.map(({ phase, anomaly }) => [phase, anomaly.series, anomaly.kind])).toEqual([
      ['opened', 'a', 'sensor'],
    ]);
    expect(after.events[0].anomaly.reason).toContain('has been silent for 2 min');
  });

  test.each<[what: string, spoil: (snapshot: Snapshot) => Snapshot, says: string]>([
    ['of another version', (s) => ({ ...s, version: 99 }), 'a: its snapshot has version 99, but this zankyo reads'],
    [
      'of another shape',
      (s) => ({ ...s, shape: 'lstm of 8 units' }),
      'was made for lstm of 8 units, but the site file now gives',
    ],
    ['of another size', (s) => ({ ...s, bytes: s.bytes.slice(8) }), 'bytes, which do not fit'],
  ])('one %s is refused with a warning, and the stream starts a new warm-up', (_, spoil, says) => {
    const world = new World(siteOf(), {}, [spoil(saved())]);
    world.send('s/a', '1', { receivedAt: T + MINUTE_MS });
    expect(world.notes.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        fields: { stream: 'a', code: 'snapshot_refused' },
        message: expect.stringContaining(says) as string,
      },
    ]);
    expect(world.states.map(({ phase, warmup }) => [phase, warmup])).toEqual([['learning', 1 / 400]]);
    expect(world.answers).toHaveLength(1);
  });

  test('of a group with an added and a removed series: the other series continue', () => {
    const group = (...series: string[]): Site => siteOf({ tuning: { warmup: 50 }, groups: { plant: { series } } });
    const live = (world: World, from: number, to: number): void => {
      for (let i = from; i < to; i++)
        for (const name of ['a', 'b', 'c'])
          world.send(`s/${name}`, String((i * 7) % 11), { receivedAt: T + i * SECOND_MS });
    };
    const before = new World(group('a', 'b'));
    live(before, 0, 60);
    before.stop();
    const after = new World(group('c', 'b'), {}, before.snapshots.values());
    live(after, 60, 62);
    const phases = Object.fromEntries(after.states.map(({ slug, phase }) => [slug, phase]));
    expect(phases).toMatchObject({ b: 'ready', c: 'learning', plant: 'ready' });
    expect(after.notes.map(({ message }) => message)).toContain(
      'learned state restored in part: series were added to this group or removed',
    );
  });

  test('a damaged one is logged, and the stream starts a new warm-up', () => {
    const world = new World(siteOf(), { snapshots: store(() => ({ whole: [], damaged: 1 })) });
    world.send('s/a', '1', { receivedAt: T });
    expect(world.notes.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        fields: { stream: 'a', damaged: 1 },
        message: 'snapshot checksum mismatch; no older snapshot exists, a new warm-up starts',
      },
    ]);
    expect(world.states.map(({ phase, warmup }) => [phase, warmup])).toEqual([['learning', 1 / 400]]);
    expect(world.answers).toHaveLength(1);
  });

  test('or is restored from an older one that is undamaged', () => {
    const world = new World(siteOf(), { snapshots: store(() => ({ whole: [saved()], damaged: 2 })) });
    world.send('s/a', '1', { receivedAt: T + MINUTE_MS });
    expect(world.notes.map(({ level, fields, message }) => [level, fields['damaged'], message])).toEqual([
      ['warn', 2, 'snapshot checksum mismatch; restored an older snapshot'],
      ['info', undefined, 'learned state restored'],
    ]);
    expect(world.states.map(({ warmup }) => warmup)).toEqual([11 / 400]);
  });

  test('the newest one that fits is restored', () => {
    const [fits, other] = [saved(), { ...saved(), version: 99 }];
    const world = new World(siteOf(), { snapshots: store(() => ({ whole: [other, fits], damaged: 0 })) });
    world.send('s/a', '1', { receivedAt: T + MINUTE_MS });
    expect(world.said('info')).toEqual(['learned state restored']);
    expect(world.states.map(({ warmup }) => warmup)).toEqual([11 / 400]);
  });

  test('if the database cannot be read, the pipeline fails instead of a new warm-up', () => {
    const failure = new Error('disk I/O error');
    const load = (): never => {
      throw failure;
    };
    const world = new World(siteOf(), { snapshots: store(load) });
    world.send('s/a', '1', { receivedAt: T });
    expect(world.error).toBe(failure);
  });
});

describe('after a power cut without a last snapshot', () => {
  test('the journal is replayed without alerts: an open episode is closed, and not opened again', () => {
    const ledger = new Tape();
    const before = new World(ranged, { ledger });
    before.send('s/a', '150', { receivedAt: T });
    const [opened] = before.events;
    expect(before.saves).toEqual([]);
    const after = new World(ranged, { ledger });
    expect([after.events, after.answers, after.states, after.journal]).toEqual([[], [], [], []]);
    after.send('s/a', '151', { receivedAt: T + MINUTE_MS });
    expect(after.events).toEqual([]);
    after.send('s/a', '20', { receivedAt: T + 2 * MINUTE_MS });
    expect(after.events.map(({ phase, anomaly }) => [phase, anomaly.id])).toEqual([['closed', opened.anomaly.id]]);
  });

  test('or with an old snapshot: rows that it includes are not replayed, and the result is as without the power cut', () => {
    const site = siteOf({
      tuning: { warmup: 300 },
      snapshots: { every: '5h' },
      groups: { pair: { series: ['b', 'c'] } },
    });
    const course = roomTemperature(900, { from: 600, until: 640 });
    const feed = (world: World, from: number, until: number): void => {
      for (const { at, value } of course.slice(from, until))
        for (const [d, name] of ['a', 'b', 'c'].entries())
          world.send(`s/${name}`, String(value + d), { receivedAt: at });
    };
    const whole = new World(site, { ledger: new Tape() });
    feed(whole, 0, 900);
    expect(whole.events.map(({ phase }) => phase)).toContain('opened');
    for (const middle of [150, 450, 620, 800]) {
      const ledger = new Tape();
      const first = new World(site, { ledger });
      feed(first, 0, middle);
      const second = new World(site, { ledger, anomalyLog: first.logAfter() }, first.snapshots.values());
      feed(second, middle, 900);
      expect([...first.events, ...second.events], `cut after ${middle}`).toEqual(whole.events);
      expect([...first.answers, ...second.answers]).toEqual(whole.answers);
      second.stop();
    }
  });

  test('a fault of a series that was removed from its group is closed, and its incident after the cool-down', () => {
    const group = (...series: string[]): Site =>
      siteOf({
        inputs: [{ topic: 's/+', name: '{1}', range: [0, 100] }],
        tuning: { warmup: 50, cool_down: '1m' },
        snapshots: { every: '10s' },
        groups: { plant: { series } },
      });
    const ledger = new Tape();
    const before = new World(group('a', 'b'), { ledger });
    for (let i = 0; i < 28; i++) {
      before.send('s/a', i > 2 ? '150' : '20', { receivedAt: T + i * SECOND_MS });
      before.send('s/b', '20', { receivedAt: T + i * SECOND_MS });
    }
    expect(before.events.map(({ phase, anomaly }) => [phase, anomaly.series])).toEqual([['opened', 'a']]);
    const rows: EpisodeRecord[] = [];
    const anomalyLog = { ...before.logAfter(), record: (news: EpisodeRecord) => rows.push(news) };
    const after = new World(group('c', 'b'), { ledger, anomalyLog }, before.snapshots.values());
    after.send('s/b', '20', { receivedAt: T + 30 * SECOND_MS });
    expect(rows.map(({ anomaly }) => [anomaly.series, anomaly.endedBy])).toEqual([['a', 'removed']]);
    expect(rows[0].receivedAt).toBeGreaterThan(T);
    expect(after.incidents).toEqual([]);
    after.send('s/b', '20', { receivedAt: T + 2 * MINUTE_MS });
    expect(after.incidents.map(({ phase }) => phase)).toEqual(['closed']);
  });
});

describe('an incident', () => {
  const site = siteOf({ inputs: [{ topic: 's/+', name: '{1}', range: [0, 100] }], tuning: { cool_down: '2m' } });
  const published = (world: World) =>
    world.incidents.map(({ phase, incident }) => [phase, incident.id, incident.episodes]);

  test('is published once when it opens, when others have joined, and when it closes', () => {
    const world = new World(site);
    for (const name of ['a', 'b', 'c', 'd']) world.send(`s/${name}`, '20', { receivedAt: T });
    for (const name of ['a', 'b', 'c']) world.send(`s/${name}`, '150', { receivedAt: T + SECOND_MS });
    const [{ anomaly }] = world.events;
    expect(published(world)).toEqual([['opened', anomaly.id, 1]]);
    expect(new Set([...world.rows.values()].map((row) => row.anomaly.incident))).toEqual(new Set([anomaly.id]));
    world.clock$.next(T + 6 * SECOND_MS);
    world.clock$.next(T + 12 * SECOND_MS);
    expect(published(world).slice(1)).toEqual([['updated', anomaly.id, 3]]);
    for (const name of ['a', 'b', 'c']) world.send(`s/${name}`, '20', { receivedAt: T + MINUTE_MS });
    world.clock$.next(T + 2 * MINUTE_MS);
    expect(published(world)).toHaveLength(2);
    world.clock$.next(T + 4 * MINUTE_MS);
    expect(published(world).slice(2)).toEqual([['closed', anomaly.id, 3]]);
  });

  test('continues after a restart: a new episode joins it, and it closes once', () => {
    const before = new World(site);
    before.send('s/a', '150', { receivedAt: T });
    before.stop();
    const after = new World(site, { anomalyLog: before.logAfter() }, before.snapshots.values());
    after.send('s/b', '150', { receivedAt: T + MINUTE_MS });
    expect(after.events[0].anomaly.incident).toBe(before.events[0].anomaly.id);
    for (const name of ['a', 'b']) after.send(`s/${name}`, '20', { receivedAt: T + 2 * MINUTE_MS });
    for (let minute = 3; minute < 20; minute++) after.clock$.next(T + minute * MINUTE_MS);
    expect(published(after).map(([phase]) => phase)).toEqual(['updated', 'closed']);
  });
});

describe('a failure', () => {
  test('of a stream stops only that stream: the others continue, and its last snapshot is kept', () => {
    const events: string[] = [];
    const world = new World(ranged, {
      alerts: {
        state: () => undefined,
        incident: () => undefined,
        habit: () => undefined,
        mode: () => undefined,
        event: ({ anomaly }) => {
          if (anomaly.stream === 'a') throw new Error('a fault of ours');
          events.push(anomaly.stream);
        },
      },
    });
    for (const name of ['a', 'b']) world.send(`s/${name}`, '20', { receivedAt: T });
    for (const name of ['a', 'b']) world.send(`s/${name}`, '150', { receivedAt: T + SECOND_MS });
    for (const name of ['a', 'b']) world.send(`s/${name}`, '20', { receivedAt: T + 2 * SECOND_MS });
    // After the next heartbeat.
    for (const name of ['a', 'b']) world.send(`s/${name}`, '20', { receivedAt: T + 6 * SECOND_MS });
    expect(world.answers.map(({ stream }) => stream)).toEqual(['a', 'b', 'b', 'b', 'b']);
    expect(events).toEqual(['b', 'b']);
    expect(world.said('error')).toEqual(['internal error: this stream stops until the next start']);
    world.stop();
    expect(world.saves.map((saved) => saved.map(({ stream }) => stream))).toEqual([['b'], ['b']]);
    expect(world.error).toBeNull();
  });
});
