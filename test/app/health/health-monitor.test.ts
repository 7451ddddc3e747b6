import { expect, test } from 'vitest';
import { HealthMonitor } from '../../../src/app/health/health-monitor.ts';
import { Tallies } from '../../../src/app/pipeline/tallies.ts';
import type { PipelineView } from '../../../src/app/pipeline/view.ts';
import type { Health, Problem } from '../../../src/stream/health.ts';

const T = Date.UTC(2026, 0, 5);

/** A monitor of a service of plain values, which a test changes. */
function watched() {
  const now = {
    uptime: 0,
    learnEvery: 1,
    failingSince: null as number | null,
    connection: 'connected' as Health['broker'],
  };
  const published: Health[] = [];
  const lines: string[] = [];
  const problems: [string, Problem['code'], number][] = [];
  const view: PipelineView = {
    streams: () => [],
    monitors: () => [],
    statesOf: () => [],
    now: () => 0,
    stopped: () => [],
    messages: new Float64Array(1),
    inMaintenance: () => false,
    replayed: () => true,
    load: () => (now.learnEvery === 4 ? { learnEvery: 4, drops: false } : { learnEvery: 1, drops: false }),
    snapshotAgeMs: () => null,
    historyOf: () => null,
    watch: () => {
      throw new Error('nobody looks');
    },
    endWatch: () => undefined,
  };
  const tallies = new Tallies();
  const monitor = new HealthMonitor({
    sources: {
      version: '1.2.3',
      now: () => T + now.uptime,
      uptime: () => now.uptime,
      topics: () => ['s/+'],
      tallies,
      pipeline: () => view,
      connection: () => now.connection,
      broker: { waiting: 1, dropped: 2, connections: 3 },
      ledger: {
        waitingWrites: 4,
        droppedWrites: 5,
        get failingSince() {
          return now.failingSince;
        },
        commits: { count: 6, ms: 7 },
      },
      targets: () => [],
      writtenBytes: () => 0,
      writtenDay: () => null,
      memory: () => null,
      databaseBytes: () => 0,
    },
    rules: { noDataAfterMs: 3_600_000, snapshotsEveryMs: 3_600_000, maxBytesPerDay: 1e9 },
    publish: (health) => published.push(health),
    onProblem: (phase, { code }, at) => problems.push([phase, code, at - T]),
    log: (level, { problem }, message) => lines.push(`${level} ${String(problem)}: ${message}`),
  });
  const checkAt = (seconds: number): void => {
    now.uptime = 1000 * seconds;
    monitor.check(0);
  };
  return { now, monitor, published, lines, problems, view, tallies, checkAt };
}

test('health is published every minute, and at once when the training rate changes', () => {
  const { now, published, checkAt } = watched();
  for (let seconds = 0; seconds <= 120; seconds += 5) checkAt(seconds);
  expect(published.map(({ at }) => at - T)).toEqual([0, 60_000, 120_000]);
  now.learnEvery = 4;
  checkAt(125);
  expect(published.at(-1)).toMatchObject({ at: T + 125_000, learning: 'reduced' });
});

test('a problem is logged and published once at its begin and once at its end, and keeps its begin', () => {
  const { now, monitor, published, lines, problems, checkAt } = watched();
  checkAt(0);
  now.failingSince = 0;
  for (let seconds = 5; seconds <= 55; seconds += 5) checkAt(seconds);
  expect(monitor.problems).toMatchObject([{ code: 'database', subject: null, since: T + 30_000 }]);
  expect(published.map(({ at }) => at - T)).toEqual([0, 30_000]);
  now.failingSince = null;
  checkAt(58);
  expect(published.at(-1)).toMatchObject({ at: T + 58_000, problems: [] });
  expect(lines).toEqual([
    expect.stringMatching(/^warn database: The database could not be written for 30 s: /),
    'info database: the problem database has ended after 28 s',
  ]);
  expect(problems).toEqual([
    ['opened', 'database', 30_000],
    ['closed', 'database', 58_000],
  ]);
});

test('figures are those of broker, ledger and counts', () => {
  const { monitor, tallies, view, checkAt } = watched();
  checkAt(1);
  tallies.reading(false);
  tallies.reading(true);
  tallies.rejected.set('late', 3);
  view.messages[0] = 9;
  expect(monitor.health).toMatchObject({
    version: '1.2.3',
    uptimeMs: 1000,
    broker: 'connected',
    connections: 3,
    readings: 2,
    untrained: 1,
    rejected: { late: 3 },
    queues: { mqtt: 1, database: 4, notify: 0 },
    droppedEvents: 2,
    droppedWrites: 5,
  });
});

test('an input without messages is a problem of its topic; without a broker it is none', () => {
  const { now, monitor, checkAt } = watched();
  checkAt(0);
  checkAt(3601);
  expect(monitor.problems).toMatchObject([{ code: 'no_data', subject: 's/+' }]);
  now.connection = 'offline';
  checkAt(3606);
  expect(monitor.problems).toEqual([]);
});
