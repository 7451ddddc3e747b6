import { connectAsync, type MqttClient } from 'mqtt';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { replySchema, type Reply } from '../../src/app/commands/reply.ts';
import { entriesIn } from '../../src/io/ledger/entries.ts';
import { Journal } from '../../src/io/ledger/journal.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { freePort, startMosquitto } from './programs/mosquitto.ts';
import {
  directory,
  eventually,
  isWarning,
  runProgram,
  startService,
  warningsOf,
  type LogLine,
} from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A site file of a broker; `tuning` and further lines. Readings have their own time. */
const siteFile = (url: string, { inputs = ['s/+'], tuning = '', more = '' } = {}): string => `site: works
database: zankyo.db
mqtt: { url: '${url}' }
inputs:
${inputs.map((topic) => `  - { topic: ${topic}, name: '${topic.endsWith('+') ? '{1}' : topic.split('/').at(-1)!}', path: v, time: at }`).join('\n')}
commands: { mqtt: true }
publish: { state_every: 1s }
tuning: { hidden_size: 4${tuning} }
${more}`;

/** The kinds of all entries in the journal of a database. */
const entriesOf = (path: string): string[] => {
  const db = openDatabase(path, { readonly: true });
  try {
    return [...new Journal(db).rows()].flatMap(({ entries }) =>
      [...entriesIn(entries ?? new Uint8Array(), String)].map(({ kind }) => kind),
    );
  } finally {
    db.close();
  }
};

type State = Readonly<Record<string, unknown>>;

/** A broker, a running service, and a client that publishes readings a minute apart and keeps the newest states. */
async function plant(options: Parameters<typeof siteFile>[1] = {}) {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path: cwd, remove } = directory({ 'site.yaml': siteFile(broker.url, options) });
  cleanUps.push(remove);
  const program = await startService(cwd, cleanUps);
  const client: MqttClient = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
  const states = new Map<string, State>();
  const replies: Reply[] = [];
  client.on('message', (topic, payload) => {
    const series = /series\/([^/]+)\/state$/.exec(topic)?.[1];
    if (topic.endsWith('/reply')) replies.push(replySchema.parse(JSON.parse(payload.toString())));
    else if (series !== undefined && payload.length > 0) states.set(series, JSON.parse(payload.toString()) as State);
  });
  await client.subscribeAsync(['zankyo/works/series/+/state', 'zankyo/works/cmd/reply'], { qos: 1 });
  let minute = 0;
  const reading = (topic = 's/hall'): Promise<unknown> => {
    const at = new Date(Date.UTC(2026, 0, 5) + 60_000 * minute++).toISOString();
    return client.publishAsync(topic, JSON.stringify({ v: 20 + (minute % 5), at }), { qos: 1 });
  };
  /** The last one comes later than `state_every`, so that its state is published at once. */
  const readings = async (count: number, topic?: string): Promise<void> => {
    await Promise.all(Array.from({ length: count - 1 }, () => reading(topic)));
    await sleep(1_100);
    await reading(topic);
  };
  const change = (next: Parameters<typeof siteFile>[1]): void => {
    writeFileSync(join(cwd, 'site.yaml'), siteFile(broker.url, next));
  };
  const reloads = (): readonly LogLine[] => program.log().filter(({ msg }) => msg === 'site file reloaded');
  const hasState = (series: string, wanted: State): Promise<void> =>
    eventually(
      () => Object.entries(wanted).every(([key, value]) => states.get(series)?.[key] === value),
      () => `${series}: no ${JSON.stringify(wanted)} in ${JSON.stringify(states.get(series))}`,
    );
  return { cwd, url: broker.url, program, client, states, replies, reading, readings, change, reloads, hasState };
}

