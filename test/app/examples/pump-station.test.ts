import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { pumpStation } from '../../../src/app/examples/pump-station.ts';
import { loadSite } from '../../../src/config/load.ts';
import type { AnomalyEvent } from '../../../src/detect/episode/anomaly.ts';
import { loadKernel } from '../../../src/io/files/kernel-file.ts';
import { directoryWith } from '../../config/site.ts';
import { World } from '../world.ts';

const root = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/example-pump-station.md'), 'utf8');
let world: World;
const opened = (kind: string): readonly AnomalyEvent[] =>
  world.events.filter(({ phase, anomaly }) => phase === 'opened' && anomaly.kind === kind);

/** The recording through the pipeline of the service, with the site file as it is. */
function replayed(): World {
  const text = readFileSync(join(root, 'config/pump-station.yaml'), 'utf8');
  const folder = directoryWith({ 'site.yaml': text, 'secrets.yaml': 'mqtt_password: x\n' });
  const replay = new World(loadSite(join(folder, 'site.yaml'), {}).site, {}, [], loadKernel());
  for (const { at, topic, payload } of pumpStation.messages(1)) {
    const message = { topic, payload: payload as Uint8Array, retained: false, redelivered: false };
    replay.messages$.next({ ...message, receivedAt: at });
    replay.clock$.next(at);
  }
  return replay;
}

test('the hot bearing is the only alarm of the process, during the fault, with the sentence of the page', () => {
  world = replayed();
  expect(world.error).toBeNull();
  const { series, from, until } = pumpStation.fault;
  const alarms = opened('process');
  expect(alarms.map(({ anomaly }) => anomaly.series)).toEqual([series]);
  expect(alarms[0].at).toBeGreaterThan(from);
  expect(alarms[0].at).toBeLessThan(until);
  expect(page).toContain(`> ${alarms[0].anomaly.reason}`);
});

test('the death of the edge node is six lost sensors at once, and its birth ends them', () => {
  const lost = opened('sensor');
  expect(lost.map(({ anomaly }) => anomaly.series).toSorted()).toEqual(
    Object.keys(pumpStation.series)
      .filter((slug) => slug !== 'pump1')
      .toSorted(),
  );
  expect(new Set(lost.map(({ at }) => at)).size).toBe(1);
  expect(lost.map(({ anomaly }) => `> ${anomaly.reason}`).filter((line) => page.includes(line))).toHaveLength(1);
  const closed = world.events.filter(({ phase, anomaly }) => phase === 'closed' && anomaly.kind === 'sensor');
  expect(new Set(closed.map(({ at }) => at - lost[0].at))).toEqual(new Set([15 * 60_000]));
});

test('the one lost message of the recording is a gap, and nothing else is refused', () => {
  expect([...world.tallies.rejected]).toEqual([['sequence_gap', 1]]);
});
