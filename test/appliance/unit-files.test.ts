import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const UNIT = join(import.meta.dirname, '../../deploy/zankyo.service');

/** A command to its end: its output and code. */
const run = (command: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, text: stdout + stderr };
};

test('systemd-analyze security: the exposure of the unit is at most 1.4', () => {
  const { text } = run('systemd-analyze', 'security', '--offline=true', '--no-pager', UNIT);
  expect(Number(/Overall exposure level for zankyo\.service: ([\d.]+)/.exec(text)?.[1])).toBeLessThanOrEqual(1.4);
});
