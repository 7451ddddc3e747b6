import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from './machine.ts';

const HUB = 'zankyo-hub.service';
const UNITS = ['zankyo.service', 'zankyo@.service', HUB];
const pathOf = (unit: string): string => join(ROOT, 'deploy', unit);
const textOf = (unit: string): string => readFileSync(pathOf(unit), 'utf8');

const directory = mkdtempSync(join(tmpdir(), 'zankyo-units-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** A command to its end: its code, and all that it printed. */
const run = (command: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, text: stdout + stderr };
};

test.each(UNITS)('systemd-analyze security: the exposure of %s is at most 1.4', (unit) => {
  const { text } = run('systemd-analyze', 'security', '--offline=true', '--no-pager', pathOf(unit));
  expect(Number(/Overall exposure level for \S+: ([\d.]+)/.exec(text)?.[1])).toBeLessThanOrEqual(1.4);
});

test.each([
  ['zankyo.service', 'zankyo.service'],
  ['zankyo@.service', 'zankyo@pumps.service'],
  [HUB, HUB],
])('systemd-analyze verify has nothing to say about %s', (unit, instance) => {
  copyFileSync(pathOf(unit), join(directory, instance));
  // The code is not installed here.
  const installed = run('sed', '-i', `s,/opt/zankyo/dist/cli/main.js,/usr/bin/true,`, join(directory, instance));
  expect(installed.status).toBe(0);
  expect(run('systemd-analyze', 'verify', '--man=no', join(directory, instance))).toEqual({ status: 0, text: '' });
});

/** The lines that are neither comments nor sections. */
const settings = (unit: string): string[] =>
  textOf(unit)
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));

test('the template is zankyo.service, except for names', () => {
  const names = (line: string): string =>
    line
      .replace('/etc/zankyo/%i.yaml', '/etc/zankyo/site.yaml')
      .replace(/^(State|Runtime)Directory=zankyo-sites\/%i$/, '$1Directory=zankyo')
      .replace('SyslogIdentifier=zankyo@%i', 'SyslogIdentifier=zankyo')
      .replace('ImportCredential=zankyo.%i.', 'ImportCredential=zankyo.')
      .replace('for the sensors of %i', 'for sensors');
  const template = settings('zankyo@.service');
  expect(template).toContain('User=zankyo-%i');
  expect(template.filter((line) => line !== 'User=zankyo-%i').map(names)).toEqual(settings('zankyo.service'));
});

test('a package replaces the place of the code in one step', () => {
  for (const unit of UNITS) {
    const lines = settings(unit).filter((line) => line.includes('/zankyo/dist/'));
    // A hub has no reload.
    expect(lines.map((line) => line.split('=')[0])).toEqual(unit === HUB ? ['ExecStart'] : ['ExecStart', 'ExecReload']);
    for (const line of lines) expect(line).toContain(' /opt/zankyo/dist/cli/main.js ');
  }
});
