import { describe, expect, test } from 'vitest';
import type { AnomalyEvent } from '../../../src/detect/episode/anomaly.ts';
import { StreamMonitor } from '../../../src/detect/stream-monitor.ts';
import { Random } from '../../../src/math/random.ts';
import { DAY_MS, HOUR_MS } from '../../../src/math/time.ts';
import { DEFAULTS, infoOf } from '../options.ts';

const STEP_MS = 300_000;
const START = 1_700_000_000_000;
const CALM_MS = 21 * DAY_MS;

interface Outcome {
  /** Hours of the readings that opened an alarm. */
  readonly alarms: readonly number[];
  /** After each reading: until which hour no alarm opens because of an earlier one; NaN where one could. */
  readonly sameUntil: readonly number[];
}

/** A room with a reading every 5 min, for three weeks. Each pair is one reading: hours after that, and its value. */
function outcomeOf(events: readonly (readonly [number, number])[]): Outcome {
  const alarms: number[] = [];
  const sameUntil: number[] = [];
  const note = ({ phase, at }: AnomalyEvent): void => {
    const hour = hoursOf(at);
    if (phase === 'opened' && events.some(([of]) => of === hour)) alarms.push(hour);
  };
  const monitor = new StreamMonitor('room', [infoOf('room')], { ...DEFAULTS, network: false }, note);
  const random = new Random(3);
  const last = events[events.length - 1][0];
  for (let at = START; at < START + CALM_MS + (last + 1) * HOUR_MS; at += STEP_MS) {
    const hours = hoursOf(at);
    const event = events.find(([hour]) => hours >= hour && hours < hour + 0.05);
    const value = (event?.[1] ?? 20) + random.normal();
    const reading = monitor.order(0, { series: 'room', at, value, receivedAt: at });
    if (typeof reading !== 'string') monitor.take(0, reading);
    if (events.some(([of]) => of === hours)) sameUntil.push(hoursOf(monitor.status.sameEventUntil(0)));
  }
  return { alarms, sameUntil };
}

const hoursOf = (at: number): number => (at - START - CALM_MS) / HOUR_MS;

describe('a reading within a day of an alarm', () => {
  test('that is like it opens no other; on the next day it does', () => {
    const { alarms, sameUntil } = outcomeOf([[0, 40], [20, 40], [30, 40]]); // prettier-ignore
    expect(alarms).toEqual([0, 30]);
    // The state says so while it is the reason.
    expect(sameUntil).toEqual([NaN, 24, NaN]);
  });

  test('opens one where it goes elsewhere, or much further', () => {
    expect(outcomeOf([[0, 40], [20, 0]]).alarms).toEqual([0, 20]); // prettier-ignore
    // The reading after it is like the first alarm, but the second one is open.
    expect(outcomeOf([[0, 40], [20, 0], [20 + 1 / 12, 40]]).sameUntil).toEqual([NaN, NaN, NaN]); // prettier-ignore
    expect(outcomeOf([[0, 40], [20, 90]]).alarms).toEqual([0, 20]); // prettier-ignore
  });
});
