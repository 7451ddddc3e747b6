import { expect, test } from 'vitest';
import type { HealthMessage } from '../../../src/io/mqtt/messages.ts';
import type { SiteStatus } from '../../../src/app/status/site-status.ts';
import { calendarOf } from '../../../src/app/pipeline/monitor-options.ts';
import { statusScreen } from '../../../src/cli/actions/status.ts';

const streamsOf = (state: SiteStatus['service']['state'], rejected: Record<string, number>): string => {
  const health = {
    ...{
      at: '2026-11-28T12:00:00.000Z',
      version: '0.1.0',
      learning: 'full',
      memory: { rss: 1, heap: 1 },
      problems: [],
    },
    rejected,
  } as unknown as HealthMessage;
  const found: SiteStatus = {
    ...{ site: 'home', at: Date.UTC(2026, 10, 28, 12), service: { state, since: null, health } },
    broker: { url: 'mqtt://b', reached: true, reason: null },
    database: { path: 'z.db', bytes: 1, lastWritten: null, problem: null },
    ...{ from: 'broker', series: [], open: [], mutes: [], networks: [] },
  };
  const screen = statusScreen(found, calendarOf({ timezone: null }), { columns: 80, rows: 40 });
  return /^streams +(.*)$/m.exec(screen)![1];
};

test('where no message has become a series, the screen says why', () => {
  expect(streamsOf('running', { no_field: 71, plain_value: 15 })).toBe(
    'none yet; rejected: 71 no_field, 15 plain_value (docs/bad-input.md)',
  );
  expect(streamsOf('running', {})).toBe('none yet');
  expect(streamsOf('stopped', { no_field: 71 })).toBe('none yet');
});
