import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { eventually, MAIN } from '../programs/program.ts';

test('on a terminal the demo shows its dashboard, stays after the last day, and ends in order with Ctrl-C', async () => {
  // `script` gives the program a terminal, and passes on what is typed. Without `exec` a shell stands between them, which hears Ctrl-C
  // too: dash ends with 130 whatever the program ended with.
  const child = spawn('script', ['-qec', `exec "${process.execPath}" "${MAIN}" demo --for 1d`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, SHELL: '/bin/sh' },
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    await eventually(
      () => shown.includes('until Ctrl-C'),
      () => shown,
    );
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(shown)![0];
    // The address stands above the first line about the plant.
    expect(shown.indexOf(url)).toBeLessThan(shown.indexOf('No fault has come yet'));
    const session = (await (await fetch(`${url}api/session`)).json()) as { site: string; now: number };
    expect([session.site, new Date(session.now).toISOString()]).toEqual(['demo', '2026-01-05T23:59:00.000Z']);
    child.stdin.write('\x03');
    expect(await ended).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});
