import { expect, test } from 'vitest';
import { statusLine, type ServiceStatus } from '../../../src/app/service-manager/status-line.ts';

const listening: ServiceStatus = {
  ...{ offline: null, listening: true, refused: [], mistake: null, alarms: 0, problems: [] },
  streams: { learning: 0, ready: 0, silent: 0 },
};

test.each<[string, Partial<ServiceStatus>]>([
  ['Listening: no streams yet, no open alarm', {}],
  ['Connecting to the broker: no streams yet, no open alarm', { listening: false }],
  ['Listening: 1 stream (1 in warm-up), 1 open alarm', { streams: { learning: 1, ready: 0, silent: 0 }, alarms: 1 }],
  [
    'Listening: 12 streams (9 ready, 2 in warm-up, 1 silent), 3 open alarms',
    { streams: { learning: 2, ready: 9, silent: 1 }, alarms: 3 },
  ],
  [
    'Waiting for the broker: 2 streams (2 ready), no open alarm. mqtt://pi refuses the connection',
    { offline: 'mqtt://pi refuses the connection', streams: { learning: 0, ready: 2, silent: 0 } },
  ],
  [
    'Listening: no streams yet, no open alarm. The broker refuses a/#, b. 2 problems: stall, no_data (s/+). Site file not reloaded: site.yaml:1: no',
    {
      refused: ['a/#', 'b'],
      problems: [
        { code: 'stall', subject: null },
        { code: 'no_data', subject: 's/+' },
      ],
      mistake: 'site.yaml:1: no',
    },
  ],
])('%s', (line, status) => {
  expect(statusLine({ ...listening, ...status })).toBe(line);
});

test('a long reason is cut off at 400 characters', () => {
  const line = statusLine({ ...listening, mistake: 'x'.repeat(1000) });
  expect(line).toHaveLength(400);
  expect(line.endsWith('x…')).toBe(true);
});