test('SIGHUP: the new options are in force, what was learned stays, and each reading counts once', async () => {
  const { cwd, program, readings, change, reloads, hasState } = await plant();
  await readings(40);
  await hasState('hall', { warmup: 0.1, sensitivity: 1 });
  change({ tuning: ', sensitivity: 2' });
  // Readings arrive before, during and after it.
  const stream = readings(60);
  program.child.kill('SIGHUP');
  await stream;
  await eventually(() => reloads().length === 1);
  await hasState('hall', { warmup: 0.25, sensitivity: 2 });
  expect(reloads()).toMatchObject([{ cause: 'SIGHUP', changed: ['tuning.sensitivity'] }]);
  expect(program.log().filter(isWarning)).toEqual([]);
  await program.end('SIGTERM');
  expect(await program.logged('stopping')).toMatchObject({ readings: 100 });
  const entries = entriesOf(join(cwd, 'zankyo.db'));
  expect(entries.filter((kind) => kind === 'message')).toHaveLength(100);
  expect(entries.filter((kind) => kind === 'downtime')).toHaveLength(1); // before the first connection
});

test('a file with a mistake changes nothing: the log has its place, and the service goes on', async () => {
  const { cwd, program, readings, change, reloads, hasState } = await plant();
  await readings(10);
  writeFileSync(join(cwd, 'site.yaml'), siteFile('mqtt://127.0.0.1:1').replace('hidden_size: 4', 'sensitivity: 20'));
  program.child.kill('SIGHUP');
  const line = await program.logged('was not reloaded');
  expect(line.msg).toBe(
    'the site file was not reloaded, the one before stays in force: site.yaml:8:24: tuning.sensitivity: expected a number from 0.1 to 10; got 20',
  );
  await readings(10);
  await hasState('hall', { warmup: 0.05, sensitivity: 1 });
  expect(reloads()).toEqual([]);
  change({ tuning: ', sensitivity: 0.5' });
  program.child.kill('SIGHUP');
  await hasState('hall', { warmup: 0.05, sensitivity: 0.5 });
});

test('inputs: a new one is read, the messages of a removed one are not, and its state leaves the broker', async () => {
  const { program, states, readings, change, reloads, hasState, client } = await plant({ inputs: ['old/attic'] });
  await readings(5, 'old/attic');
  await hasState('attic', { phase: 'learning' });
  const gone = new Promise<void>((resolve) => {
    client.on('message', (topic, payload) => {
      if (topic === 'zankyo/works/series/attic/state' && payload.length === 0) resolve();
    });
  });
  change({ inputs: ['s/hall'] });
  program.child.kill('SIGHUP');
  await program.logged('no longer listening');
  await gone;
  states.clear();
  await readings(3, 'old/attic');
  await readings(1, 's/hall');
  await hasState('hall', { phase: 'learning' });
  expect([...states.keys()]).toEqual(['hall']);
  expect(reloads()).toMatchObject([{ changed: ['inputs[old/attic] (removed)', 'inputs[s/hall] (new)'] }]);
  // The callbacks of a subscription come later than those of its end, which was sent behind it.
  const said = program.log().filter(({ filters }) => filters !== undefined);
  expect(said).toHaveLength(3);
  expect(said).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ msg: 'listening', filters: ['s/hall'] }),
      expect.objectContaining({ msg: 'no longer listening', filters: ['old/attic'] }),
    ]),
  );
});

test('by command: the answer says what has changed, what needs a restart, which network is another one, or the mistake', async () => {
  const { cwd, program, client, replies, readings, reloads, hasState } = await plant();
  await readings(10);
  const file = siteFile('mqtt://127.0.0.1:1', { tuning: ', cool_down: 2h' });
  writeFileSync(join(cwd, 'site.yaml'), file.replace('hidden_size: 4', 'hidden_size: 5'));
  expect(await runProgram(['cmd', 'reload', '-c', 'site.yaml'], cwd)).toMatchObject({
    code: 0,
    stdout: 'Changed: tuning.cool_down, tuning.hidden_size. Another network: hall. Needs a restart: mqtt.url.\n',
  });
  await eventually(() => reloads().length === 1);
  await readings(4);
  await hasState('hall', { warmup: 0.035 });
  expect(warningsOf(program)).toEqual([
    'changed options that need a restart are not in force yet',
    'these streams get another network: everything learned about each series is kept, and the parts of the old network that fit',
  ]);

  writeFileSync(join(cwd, 'site.yaml'), 'site: works\n');
  await client.publishAsync('zankyo/works/cmd', '{"command":"reload"}', { qos: 1 });
  await eventually(() => replies.length === 1);
  expect(replies[0]).toMatchObject({ status: 'refused', code: 'site_file_wrong', undo: false });
  expect(replies[0].text).toContain('site.yaml:1:1: mqtt: required');
});

