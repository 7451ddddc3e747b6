import { expect, test } from 'vitest';
import { addonProblem, addonRemedy } from '../../../src/io/sqlite/addon.ts';

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

test.each([
  [
    '/usr/lib/zankyo',
    /^the package zankyo is made for the Node of Debian: run "sudo apt install --reinstall nodejs zankyo"/,
  ],
  [
    '/usr/lib/node_modules/zankyo',
    /^run "npm run install" in \/usr\/lib\/node_modules\/zankyo\/node_modules\/better-sqlite3, with sudo if/,
  ],
  [
    '/home/ada/zankyo',
    /^run "npm run install" in \/home\/ada\/zankyo\/node_modules\/better-sqlite3; where it has to be compiled/,
  ],
])('the remedy of an addon that cannot be loaded, for an installation in %s', (folder, remedy) => {
  expect(addonRemedy(folder)).toMatch(remedy);
});

test('a Debian package names no command of npm', () => {
  expect(addonProblem('v24.1.0', '12.11.1', '/usr/lib/zankyo')).toMatch(
    /crashes on Node v24.1.0: the package zankyo is made/,
  );
  expect(addonRemedy('/usr/lib/zankyo')).not.toContain('npm');
});
