import { describe, expect, test } from 'vitest';
import { KnownSignals, type KnownSignal } from '../../../src/stream/known-signals.ts';
import { siteOf, Tape, World } from '../world.ts';

const T = Date.UTC(2026, 10, 23);
const SECOND = 1000;
const tuning = { network: false, warmup: 20 };
const site = siteOf({ inputs: [{ topic: 'plant/#', fields: 'all' }], tuning });

/** Readings of two devices, one each in 10 s, from reading `from` to `to`. */
const readings = (world: World, from: number, to: number, devices = ['pump', 'fan']): void => {
  for (let i = from; i < to; i++)
    for (const device of devices)
      world.send(`plant/${device}/air`, { temp: 20 + Math.sin(i) }, { receivedAt: T + i * 10 * SECOND });
};
const lost = ({ events }: World, series = /pump/) =>
  events
    .filter(({ anomaly }) => anomaly.kind === 'sensor' && series.test(anomaly.series))
    .map(({ phase, anomaly }) => [phase, anomaly.series]);
const phaseOf = (world: World, slug: string) => world.states.findLast((state) => state.slug === slug)?.phase;

describe('a device that announces that it is offline', () => {
  test('has lost sensors at once, in a sentence that says so, until it is back', () => {
    const world = new World(site);
    readings(world, 0, 100);
    const at = T + 1000 * SECOND;
    world.send('plant/pump/LWT', 'Offline', { receivedAt: at });
    expect(lost(world)).toEqual([['opened', 'plant-pump-air-temp']]);
    const [{ anomaly }] = world.events;
    expect(anomaly.reason).toMatch(
      /^plant-pump-air-temp is lost: its device announced that it is offline; the last reading came 10 s before \(since .*, 100 % sure\)\.$/,
    );
    expect(anomaly).toMatchObject({ unit: '°C', openedAt: at, startAt: at });
    // Said again it is no second event, and the silence that follows is the same one.
    world.send('plant/pump/LWT', 'Offline', { receivedAt: at + SECOND });
    for (let i = 1; i < 100; i++) world.clock$.next(at + i * 5 * SECOND);
    expect(phaseOf(world, 'plant-pump-air-temp')).toBe('silent');
    expect(world.tallies.availability).toEqual({ offline: 1, online: 0 });
    world.send('plant/pump/LWT', 'Online', { receivedAt: at + 600 * SECOND });
    expect(lost(world).filter(([phase]) => phase !== 'updated')).toEqual([
      ['opened', 'plant-pump-air-temp'],
      ['closed', 'plant-pump-air-temp'],
    ]);
    expect(world.tallies.availability).toEqual({ offline: 1, online: 1 });
    // Its silence begins again.
    world.clock$.next(at + 605 * SECOND);
    expect(lost(world).filter(([phase]) => phase === 'opened')).toHaveLength(1);
    world.stop();
  });

  test('is back with its next reading, and the pause is not learned as usual', () => {
    const world = new World(site);
    readings(world, 0, 100);
    world.send('plant/pump/LWT', 'Offline', { receivedAt: T + 1000 * SECOND });
    readings(world, 1000, 1100, ['pump']);
    expect(lost(world).at(-1)).toEqual(['closed', 'plant-pump-air-temp']);
    // Ten usual gaps without a reading are a silence again, in spite of the hours before.
    world.clock$.next(T + 11_000 * SECOND + 130 * SECOND);
    expect(lost(world).at(-1)).toEqual(['opened', 'plant-pump-air-temp']);
    expect(world.events.at(-1)!.anomaly.reason).toContain('it usually reports every 10 s');
    world.stop();
  });

  test('is lost in the warm-up too, and when the announcement is retained', () => {
    const world = new World(site);
    readings(world, 0, 3);
    world.send('plant/fan/LWT', 'Offline', { receivedAt: T + 40 * SECOND, retained: true });
    expect(lost(world, /fan/)).toEqual([['opened', 'plant-fan-air-temp']]);
    expect([...world.tallies.rejected.keys()]).toEqual([]);
    world.stop();
  });

  test('is as lost after a restart, from the journal alone or from a snapshot, in another place of the site file', () => {
    const noted: KnownSignal[] = [];
    const signals = new KnownSignals([], (signal) => noted.push(signal));
    const tape = new Tape();
    const first = new World(site, { ledger: tape, signals });
    readings(first, 0, 100);
    first.send('plant/pump/LWT', 'Offline', { receivedAt: T + 1000 * SECOND });
    readings(first, 101, 110, ['fan']);
    const moved = siteOf({
      inputs: [
        { topic: 'other', path: 'x' },
        { topic: 'plant/#', fields: 'all' },
      ],
      tuning,
    });

    const replayed = new World(moved, { ledger: tape, signals: new KnownSignals(noted) });
    first.stop();
    const saved = new World(moved, { ledger: tape, signals: new KnownSignals(noted) }, first.snapshots.values());
    for (const second of [replayed, saved]) {
      const status = second.view!.streams().find(({ stream }) => stream === 'plant-pump-air-temp')!;
      expect([status.isLost(0), status.series[0].unit, status.series[0].range]).toEqual([true, '°C', [-55, 125]]);
      second.send('plant/pump/LWT', 'Online', { receivedAt: T + 1110 * SECOND });
      expect(lost(second)).toEqual([['closed', 'plant-pump-air-temp']]);
      second.stop();
    }
    expect(saved.view!.streams().map(({ stream }) => stream)).toEqual(['plant-pump-air-temp', 'plant-fan-air-temp']);
  });
});

test('the journal gives the streams of every number the same state as the run before', () => {
  const noted: KnownSignal[] = [];
  const tape = new Tape();
  const first = new World(site, { ledger: tape, signals: new KnownSignals([], (signal) => noted.push(signal)) });
  readings(first, 0, 60);
  first.send('plant/pump/LWT', 'Offline', { receivedAt: T + 600 * SECOND });
  readings(first, 70, 90);
  const second = new World(site, { ledger: tape, signals: new KnownSignals(noted) });
  const bytes = ({ view }: World) =>
    view!.monitors().map(({ stream, memory }) => [stream, Buffer.from(memory.toBytes()).toString('base64')]);
  expect(bytes(second)).toEqual(bytes(first));
  first.stop();
  second.stop();
});

test('another site file keeps the streams of signals that it still reads, and drops those that it excludes', () => {
  const signals = new KnownSignals();
  const first = new World(site, { signals });
  readings(first, 0, 30);
  const next = siteOf({ inputs: [{ topic: 'plant/#', exclude: ['plant/fan/*'] }], tuning });
  expect([...first.control.keep(next).monitors.keys()]).toEqual(['plant-pump-air-temp']);
  first.stop();
});
