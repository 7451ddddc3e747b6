import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openNotifier, type Notifier } from '../../../src/io/systemd/notifier.ts';

/*
 * The real systemd-notify and systemd are in test/appliance/systemd.test.ts. Here a script in its place writes down its arguments, one
 * a line, so that it shows where one ends.
 */
const directory = mkdtempSync(join(tmpdir(), 'zankyo-notify-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
const written = join(directory, 'written');
writeFileSync(
  join(directory, 'systemd-notify'),
  `#!/bin/sh\n{ echo "to $NOTIFY_SOCKET"; printf '%s\\n' "$@"; } >> '${written}'\n`,
);
chmodSync(join(directory, 'systemd-notify'), 0o755);

const PATH = `${directory}:${process.env['PATH'] ?? ''}`;
const log: string[] = [];
const open = (env: NodeJS.ProcessEnv = {}): Notifier | null =>
  openNotifier((_level, { reason }, message) => log.push(`${message}: ${String(reason)}`), {
    NOTIFY_SOCKET: '/run/notify',
    PATH,
    ...env,
  });
const lines = (): string[] => (existsSync(written) ? readFileSync(written, 'utf8').split('\n').slice(0, -1) : []);

test('messages arrive in order, each assignment as one argument, whatever is in it', async () => {
  const notifier = open()!;
  notifier.send({ READY: 1, STATUS: 'Listening:\t1 stream;\n $(touch x) `id` * "q" \\n \'' });
  notifier.send({ WATCHDOG: 1 });
  await expect
    .poll(lines)
    .toEqual([
      ...['to /run/notify', 'READY=1', 'STATUS=Listening: 1 stream; $(touch x) `id` * "q" \\n \''],
      ...['to /run/notify', 'WATCHDOG=1'],
    ]);
  notifier.close();
  notifier.send({ WATCHDOG: 1 });
});

test('a helper that was killed is started again with the next message', async () => {
  const notifier = open()!;
  notifier.send({ STATUS: 'before' });
  await expect.poll(lines).toContain('STATUS=before');
  const pid = execFileSync('pgrep', ['--newest', '--parent', String(process.pid), '--full', 'systemd-notify']);
  process.kill(Number(pid), 'SIGKILL');
  await expect.poll(() => log).toEqual(['the helper that reports to systemd has ended; it is started again: SIGKILL']);
  notifier.send({ STATUS: 'after' });
  await expect.poll(lines).toContain('STATUS=after');
  notifier.close();
});

test('without a service manager there is none; a watchdog of another process does not count', () => {
  expect(open({ NOTIFY_SOCKET: '' })).toBeNull();
  const watchdogOf = (env: NodeJS.ProcessEnv): number | null => {
    const notifier = open(env)!;
    notifier.close();
    return notifier.watchdogMs;
  };
  expect(watchdogOf({})).toBeNull();
  expect(watchdogOf({ WATCHDOG_USEC: '120000000' })).toBe(120_000);
  expect(watchdogOf({ WATCHDOG_USEC: '120000000', WATCHDOG_PID: String(process.pid) })).toBe(120_000);
  expect(watchdogOf({ WATCHDOG_USEC: '120000000', WATCHDOG_PID: '1' })).toBeNull();
});
