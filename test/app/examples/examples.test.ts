import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXAMPLES, SEED } from '../../../src/app/examples/examples.ts';
import type { Example } from '../../../src/app/examples/recording.ts';
import { loadSite } from '../../../src/config/load.ts';
import type { Site } from '../../../src/config/schema/site.ts';
import type { AnomalyEvent } from '../../../src/detect/episode/anomaly.ts';
import { loadKernel } from '../../../src/io/files/kernel-file.ts';
import { directoryWith } from '../../config/site.ts';
import { World } from '../world.ts';

const root = resolve(import.meta.dirname, '../../..');
const kernel = loadKernel();

const siteOf = (name: string): Site => {
  const text = readFileSync(join(root, `config/${name}.yaml`), 'utf8');
  return loadSite(join(directoryWith({ 'site.yaml': text, 'secrets.yaml': 'mqtt_password: x\n' }), 'site.yaml'), {})
    .site;
};

/** The recording through the pipeline of the service: formats, series, networks, alarms. */
function replayed({ name, messages }: Example): World {
  const world = new World(siteOf(name), {}, [], kernel);
  const encoder = new TextEncoder();
  for (const { at, topic, payload, retained = false } of messages(SEED)) {
    const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
    world.messages$.next({ topic, payload: bytes, receivedAt: at, retained, redelivered: false });
    world.clock$.next(at);
  }
  return world;
}

describe.each(EXAMPLES.map((example) => [example.name, example] as const))('%s', (name, example) => {
  const { fault, series } = example;
  let world: World;
  const opened = (): readonly AnomalyEvent[] => world.events.filter(({ phase }) => phase === 'opened');

  test('config and recording give the series that the page names, with their units', () => {
    world = replayed(example);
    expect(world.error).toBeNull();
    const units = Object.fromEntries(world.states.map(({ slug, unit }) => [slug, unit]));
    expect(units).toEqual(series);
  });

  test('the fault is an alarm, and nothing before it', () => {
    expect(opened().filter(({ at }) => at < fault.from)).toEqual([]);
    const alarm = opened().find(({ anomaly }) => anomaly.series === fault.series);
    expect(alarm?.at).toBeGreaterThan(fault.from);
    expect(alarm?.at).toBeLessThan(fault.until);
  });

  const { loss } = example;
  if (loss !== undefined)
    test('a device that announces that it is offline is lost in the same minute', () => {
      const lost = opened().find(({ anomaly }) => anomaly.series === loss.series);
      expect(lost).toMatchObject({ at: loss.at, anomaly: { kind: 'sensor' } });
      expect(readFileSync(join(root, `docs/example-${name}.md`), 'utf8')).toContain(lost?.anomaly.reason);
    });

  test('docs/example-*.md has the sentence of the alarm as it comes', () => {
    const page = readFileSync(join(root, `docs/example-${name}.md`), 'utf8');
    const alarm = opened().find(({ anomaly }) => anomaly.series === fault.series);
    expect(page).toContain(alarm?.anomaly.reason);
    for (const slug of Object.keys(series)) expect(page).toContain(`\`${slug}\``);
  });

  test('the same seed gives the same bytes', () => {
    const head = (seed: number): string => {
      const lines: unknown[] = [];
      for (const message of example.messages(seed)) if (lines.push(message) === 200) break;
      return JSON.stringify(lines);
    };
    expect(head(SEED)).toBe(head(SEED));
    expect(head(SEED)).not.toBe(head(SEED + 1));
  });
});
