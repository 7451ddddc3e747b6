import { describe, expect, test } from 'vitest';
import type { AnomalyEvent } from '../../../src/detect/episode/anomaly.ts';
import { StreamMonitor } from '../../../src/detect/stream-monitor.ts';
import { Random } from '../../../src/math/random.ts';
import { DAY_MS, HOUR_MS } from '../../../src/math/time.ts';
import { DEFAULTS, infoOf } from '../options.ts';

const STEP_MS = 300_000;
const START = 1_700_000_000_000;
const CALM_MS = 21 * DAY_MS;

/** A room with a reading every 5 min, for three weeks. Each pair is one reading: hours after that, and its value. Returns the hours of those that opened an alarm. */
function alarmsOf(events: readonly (readonly [number, number])[]): number[] {
  const alarms: number[] = [];
  const note = ({ phase, at }: AnomalyEvent): void => {
    const hour = (at - START - CALM_MS) / HOUR_MS;
    if (phase === 'opened' && events.some(([of]) => of === hour)) alarms.push(hour);
  };
  const monitor = new StreamMonitor('room', [infoOf('room')], { ...DEFAULTS, network: false }, note);
  const random = new Random(3);
  const last = events[events.length - 1][0];
  for (let at = START; at < START + CALM_MS + (last + 1) * HOUR_MS; at += STEP_MS) {
    const hours = (at - START - CALM_MS) / HOUR_MS;
    const event = events.find(([hour]) => hours >= hour && hours < hour + 0.05);
    const value = (event?.[1] ?? 20) + random.normal();
    const reading = monitor.order(0, { series: 'room', at, value, receivedAt: at });
    if (typeof reading !== 'string') monitor.take(0, reading);
  }
  return alarms;
}

describe('a reading within a day of an alarm', () => {
  test('that is like it opens no other; on the next day it does', () => {
    expect(alarmsOf([[0, 40], [20, 40], [30, 40]])).toEqual([0, 30]); // prettier-ignore
  });

  test('opens one where it goes elsewhere, or much further', () => {
    expect(alarmsOf([[0, 40], [20, 0]])).toEqual([0, 20]); // prettier-ignore
    expect(alarmsOf([[0, 40], [20, 90]])).toEqual([0, 20]); // prettier-ignore
  });
});