test('when the file changes, with reload.on_change: also one that an editor puts in its place, and its base', async () => {
  const more = 'reload: { on_change: true }\n';
  const { cwd, url, readings, reloads, hasState } = await plant({ more });
  await readings(4);
  const [from, until] = [-1, 1].map((days) => new Date(Date.now() + 86_400_000 * days).toISOString());
  const window = `maintenance: [{ from: ${from}, until: ${until}, reason: test }]\n`;
  writeFileSync(join(cwd, 'base.yaml'), 'tuning: { cool_down: 2h }\n');
  writeFileSync(join(cwd, 'site.yaml.new'), siteFile(url, { more: `${more}${window}base: base.yaml\n` }));
  renameSync(join(cwd, 'site.yaml.new'), join(cwd, 'site.yaml'));
  await eventually(() => reloads().length === 1);
  expect(reloads()).toMatchObject([{ cause: 'file', changed: ['maintenance', 'tuning.cool_down'] }]);
  writeFileSync(join(cwd, 'base.yaml'), 'tuning: { cool_down: 3h }\n');
  await eventually(() => reloads().length === 2);
  expect(reloads()[1]).toMatchObject({ cause: 'file', changed: ['tuning.cool_down'] });
  await readings(1);
  await hasState('hall', { maintenance: 'ON' });
  const listed = await runProgram(['maintenance', '-c', 'site.yaml', '--json'], cwd);
  expect(JSON.parse(listed.stdout)).toMatchObject({ open: true, series: null, reason: 'test' });
});

test('notifications and the HTTP server of the new file are in force, and those of the one before have ended', async () => {
  const { cwd, url, program, client, readings, reloads } = await plant();
  await readings(4);
  const heard: string[] = [];
  const receivers = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const server = createServer((request, response) => {
        request.resume().once('end', () => {
          heard.push(name);
          response.end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      cleanUps.push(() => server.close());
      return { name, port: (server.address() as AddressInfo).port };
    }),
  );
  const ports = await Promise.all([freePort(), freePort()]);
  const healthz = async (port: number): Promise<number | null> =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ status }) => status,
      () => null,
    );
  const file = (n: number): string =>
    siteFile(url, {
      more: `notify: { desk: { type: webhook, url: 'http://127.0.0.1:${receivers[n].port}/', severity: minor, per: alarm } }
http: { listen: 127.0.0.1:${ports[n]} }
`,
    }).replace('path: v', 'path: v, range: [0, 50]');
  for (const n of [0, 1]) {
    writeFileSync(join(cwd, 'site.yaml'), file(n));
    program.child.kill('SIGHUP');
    await eventually(() => reloads().length === n + 1);
    await eventually(async () => (await healthz(ports[n])) === 200);
    // A notification about an old alarm is given up.
    const send = (v: number) =>
      client.publishAsync('s/hall', JSON.stringify({ v, at: new Date().toISOString() }), { qos: 1 });
    await send(900);
    await eventually(
      () => heard.includes(receivers[n].name),
      () => JSON.stringify([n, heard, program.log()]),
    );
    await send(20);
  }
  expect(await healthz(ports[0])).toBeNull();
  expect(heard.lastIndexOf('one')).toBeLessThan(heard.length - 1);
  expect(warningsOf(program)).toEqual([]);
  expect((await program.end('SIGTERM')).code).toBe(0);
});
