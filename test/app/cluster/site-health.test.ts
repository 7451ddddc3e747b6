import { expect, test } from 'vitest';
import { siteHealth } from '../../../src/app/cluster/site-health.ts';
import { healthSchema } from '../../../src/io/mqtt/messages.ts';
import { health } from '../hub/messages.ts';

const AT = Date.UTC(2026, 10, 27);
const PROBLEM = {
  code: 'stall',
  subject: null,
  text: 'a: The service did nothing for 6 s.',
  since: '2026-11-27T00:00:00.000Z',
};

test('the health of a site has the sums of its workers, the longest uptime, and each version and problem', () => {
  const a = health({
    ...{ version: '1.2.3', uptime: 100, readings: 7, rejected: { late: 2 }, learning: 'reduced' },
    ...{ streams: { learning: 1, ready: 2, silent: 0 }, alarms: { process: 1, drift: 0, sensor: 2 } },
    problems: [PROBLEM],
  });
  const b = health({
    ...{ version: '1.3.0', uptime: 40, readings: 5, rejected: { late: 1, duplicate: 4 } },
    ...{ streams: { learning: 0, ready: 3, silent: 1 }, alarms: { process: 0, drift: 1, sensor: 0 } },
  });
  const site = siteHealth([b, a, b], { at: AT, expireAfter: 93 });
  expect(healthSchema.parse(site)).toMatchObject({
    ...{ version: '1.2.3, 1.3.0', uptime: 100, readings: 17, rejected: { late: 4, duplicate: 8 }, learning: 'reduced' },
    ...{ streams: { learning: 1, ready: 8, silent: 2 }, alarms: { process: 1, drift: 2, sensor: 2 } },
    ...{ memory: { rss: 3, heap: 3 }, connections: 3, problems: [PROBLEM] },
    ...{ workers: 3, expire_after: 93, at: '2026-11-27T00:00:00.000Z' },
  });
});

test('one message has 64 problems and four versions at most', () => {
  const workers = Array.from({ length: 100 }, (_, i) => health({ version: `1.0.${i % 9}`, problems: [PROBLEM] }));
  const { problems, version } = siteHealth(workers, { at: AT, expireAfter: 93 });
  expect(problems).toHaveLength(64);
  expect(version).toBe('1.0.0, 1.0.1, 1.0.2, 1.0.3');
});
