import { expect, test } from 'vitest';
import { OutageLog } from '../../../src/io/mqtt/outage-log.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 5, 14, 2);

/** An outage log with clocks that the test moves, and the lines it wrote. */
function outage(timeZone: string | null = null) {
  const lines: string[] = [];
  const fields: Readonly<Record<string, unknown>>[] = [];
  const clock = { now: START, uptime: 5_000 };
  const log = new OutageLog({ now: () => clock.now, uptime: () => clock.uptime, timeZone }, (level, given, message) => {
    lines.push(`${level}: ${message}`);
    fields.push(given);
  });
  const pass = (ms: number): void => {
    clock.now += ms;
    clock.uptime += ms;
  };
  /** Attempts that fail, each after `everyMs`. */
  const fail = (times: number, everyMs: number): void => {
    for (let n = 0; n < times; n++) {
      pass(everyMs);
      log.attempt();
      log.failed();
    }
  };
  const connect = (): void => {
    log.attempt();
    log.connected();
  };
  return { log, lines, fields, clock, pass, fail, connect };
}

test('ten minutes without a broker are one line with the number of attempts and the start', () => {
  const { log, lines, fields, fail, connect } = outage();
  connect();
  log.failed(); // 14:02
  fail(19, 30_000); // to 14:11:30
  expect(lines).toEqual([]);
  fail(1, 30_000);
  expect(lines).toEqual(['info: still trying to connect: 20 attempts since 14:02 UTC']);
  expect(fields).toEqual([{ attempts: 20, since: '2026-01-05T14:02:00.000Z' }]);
  fail(39, 30_000); // to 14:31:30
  expect(lines).toHaveLength(2);
  fail(1, 30_000);
  expect(lines.slice(1)).toEqual([
    'info: still trying to connect: 40 attempts since 14:02 UTC',
    'info: still trying to connect: 60 attempts since 14:02 UTC',
  ]);
});

test('the return is one line with the length of the outage', () => {
  const { log, lines, fields, pass, fail, connect } = outage();
  connect();
  log.failed();
  fail(11, 17_000);
  pass(5_000); // 192 s
  connect();
  expect(lines).toEqual(['info: connection restored after 3 min, 12 attempts']);
  expect(fields).toEqual([{ attempts: 12, outageMs: 192_000 }]);
});

test('a short outage counts in seconds, and each outage starts anew', () => {
  const { log, lines, pass, connect } = outage();
  connect();
  for (const seconds of [1, 90]) {
    log.failed();
    pass(seconds * 1_000);
    connect();
  }
  expect(lines).toEqual([
    'info: connection restored after 1 s, 1 attempt',
    'info: connection restored after 90 s, 1 attempt',
  ]);
});

test('a broker that is up at the first attempt is no line; one that was down is the first connection', () => {
  const up = outage();
  up.connect();
  expect(up.lines).toEqual([]);
  const down = outage();
  down.log.attempt();
  down.log.failed();
  down.fail(2, MINUTE);
  down.pass(HOUR);
  down.connect();
  expect(down.lines).toEqual(['info: first connection made after 62 min, 4 attempts']);
});

test("times are in the site's time zone; an outage of a day or more has the date", () => {
  const { log, lines, fail } = outage('Europe/Berlin');
  log.failed();
  fail(1, 10 * MINUTE);
  fail(1, 24 * HOUR);
  expect(lines).toEqual([
    'info: still trying to connect: 1 attempt since 15:02 CET',
    'info: still trying to connect: 2 attempts since 2026-01-05 15:02 CET',
  ]);
});

test('a clock that was set during the outage moves the start with it, and no line comes early or late', () => {
  const { log, lines, clock, fail } = outage();
  clock.now = 0; // a machine without a battery clock starts in 1970
  log.failed();
  clock.now = START + 4 * MINUTE;
  clock.uptime += 4 * MINUTE;
  fail(1, MINUTE);
  expect(lines).toEqual([]);
  fail(1, 5 * MINUTE);
  expect(lines).toEqual(['info: still trying to connect: 2 attempts since 14:02 UTC']);
});
