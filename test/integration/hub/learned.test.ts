import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import type { HubLearnedBody } from '../../../src/app/dashboard/contract/hub.ts';
import { freePort, startMosquitto, type Mosquitto } from '../programs/mosquitto.ts';
import { startPostgres } from '../programs/postgres.ts';
import { directory, eventually, runProgram, startHub, startService, type Program } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** A site with a short warm-up in a directory of its own. */
const site = async (name: string, broker: Mosquitto): Promise<{ readonly cwd: string; readonly program: Program }> => {
  const { path: cwd, remove } = directory({
    'site.yaml': `site: ${name}
database: zankyo.db
mqtt: { url: '${broker.url}' }
inputs: [{ topic: ${name}/+, name: '{1}', unit: l/s }]
tuning: { warmup: 50, warmup_time: 0s }
commands: { mqtt: true }
commit: { every: 0s }
`,
  });
  cleanUps.push(remove);
  return { cwd, program: await startService(cwd, cleanUps) };
};

/** A hub with its pages. */
const hubOf = async (broker: Mosquitto, more: string) => {
  const port = await freePort();
  const { path: cwd, remove } = directory();
  cleanUps.push(remove);
  writeFileSync(
    join(cwd, 'hub.yaml'),
    `mqtt: { url: '${broker.url}' }\nhttp: { listen: '127.0.0.1:${port}' }\n${more}`,
    { mode: 0o600 },
  );
  const at = (path: string): string => `http://127.0.0.1:${port}/${path}`;
  const learned = async (name: string): Promise<HubLearnedBody> =>
    (await (await fetch(at(`api/site/${name}/learned`))).json()) as HubLearnedBody;
  const post = async (name: string, body: object) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(at(`api/site/${name}/learned`), {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      ...((await response.json()) as { readonly code?: string; readonly text: string }),
    };
  };
  const metric = async (name: string): Promise<string | undefined> =>
    new RegExp(`^zankyo_hub_${name} (.*)$`, 'm').exec(await (await fetch(at('metrics'))).text())?.[1];
  /** The last transfer of a site, when it has ended. */
  const ended = async (name: string): Promise<HubLearnedBody['transfers'][number]> => {
    await eventually(async () => (await learned(name)).transfers.at(0)?.status !== 'running');
    return (await learned(name)).transfers[0];
  };
  const phase = async (name: string): Promise<string | undefined> => {
    const { series } = (await (await fetch(at(`api/site/${name}`))).json()) as { series?: { phase: string }[] };
    return series?.at(0)?.phase;
  };
  return { start: () => startHub(cwd, cleanUps), learned, post, metric, ended, phase };
};

const readings = async (client: MqttClient, topic: string, from: number, to: number): Promise<void> => {
  for (let i = from; i < to; i++) await client.publishAsync(topic, (5 + Math.sin(i)).toFixed(3), { qos: 1 });
};

/** The weights of the pump as last saved. */
const weights = async (cwd: string): Promise<Buffer> => {
  const said = await runProgram(
    ['weights', 'export', 'pump', '-c', 'site.yaml', '-o', 'pump.safetensors', '--json'],
    cwd,
  );
  if (said.code !== 0) throw new Error(said.stderr);
  return readFileSync(join(cwd, 'pump.safetensors'));
};

