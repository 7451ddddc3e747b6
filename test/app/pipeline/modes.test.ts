import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/math/time.ts';
import { Random } from '../../../src/math/random.ts';
import { siteOf, Tape, World } from '../world.ts';

const START = Date.UTC(2026, 0, 5);
const LOW = 1000;
const HIGH = 500;
const site = siteOf({
  inputs: [{ topic: 's/+', name: '{1}', unit: '°C' }],
  // An alarm needs more time than it takes to recognise a level.
  tuning: { network: false, hold_for: '200m', min_duration: '12h' },
});

/** A boiler at 20 °C, then at 60 °C until that is normal too, and at 20 °C again. */
function feed(world: World, from: number, until: number): World {
  const random = new Random(1);
  for (let minute = 0; minute < until; minute++) {
    const value = (minute >= LOW && minute < LOW + HIGH ? 60 : 20) + random.normal();
    if (minute >= from) world.send('s/boiler', value.toFixed(3), { receivedAt: START + minute * MINUTE_MS });
  }
  return world;
}
const END = LOW + HIGH + 150;
const whole = feed(new World(site), 0, END);

test('the return to a known level is written, published and logged, once', () => {
  const [mode, ...more] = whole.modes;
  expect(more).toEqual([]);
  expect(mode).toMatchObject({ stream: 'boiler', series: 'boiler', unit: '°C', times: 2, since: START });
  expect(mode.at - START - (LOW + HIGH) * MINUTE_MS).toBeLessThan(2 * HOUR_MS);
  expect(whole.events).toEqual([]);
  const row = whole.journal.indexOf('alert mode boiler') - 1;
  expect(whole.journal[row]).toBe('modes of boiler');
  expect(whole.notes.filter(({ message }) => message.startsWith('mode: '))).toEqual([
    { level: 'info', fields: { series: 'boiler', id: mode.id }, message: `mode: ${mode.reason}` },
  ]);
});

test('a restart, with the journal or a snapshot, does not announce it again', () => {
  const tape = new Tape();
  const announcedAt = (whole.modes[0].at - START) / MINUTE_MS + 1;
  const before = feed(new World(site, { ledger: tape }), 0, announcedAt);
  expect(before.modes).toHaveLength(1);
  const replayed = feed(new World(site, { ledger: tape }), announcedAt, END);
  before.stop();
  const restored = feed(new World(site, {}, before.snapshots.values()), announcedAt, END);
  expect([replayed.modes, restored.modes]).toEqual([[], []]);
});
