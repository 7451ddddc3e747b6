import { describe, expect, test } from 'vitest';
import {
  CardWear,
  DatabaseFailing,
  NoData,
  NoReadings,
  NotifyFailing,
  SnapshotOld,
  Stall,
  StreamStopped,
  TrainingReduced,
} from '../../../src/app/health/rules.ts';
import type { Rule, VitalSigns } from '../../../src/app/health/vital-signs.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A service without a problem, one hour after its start. */
const signs = (changed: Partial<VitalSigns> = {}): VitalSigns => ({
  now: Date.UTC(2026, 0, 5),
  uptimeMs: HOUR_MS,
  loopDelayMs: 3,
  connected: true,
  inputs: [{ topic: 's/+', messages: 10, inMaintenance: false }],
  readings: 10,
  rejected: new Map(),
  databaseFailingSince: null,
  snapshotAgeMs: HOUR_MS,
  learnEvery: 1,
  drops: false,
  writtenDay: null,
  memory: null,
  stoppedStreams: [],
  failingTargets: [],
  ...changed,
});

const codes = (rule: Rule, changed: Partial<VitalSigns>): readonly string[] =>
  rule.check(signs(changed)).map(({ code }) => code);

describe('stall', () => {
  test('the event loop was blocked for longer than 5 s: reported for five minutes', () => {
    const rule = new Stall();
    expect(codes(rule, { loopDelayMs: 5000, uptimeMs: 0 })).toEqual([]);
    const [{ code, text }] = rule.check(signs({ loopDelayMs: 7000, uptimeMs: SECOND_MS }));
    expect([code, text]).toEqual(['stall', expect.stringMatching(/^The service did nothing for 7 s: /)]);
    expect(codes(rule, { uptimeMs: SECOND_MS + 5 * MINUTE_MS - 1 })).toEqual(['stall']);
    expect(codes(rule, { uptimeMs: SECOND_MS + 5 * MINUTE_MS })).toEqual([]);
  });
});

describe('no_readings', () => {
  const at = (minute: number, messages: number, readings: number): Partial<VitalSigns> => ({
    uptimeMs: minute * MINUTE_MS,
    inputs: [
      { topic: 'a', messages: messages - 1, inMaintenance: false },
      { topic: 'b', messages: 1, inMaintenance: false },
    ],
    readings,
    rejected: new Map([
      ['late', 2],
      ['no_field', 9],
    ]),
  });

  test('five messages and five minutes without a reading; the most frequent reason is named; a reading ends it', () => {
    const rule = new NoReadings();
    expect(codes(rule, at(0, 10, 10))).toEqual([]);
    expect(codes(rule, at(1, 14, 10))).toEqual([]);
    expect(codes(rule, at(6, 14, 10))).toEqual([]); // four messages
    const [{ code, text }] = rule.check(signs(at(6, 15, 10)));
    expect(code).toBe('no_readings');
    expect(text).toMatch(/^5 messages arrived since the last reading, and none had one\. .* is no_field;/);
    expect(codes(rule, at(7, 16, 11))).toEqual([]);
    expect(codes(rule, at(8, 20, 11))).toEqual([]);
  });

  test('a day without messages is none of it, and a restarted pipeline begins to count again', () => {
    const rule = new NoReadings();
    rule.check(signs(at(0, 100, 10)));
    expect(codes(rule, at(1440, 100, 10))).toEqual([]);
    expect(codes(rule, at(1441, 105, 10))).toEqual([]); // the five minutes begin with the first of them
    expect(codes(rule, at(1442, 3, 10))).toEqual([]);
    expect(codes(rule, at(1446, 7, 10))).toEqual([]);
    expect(codes(rule, at(1448, 8, 10))).toEqual(['no_readings']);
  });
});