describe.each([
  ['SQLite', () => Promise.resolve('')],
  [
    'PostgreSQL',
    async () => {
      const server = await startPostgres();
      cleanUps.push(() => server.stop());
      const { url, username, password } = server;
      return `postgres: { url: '${url}', username: ${username}, password: '${password}' }\n`;
    },
  ],
] as const)('a hub with %s', (_, database) => {
  test(
    'site south begins with what north has learned: the same weights bit for bit, ready after a tenth of the readings',
    { timeout: 90_000 },
    async () => {
      const broker = await startMosquitto();
      cleanUps.push(() => broker.stop());
      const hub = await hubOf(broker, `commands: true\n${await database()}`);
      await hub.start();
      const client = await connectAsync(broker.url);
      cleanUps.push(() => client.endAsync(true));
      const north = await site('north', broker);
      await readings(client, 'north/pump', 0, 80);
      await eventually(async () => (await hub.phase('north')) === 'ready');

      expect(await hub.post('north', { do: 'fetch', by: 'Ada' })).toMatchObject({
        status: expect.stringMatching(/running|done/) as string,
      });
      expect(await hub.ended('north')).toMatchObject({
        ...{ direction: 'fetch', sender: 'Ada', status: 'done', text: '1 of 1 streams are stored.' },
        streams: [{ stream: 'pump', from: null, done: true, text: 'stored' }],
      });
      expect((await hub.learned('north')).stored).toMatchObject([{ stream: 'pump', samples: 80 }]);

      const south = await site('south', broker);
      await readings(client, 'south/pump', 0, 5);
      await eventually(async () => (await hub.phase('south')) === 'learning');
      expect(await hub.post('south', { do: 'send', by: 'Ada' })).toMatchObject({
        text: 'Sends 1 of 1 streams to south.',
      });
      const sent = await hub.ended('south');
      expect(sent).toMatchObject({
        ...{ direction: 'send', status: 'done', text: '1 of 1 streams of south use the states that were sent.' },
        streams: [{ stream: 'pump', from: 'north/pump', done: true }],
      });
      await north.program.end('SIGTERM');
      const [own, given] = await Promise.all([weights(north.cwd), weights(south.cwd)]);
      expect(given.equals(own)).toBe(true);
      await readings(client, 'south/pump', 5, 20);
      await eventually(async () => (await hub.phase('south')) === 'ready');

      await hub.post('south', { do: 'send', by: 'Ada', from: 'north' });
      expect(await hub.ended('south')).toMatchObject({
        status: 'failed',
        streams: [
          { stream: 'pump', done: false, text: expect.stringContaining('The warm-up of the stream is over') as string },
        ],
      });
      expect(await hub.metric('learned_stored_total')).toBe('1');
      expect(await hub.metric('learned_taken_total')).toBe('1');
      expect(await hub.metric('learned_refused_total{reason="refused_by_site"}')).toBe('1');
    },
  );
});

test(
  'a second request is refused while one runs; a hub that is killed meanwhile names it; parts that nobody asked for are counted',
  { timeout: 90_000 },
  async () => {
    const broker = await startMosquitto();
    cleanUps.push(() => broker.stop());
    const hub = await hubOf(broker, 'commands: true\n');
    const first = await hub.start();
    const client = await connectAsync(broker.url);
    cleanUps.push(() => client.endAsync(true));
    // A site that does not answer.
    await client.publishAsync('zankyo/west/status', 'online', { qos: 1, retain: true });
    await eventually(async () => (await hub.metric('sites{state="online"}')) === '1');
    const asked = hub.post('west', { do: 'fetch', by: 'Ada' }).catch(() => null);
    await eventually(async () => (await hub.learned('west')).transfers.at(0)?.status === 'running');
    expect(await hub.post('west', { do: 'fetch', by: 'Eve' })).toMatchObject({
      ...{ status: 409, text: 'Another transfer with west is running. Ask again when it is done.' },
    });
    await client.publishAsync('zankyo/west/learned', '{}', { qos: 1 });
    const part = { part: 1, parts: 1, size: 3, sha256: 'a'.repeat(64), data: 'YWJj' };
    const nobody = { schema: 1, id: 'other', series: 'p', file: 1, files: 1, ...part };
    await client.publishAsync('zankyo/west/learned', JSON.stringify(nobody), { qos: 1 });
    await eventually(async () => (await hub.metric('learned_refused_total{reason="unexpected"}')) === '1');
    expect(await hub.metric('learned_refused_total{reason="part_wrong"}')).toBe('1');
    first.child.kill('SIGKILL');
    await first.ended;
    await asked;
    await hub.start();
    expect((await hub.learned('west')).transfers).toMatchObject([
      { sender: 'Ada', status: 'failed', text: 'The hub was restarted meanwhile. Ask again.' },
    ]);
    for (const [name, body, text] of [
      ['elsewhere', { do: 'fetch', by: 'Ada' }, 'This hub has no site elsewhere.'],
      ['west', { do: 'fetch' }, 'by: expected text of at most 64 characters'],
      ['west', { do: 'send', by: 'Ada' }, 'No stored state fits a stream of west'],
      ['west', { do: 'drop', by: 'Ada' }, 'Expected fetch or send in "do".'],
    ] as const)
      expect((await hub.post(name, body)).text).toContain(text);
  },
);

test('without commands: true in the hub file nothing is fetched or sent', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const hub = await hubOf(broker, '');
  await hub.start();
  expect(await hub.post('north', { do: 'fetch', by: 'Ada' })).toMatchObject({ code: 'commands_off' });
});
