import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort, startMosquitto } from '../programs/mosquitto.ts';
import { directory, startHub } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const deploy = join(import.meta.dirname, '../../../deploy');
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

test('each metric of the dashboard and of the alert rules is one of the hub', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const port = await freePort();
  const { path: cwd, remove } = directory();
  cleanUps.push(remove);
  writeFileSync(join(cwd, 'hub.yaml'), `mqtt: { url: '${broker.url}' }\nhttp: { listen: '127.0.0.1:${port}' }\n`, {
    mode: 0o600,
  });
  await startHub(cwd, cleanUps);
  const exposed = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/hub.json'), 'utf8')) as Dashboard;
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const rules = readFileSync(join(deploy, 'prometheus/hub-alerts.yml'), 'utf8');
  const names = [...`${queries.join('\n')}\n${rules}`.matchAll(/\b(?:zankyo_hub|process)_\w+/g)].map(([name]) => name);
  expect(names.length).toBeGreaterThan(20);
  expect([...new Set(names)].filter((name) => !exposed.includes(`\n# TYPE ${name} `))).toEqual([]);
});

test('the dashboard: panels with ids of their own, side by side', () => {
  const { uid, panels } = JSON.parse(readFileSync(join(deploy, 'grafana/hub.json'), 'utf8')) as Dashboard;
  expect(uid).toBe('zankyo-hub');
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
});

test('promtool accepts the rules, and they fire when they should', () => {
  const run = (...args: string[]): string =>
    execFileSync('promtool', args, { cwd: join(deploy, 'prometheus'), encoding: 'utf8', stdio: 'pipe' });
  expect(run('check', 'rules', 'hub-alerts.yml')).toContain('7 rules found');
  expect(run('test', 'rules', 'hub-alerts.test.yml')).toContain('SUCCESS');
  expect(run('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
});
