import { NEVER } from 'rxjs';
import { expect, test } from 'vitest';
import { homeAssistant } from '../../../src/app/home-assistant/home-assistant.ts';
import { plansOf } from '../../../src/app/pipeline/stream-plan.ts';
import { KnownSignals, type KnownSignal } from '../../../src/stream/known-signals.ts';
import type { SeriesState } from '../../../src/stream/ports/ports.ts';
import { siteOf, World } from '../world.ts';

const T = Date.UTC(2026, 10, 23);
const TOPIC = 'homeassistant/device/zankyo-test/tank-n-level/config';

/** A pipeline with a tank of Homie, whose states go to Home Assistant; `sent` are the retained messages, by topic. */
function house(signals: KnownSignals, sent: Map<string, string[]>) {
  const site = siteOf({
    inputs: [{ topic: 'homie/#', fields: 'all' }],
    home_assistant: { enabled: true },
    tuning: { network: false, warmup: 20 },
  });
  const states = {
    get topics(): string[] {
      return [...sent.keys()];
    },
    publish: (topic: string, payload: string): void => {
      sent.set(topic, [...(sent.get(topic) ?? []), payload]);
    },
    clear: (topic: string): void => {
      sent.delete(topic);
    },
  };
  const broker = { messages$: NEVER, acknowledge: () => undefined, republishStates: () => undefined };
  const home = homeAssistant(site, { broker, states, signals, log: () => undefined });
  const alerts = home.over({
    state: ({ slug }: SeriesState) => {
      states.publish(`zankyo/test/series/${slug}/state`, '{}');
    },
  } as never);
  home.start();
  const world = new World(site, { signals });
  let i = 0;
  let told = 0;
  return {
    describe: (unit: string): void => {
      const properties = { level: { datatype: 'float', unit, format: '0:10' } };
      world.send('homie/5/tank/$description', { nodes: { n: { properties } } }, { receivedAt: T, retained: true });
    },
    send: (count: number): void => {
      for (let k = 0; k < count; k++)
        world.send('homie/5/tank/n/level', String(8 + Math.sin(k)), { receivedAt: T + i++ * 10_000 });
      for (const state of world.states.slice(told)) alerts.state(state);
      told = world.states.length;
    },
    planned: () => plansOf(site, 'tank-n-level', signals)[0].series[0].unit,
    stop: (): void => {
      home.stop();
      world.stop();
    },
  };
}

const unitsIn = (payloads: readonly string[] = []): unknown[] =>
  payloads.map(
    (payload) =>
      (JSON.parse(payload) as { components: Record<string, Record<string, unknown>> }).components['expected'][
        'unit_of_measurement'
      ],
  );

test('a unit that the device corrects is announced once, in one more discovery message, and again after a restart', () => {
  const sent = new Map<string, string[]>();
  const kept: KnownSignal[] = [];
  const first = house(new KnownSignals([], (signal) => kept.push(signal)), sent);
  first.describe('ft');
  first.send(10);
  first.describe('ft');
  first.send(10);
  expect(unitsIn(sent.get(TOPIC))).toEqual(['ft']);
  first.describe('m');
  first.send(10);
  first.describe('m');
  first.send(10);
  expect(unitsIn(sent.get(TOPIC))).toEqual(['ft', 'm']);
  first.stop();
  // The next run knows the unit before the device has spoken.
  const next = house(new KnownSignals([...new Map(kept.map((signal) => [signal.slug, signal])).values()]), sent);
  expect(next.planned()).toBe('m');
  next.describe('m');
  next.send(10);
  expect(unitsIn(sent.get(TOPIC))).toEqual(['ft', 'm', 'm']);
  next.stop();
});