describe('no_data', () => {
  const at = (minute: number, messages: number, connected = true, inMaintenance = false): Partial<VitalSigns> => ({
    uptimeMs: minute * MINUTE_MS,
    connected,
    inputs: [{ topic: 's/+', messages, inMaintenance }],
  });

  test('an input without a message since the start, and one that had messages and has none', () => {
    const rule = new NoData(HOUR_MS);
    expect(codes(rule, at(0, 0))).toEqual([]);
    expect(codes(rule, at(60, 0))).toEqual([]);
    const [never] = rule.check(signs(at(61, 0)));
    expect(never).toMatchObject({ code: 'no_data', subject: 's/+' });
    expect(never.text).toMatch(/^s\/\+: no message in the 61 min since the start\. Check the topic/);
    expect(codes(rule, at(62, 1))).toEqual([]);
    const [ended] = rule.check(signs(at(123, 1)));
    expect(ended.text).toMatch(/^s\/\+: no message for 61 min\. Check that the devices have power/);
  });

  test('pauses that the input has had count: four times the longest one', () => {
    const rule = new NoData(HOUR_MS);
    rule.check(signs(at(0, 0)));
    rule.check(signs(at(1, 1)));
    rule.check(signs(at(31, 2))); // a pause of 30 min: two hours
    expect(codes(rule, at(31 + 120, 2))).toEqual([]);
    expect(codes(rule, at(31 + 121, 2))).toEqual(['no_data']);
  });

  test('the time without a broker does not count, and neither does the pause over it', () => {
    const rule = new NoData(HOUR_MS);
    rule.check(signs(at(0, 0)));
    rule.check(signs(at(1, 1)));
    for (let minute = 2; minute < 600; minute++) expect(codes(rule, at(minute, 1, false))).toEqual([]);
    expect(codes(rule, at(600, 1))).toEqual([]);
    expect(codes(rule, at(601, 2))).toEqual([]);
    expect(codes(rule, at(601 + 61, 2))).toEqual(['no_data']);
  });

  test('maintenance does not count, and neither does the pause over it', () => {
    const rule = new NoData(HOUR_MS);
    rule.check(signs(at(0, 0)));
    rule.check(signs(at(1, 1)));
    for (let minute = 2; minute < 600; minute++) expect(codes(rule, at(minute, 1, true, true))).toEqual([]);
    expect(codes(rule, at(659, 1))).toEqual([]);
    expect(codes(rule, at(661, 1))).toEqual(['no_data']);
  });

  test('never: off; an input that left the site file is forgotten', () => {
    const off = new NoData(Infinity);
    off.check(signs(at(0, 0)));
    expect(codes(off, at(100_000, 0))).toEqual([]);
    const rule = new NoData(HOUR_MS);
    rule.check(signs(at(0, 0)));
    expect(codes(rule, { uptimeMs: 61 * MINUTE_MS, inputs: [] })).toEqual([]);
    expect(codes(rule, at(62, 0))).toEqual([]);
  });
});

test('database: not writable for 30 s', () => {
  const rule = new DatabaseFailing();
  expect(codes(rule, { databaseFailingSince: HOUR_MS - 30 * SECOND_MS + 1 })).toEqual([]);
  const [{ text }] = rule.check(signs({ databaseFailingSince: HOUR_MS - 45 * SECOND_MS }));
  expect(text).toMatch(/^The database could not be written for 45 s: readings wait in memory/);
});

test('snapshot_old: more than two turns of snapshots.every and ten minutes', () => {
  const rule = new SnapshotOld(4 * HOUR_MS);
  const limit = 8 * HOUR_MS + 10 * MINUTE_MS;
  expect(codes(rule, { snapshotAgeMs: null })).toEqual([]);
  expect(codes(rule, { snapshotAgeMs: limit })).toEqual([]);
  expect(codes(rule, { snapshotAgeMs: limit + 1 })).toEqual(['snapshot_old']);
});

test.each([
  [4, false, 'Networks train on 1 of every 4 samples because the CPU load is high. '],
  [0, false, 'Networks do not train because the CPU load is high. '],
  [0, true, 'Networks do not train because the CPU load is high, and every second QoS 0 message is dropped. '],
])('training_reduced: 1 of %i, drops %s', (learnEvery, drops, beginning) => {
  const rule = new TrainingReduced();
  expect(codes(rule, {})).toEqual([]);
  const [{ code, text }] = rule.check(signs({ learnEvery, drops }));
  expect([code, text.slice(0, beginning.length)]).toEqual(['training_reduced', beginning]);
});

describe('card_wear', () => {
  test('more bytes within the last 24 hours than the limit', () => {
    const rule = new CardWear(2e9);
    const check = (bytes: number) => codes(rule, { writtenDay: { ms: 1.5 * HOUR_MS, bytes } });
    expect(check(2e9)).toEqual([]);
    expect(check(2.1e9)).toEqual(['card_wear']);
    const [{ text }] = rule.check(signs({ writtenDay: { ms: 1.5 * HOUR_MS, bytes: 2.1e9 } }));
    // 33.6e9 bytes a day: 32e9 · 1000 / (10 · 33.6e9 · 365.25) years.
    expect(text).toBe(
      '2,100 million bytes were written in 90 min; health.max_megabytes_per_day is 2,000. At this rate an SD card of 32 GB lasts about 0.26 years. storage: gentle writes less; a disk other than a card bears more.',
    );
  });

  test('a system that does not count them has no such problem', () => {
    expect(codes(new CardWear(1), { writtenDay: null })).toEqual([]);
  });
});

test('stream_stopped: one problem for each stream', () => {
  const found = new StreamStopped().check(signs({ stoppedStreams: ['boiler', 'hall'] }));
  expect(found.map(({ code, subject }) => [code, subject])).toEqual([
    ['stream_stopped', 'boiler'],
    ['stream_stopped', 'hall'],
  ]);
});

test('notify_failing: a target that has taken nothing for ten minutes', () => {
  const now = Date.UTC(2026, 0, 5);
  const failing = (name: string, minutes: number) => ({ name, since: now - minutes * MINUTE_MS });
  const found = new NotifyFailing().check(signs({ now, failingTargets: [failing('phone', 10), failing('mail', 9)] }));
  expect(found).toMatchObject([{ code: 'notify_failing', subject: 'phone' }]);
  expect(found[0].text).toMatch(/^Notifications to phone have not been delivered for 10 min; /);
});
