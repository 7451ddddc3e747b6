import { connectAsync } from 'mqtt';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, runProgram, startService, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const around = (days: number): string => new Date(Date.now() + 86_400_000 * days).toISOString();
const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
const stamp = (days: number): string => around(days).replace(/[-:]|\.\d+/g, '');

test('alerts of a window of an .ics file are held back, over kill -9 too; what is open at its end is published then', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const site = `site: works
database: zankyo.db
mqtt: { url: '${broker.url}' }
inputs: [{ topic: s/+, name: '{1}', range: [0, 50] }]
publish: { state_every: 1s }
tuning: { network: false }
`;
  const window = 'maintenance: [{ calendar: plan.ics, series: [hall] }]\n';
  const { path, remove } = directory({
    'site.yaml': site + window,
    'plan.ics': calendar('SUMMARY:New pump', `DTSTART:${stamp(-1)}`, `DTEND:${stamp(1)}`),
  });
  cleanUps.push(remove);
  const start = (): Promise<Program> => startService(path, cleanUps);
  const client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
  const events: { readonly event_type: string; readonly series: string }[] = [];
  const states = new Map<string, Readonly<Record<string, unknown>>>();
  client.on('message', (topic, payload) => {
    const data = JSON.parse(payload.toString()) as { event_type: string; series: string };
    if (topic.endsWith('/event')) events.push(data);
    else states.set(topic.split('/')[3], data);
  });
  await client.subscribeAsync(['zankyo/works/series/+/event', 'zankyo/works/series/+/state'], { qos: 1 });
  const reading = (name: string, value: number) => client.publishAsync(`s/${name}`, String(value), { qos: 1 });

  let program = await start();
  for (const name of ['hall', 'attic']) await reading(name, 20);
  await eventually(
    () => states.get('hall')?.['maintenance'] === 'ON' && states.get('attic')?.['maintenance'] === 'OFF',
  );
  expect((await program.logged('maintenance of hall until')).msg).toContain('alerts are held back');
  for (const name of ['hall', 'attic']) await reading(name, 60); // out of range
  await eventually(() => events.length === 1);
  expect(events).toMatchObject([{ event_type: 'opened', series: 'attic' }]);
  const listed = await runProgram(['anomalies', '-c', 'site.yaml', '--json'], path);
  expect(listed.stdout.match(/"series":"hall"/g)).toHaveLength(1);
  program.child.kill('SIGKILL');
  await program.ended;

  program = await start();
  await program.logged('maintenance of hall until');
  await reading('hall', 61);
  await eventually(() => states.get('hall')?.['anomaly'] === 'ON');
  const ofHall = () => events.filter(({ series }) => series === 'hall');
  expect(ofHall()).toEqual([]); // that of attic may come twice, as its delivery was not noted before the kill
  writeFileSync(join(path, 'site.yaml'), site); // without the window
  program.child.kill('SIGHUP');
  await program.logged('site file reloaded');
  await reading('hall', 62);
  await eventually(() => ofHall().length === 1);
  expect(ofHall()).toMatchObject([{ event_type: 'opened' }]);
});

test('zankyo maintenance lists the next windows in the time of the site; check names a rule that cannot be read', async () => {
  const file = (rule: string): string => `site: works
timezone: Europe/Berlin
mqtt: { url: mqtt://localhost }
inputs: [{ topic: s/+, name: '{1}' }]
maintenance:
  - { rule: ${rule}, start: 2020-01-01T06:00, for: 90m, series: [hall], reason: filter }
`;
  const { path, remove } = directory({
    'site.yaml': file('FREQ=DAILY'),
    'bad.yaml': file('FREQ=MINUTELY'),
    'never.yaml': file('FREQ=YEARLY;UNTIL=20210101'),
  });
  cleanUps.push(remove);
  const listed = await runProgram(['maintenance', '-c', 'site.yaml'], path);
  const lines = listed.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(12);
  expect(lines[0]).toMatch(/^from +until +lasts +for +reason$/);
  expect(lines.at(-1)).toMatch(/ 06:00 \+0[12]:00 .* 07:30 \+0[12]:00 +1\.5 h +hall +filter$/);
  const json = await runProgram(['maintenance', '-c', 'site.yaml', '--json', '--limit', '2'], path);
  expect(json.stdout.trimEnd().split('\n')).toHaveLength(2);
  expect((await runProgram(['maintenance', '-c', 'never.yaml'], path)).stdout).toBe('No maintenance windows.\n');
  const bad = await runProgram(['check', 'bad.yaml'], path);
  expect([bad.code, bad.stderr.split(': ').slice(0, 3)]).toEqual([
    78,
    ['bad.yaml:6:13', 'maintenance[0].rule', 'expected an iCalendar rule such as FREQ=MONTHLY;BYDAY=1SA'],
  ]);
});
