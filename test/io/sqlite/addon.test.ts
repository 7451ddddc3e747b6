import { expect, test } from 'vitest';
import { addonProblem } from '../../../src/io/sqlite/addon.ts';

test.each([
  ['v20.19.2', '12.11.1'],
  ['v22.23.3', '12.11.1'],
  ['v22.23.3', '13.2.0'],
  ['v24.21.0', '13.2.0'],
  ['v26.0.0', '14.0.0'],
])('Node %s runs better-sqlite3 %s', (node, addon) => {
  expect(addonProblem(node, addon, '/opt')).toBeNull();
});

test.each(['v24.0.0', 'v24.21.0', 'v26.1.0'])(
  'Node %s is refused with better-sqlite3 12, and the message has the command',
  (node) => {
    expect(addonProblem(node, '12.11.1', '/opt/zankyo')).toBe(
      `better-sqlite3 12.11.1 crashes on Node ${node}: run "npm install --no-save better-sqlite3@13.2.0" in /opt/zankyo, or use Node 20 or 22`,
    );
  },
);
